import { coordinatorRecord } from '../coordinator-record.ts'
import { array } from '../../schema/array.ts'
import { int16, int32, int64, int64Exact, int8, nullable, nullableString, string, uint16 } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

const lastAssignmentConfig = struct({
  key: string,
  value: string,
})

/** A streams group (KIP-1071) and its epoch. */
export const streamsGroupMetadataRecord = coordinatorRecord({
  type: 'StreamsGroupMetadata',
  key: 17,
  keyBody: struct({
    groupId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    epoch: int32,
    metadataHash: int64Exact,
    validatedTopologyEpoch: field(int32, { default: -1, tag: 0 }),
    lastAssignmentConfigs: field(nullable(array(lastAssignmentConfig)), { tag: 1 }),
    storedDescriptionTopologyEpoch: field(int32, { default: -1, tag: 2 }),
    failedDescriptionTopologyEpoch: field(int32, { default: -1, tag: 3 }),
  }),
})

const endpoint = struct({
  host: string,
  port: uint16,
})

const keyValue = struct({
  key: string,
  value: string,
})

/** A member of a streams group and what it is. */
export const streamsGroupMemberMetadataRecord = coordinatorRecord({
  type: 'StreamsGroupMemberMetadata',
  key: 19,
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
    rebalanceTimeoutMs: field(int32, { default: -1 }),
    topologyEpoch: int32,
    processId: string,
    userEndpoint: field(nullable(endpoint), { default: null }),
    clientTags: array(keyValue),
  }),
})

/** Epoch of the target assignment of a streams group. */
export const streamsGroupTargetAssignmentMetadataRecord = coordinatorRecord({
  type: 'StreamsGroupTargetAssignmentMetadata',
  key: 20,
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

const taskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
})

/** Tasks that a member of a streams group shall have. */
export const streamsGroupTargetAssignmentMemberRecord = coordinatorRecord({
  type: 'StreamsGroupTargetAssignmentMember',
  key: 21,
  keyBody: struct({
    groupId: string,
    memberId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    activeTasks: array(taskIds),
    standbyTasks: array(taskIds),
    warmupTasks: array(taskIds),
  }),
})

const streamsGroupCurrentMemberAssignmentTaskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: field(nullable(array(int32)), { tag: 0 }),
})

/** Tasks that a member of a streams group has, and those it must give up. */
export const streamsGroupCurrentMemberAssignmentRecord = coordinatorRecord({
  type: 'StreamsGroupCurrentMemberAssignment',
  key: 22,
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
    activeTasks: array(streamsGroupCurrentMemberAssignmentTaskIds),
    standbyTasks: array(streamsGroupCurrentMemberAssignmentTaskIds),
    warmupTasks: array(streamsGroupCurrentMemberAssignmentTaskIds),
    activeTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentTaskIds),
    standbyTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentTaskIds),
    warmupTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentTaskIds),
  }),
})

const topicConfig = struct({
  key: string,
  value: string,
})

const topicInfo = struct({
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(topicConfig),
})

const copartitionGroup = struct({
  sourceTopics: array(int16),
  sourceTopicRegex: array(int16),
  repartitionSourceTopics: array(int16),
})

const subtopology = struct({
  subtopologyId: string,
  sourceTopics: array(string),
  sourceTopicRegex: array(string),
  stateChangelogTopics: array(topicInfo),
  repartitionSinkTopics: array(string),
  repartitionSourceTopics: array(topicInfo),
  copartitionGroups: array(copartitionGroup),
})

/** Topology of a streams group. */
export const streamsGroupTopologyRecord = coordinatorRecord({
  type: 'StreamsGroupTopology',
  key: 23,
  keyBody: struct({
    groupId: string,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    epoch: int32,
    subtopologies: array(subtopology),
  }),
})
