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

const subtopology = struct({
  subtopologyId: string,
  sourceTopics: array(string),
  repartitionSinkTopics: array(string),
  stateChangelogTopics: array(topicInfo),
  repartitionSourceTopics: array(topicInfo),
})

const topology = struct({
  epoch: int32,
  subtopologies: field(nullable(array(subtopology)), { default: null }),
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

const taskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
})

const assignment = struct({
  activeTasks: array(taskIds),
  standbyTasks: array(taskIds),
  warmupTasks: array(taskIds),
})

const member = struct({
  memberId: string,
  memberEpoch: int32,
  instanceId: field(nullableString, { default: null }),
  rackId: field(nullableString, { default: null }),
  clientId: string,
  clientHost: string,
  topologyEpoch: int32,
  processId: string,
  userEndpoint: field(nullable(endpoint), { default: null }),
  clientTags: array(keyValue),
  taskOffsets: array(taskOffset),
  taskEndOffsets: array(taskOffset),
  assignment: assignment,
  targetAssignment: assignment,
  isClassic: bool,
})

const topologyDescriptionNode = struct({
  name: string,
  nodeType: int8,
  sourceTopics: array(string),
  sinkTopic: field(nullableString, { default: null }),
  stores: array(string),
  successors: array(string),
})

const topologyDescriptionSubtopology = struct({
  subtopologyId: string,
  nodes: array(topologyDescriptionNode),
})

const topologyDescriptionGlobalStore = struct({
  source: topologyDescriptionNode,
  processor: topologyDescriptionNode,
})

const topologyDescription = struct({
  subtopologies: array(topologyDescriptionSubtopology),
  globalStores: array(topologyDescriptionGlobalStore),
})

const describedGroup = struct({
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
  groupId: string,
  groupState: string,
  groupEpoch: int32,
  assignmentEpoch: int32,
  topology: field(nullable(topology), { default: null }),
  members: array(member),
  authorizedOperations: field(int32, { default: -2147483648 }),
  topologyDescription: field(nullable(topologyDescription), { since: 1, default: null }),
  topologyDescriptionStatus: field(int8, { since: 1 }),
  assignorName: field(nullableString, { since: 1, default: null, ignorable: true }),
})

/**
 * State, topology and members of streams groups (KIP-1071).
 * - v1: request includeTopologyDescription; response topologyDescription, topologyDescriptionStatus, assignorName (KIP-1331,
 *   KIP-1357)
 */
export const streamsGroupDescribe = api({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupIds: array(string),
    includeAuthorizedOperations: bool,
    includeTopologyDescription: field(bool, { since: 1 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    groups: array(describedGroup),
  }),
})
