import { coordinatorRecord } from '../coordinator-record.ts'
import { array } from '../../schema/array.ts'
import { bytes, int32, int64, int64Exact, int8, nullable, nullableString, string, uuid } from '../../schema/primitives.ts'
import { field, nullableTagged, struct } from '../../schema/struct.ts'

/** A consumer group (KIP-848) and its epoch. */
export const consumerGroupMetadataRecord = coordinatorRecord({
  type: 'ConsumerGroupMetadata',
  key: 3,
  keyBody: struct({
    groupId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    epoch: int32,
    metadataHash: field(int64Exact, { tag: 0 }),
  }),
})

const partitionMetadata = struct({
  partition: int32,
  racks: array(string),
})

const topicMetadata = struct({
  topicId: uuid,
  topicName: string,
  numPartitions: int32,
  partitionMetadata: array(partitionMetadata),
})

/** Topics that a consumer group subscribed to, as its epoch knew them. No longer written. */
export const consumerGroupPartitionMetadataRecord = coordinatorRecord({
  type: 'ConsumerGroupPartitionMetadata',
  key: 4,
  keyBody: struct({
    groupId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    topics: array(topicMetadata),
  }),
})

const classicProtocol = struct({
  name: string,
  metadata: bytes,
})

const classicMemberMetadata = struct({
  sessionTimeoutMs: int32,
  supportedProtocols: array(classicProtocol),
})

/** A member of a consumer group and what it asked for. */
export const consumerGroupMemberMetadataRecord = coordinatorRecord({
  type: 'ConsumerGroupMemberMetadata',
  key: 5,
  keyBody: struct({
    groupId: string,
    memberId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    instanceId: nullableString,
    rackId: nullableString,
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
    subscribedTopicRegex: nullableString,
    rebalanceTimeoutMs: field(int32, { default: -1 }),
    serverAssignor: nullableString,
    classicMemberMetadata: field(nullableTagged(classicMemberMetadata), { tag: 0 }),
  }),
})

/** Epoch of the target assignment of a consumer group. */
export const consumerGroupTargetAssignmentMetadataRecord = coordinatorRecord({
  type: 'ConsumerGroupTargetAssignmentMetadata',
  key: 6,
  keyBody: struct({
    groupId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    assignmentEpoch: int32,
    assignmentTimestamp: field(int64, { tag: 0 }),
  }),
})

const topicPartition = struct({
  topicId: uuid,
  partitions: array(int32),
})

/** Partitions that a member of a consumer group shall have. */
export const consumerGroupTargetAssignmentMemberRecord = coordinatorRecord({
  type: 'ConsumerGroupTargetAssignmentMember',
  key: 7,
  keyBody: struct({
    groupId: string,
    memberId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    topicPartitions: array(topicPartition),
  }),
})

const topicPartitions = struct({
  topicId: uuid,
  partitions: array(int32),
  assignmentEpochs: field(nullable(array(int32)), { tag: 0 }),
})

/** Partitions that a member of a consumer group has, and those it must give up. */
export const consumerGroupCurrentMemberAssignmentRecord = coordinatorRecord({
  type: 'ConsumerGroupCurrentMemberAssignment',
  key: 8,
  keyBody: struct({
    groupId: string,
    memberId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    assignedPartitions: array(topicPartitions),
    partitionsPendingRevocation: array(topicPartitions),
  }),
})

/** Topics that a regular expression of a consumer group matched. */
export const consumerGroupRegularExpressionRecord = coordinatorRecord({
  type: 'ConsumerGroupRegularExpression',
  key: 16,
  keyBody: struct({
    groupId: string,
    regularExpression: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    topics: array(string),
    version: int64,
    timestamp: int64,
  }),
})
