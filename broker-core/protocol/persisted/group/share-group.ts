import { coordinatorRecord } from '../coordinator-record.ts'
import { array } from '../../schema/array.ts'
import { int32, int64, int64Exact, int8, nullableString, string, uuid } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

/** A share group (KIP-932) and its epoch. */
export const shareGroupMetadataRecord = coordinatorRecord({
  type: 'ShareGroupMetadata',
  key: 11,
  keyBody: struct({
    groupId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    epoch: int32,
    metadataHash: int64Exact,
  }),
})

/** A member of a share group and what it asked for. */
export const shareGroupMemberMetadataRecord = coordinatorRecord({
  type: 'ShareGroupMemberMetadata',
  key: 10,
  keyBody: struct({
    groupId: string,
    memberId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    rackId: nullableString,
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
  }),
})

/** Epoch of the target assignment of a share group. */
export const shareGroupTargetAssignmentMetadataRecord = coordinatorRecord({
  type: 'ShareGroupTargetAssignmentMetadata',
  key: 12,
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

/** Partitions that a member of a share group shall have. */
export const shareGroupTargetAssignmentMemberRecord = coordinatorRecord({
  type: 'ShareGroupTargetAssignmentMember',
  key: 13,
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
})

/** Partitions that a member of a share group has. */
export const shareGroupCurrentMemberAssignmentRecord = coordinatorRecord({
  type: 'ShareGroupCurrentMemberAssignment',
  key: 14,
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
  }),
})

const topicPartitionsInfo = struct({
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
})

const topicInfo = struct({
  topicId: uuid,
  topicName: string,
})

/** Share partitions whose state is being initialized, is initialized or is being deleted. */
export const shareGroupStatePartitionMetadataRecord = coordinatorRecord({
  type: 'ShareGroupStatePartitionMetadata',
  key: 15,
  keyBody: struct({
    groupId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    initializingTopics: array(topicPartitionsInfo),
    initializedTopics: array(topicPartitionsInfo),
    deletingTopics: array(topicInfo),
  }),
})
