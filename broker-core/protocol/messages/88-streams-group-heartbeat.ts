import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, int8, nullable, nullableString, string, uint16 } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const keyValue = struct({
  key: string,
  value: string,
})

const topicInfo = struct({
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
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

const topology = struct({
  epoch: int32,
  subtopologies: array(subtopology),
})

const taskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
})

const endpoint = struct({
  host: string,
  port: uint16,
})

const taskOffset = struct({
  subtopologyId: string,
  partition: int32,
  offset: int64,
})

const status = struct({
  statusCode: int8,
  statusDetail: string,
})

const topicPartition = struct({
  topic: string,
  partitions: array(int32),
})

const endpointToPartitions = struct({
  userEndpoint: endpoint,
  activePartitions: array(topicPartition),
  standbyPartitions: array(topicPartition),
})

/**
 * Joins, heartbeats and leaves a streams group (KIP-1071).
 * - v1: response acceptableRecoveryLag, topologyDescriptionRequired; response no longer acceptableRecoveryLagLegacy (KIP-1331)
 */
export const streamsGroupHeartbeat = api({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    endpointInformationEpoch: int32,
    instanceId: field(nullableString, { default: null }),
    rackId: field(nullableString, { default: null }),
    rebalanceTimeoutMs: field(int32, { default: -1 }),
    topology: field(nullable(topology), { default: null }),
    activeTasks: field(nullable(array(taskIds)), { default: null }),
    standbyTasks: field(nullable(array(taskIds)), { default: null }),
    warmupTasks: field(nullable(array(taskIds)), { default: null }),
    processId: field(nullableString, { default: null }),
    userEndpoint: field(nullable(endpoint), { default: null }),
    clientTags: field(nullable(array(keyValue)), { default: null }),
    taskOffsets: field(nullable(array(taskOffset)), { default: null }),
    taskEndOffsets: field(nullable(array(taskOffset)), { default: null }),
    shutdownApplication: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
    memberId: string,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    acceptableRecoveryLagLegacy: field(int32, { until: 0 }),
    taskOffsetIntervalMs: int32,
    acceptableRecoveryLag: field(int64, { since: 1, default: -1, ignorable: true }),
    status: nullable(array(status)),
    activeTasks: field(nullable(array(taskIds)), { default: null }),
    standbyTasks: field(nullable(array(taskIds)), { default: null }),
    warmupTasks: field(nullable(array(taskIds)), { default: null }),
    topologyDescriptionRequired: field(bool, { since: 1 }),
    endpointInformationEpoch: int32,
    partitionsByUserEndpoint: field(nullable(array(endpointToPartitions)), { default: null }),
  }),
})
