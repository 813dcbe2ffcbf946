import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const replicaInfo = struct({
  candidateId: int32,
  candidateDirectoryId: uuid,
})

const partitionData = struct({
  partitionIndex: int32,
  leaderId: int32,
  leaderEpoch: int32,
  preferredSuccessors: field(array(int32), { until: 0, ignorable: true }),
  preferredCandidates: field(array(replicaInfo), { since: 1, ignorable: true }),
})

const topicData = struct({
  topicName: string,
  partitions: array(partitionData),
})

const leaderEndpoint = struct({
  name: string,
  host: string,
  port: uint16,
})

const responsePartitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  leaderId: int32,
  leaderEpoch: int32,
})

const responseTopicData = struct({
  topicName: string,
  partitions: array(responsePartitionData),
})

const nodeEndpoint = struct({
  nodeId: int32,
  host: string,
  port: uint16,
})

/**
 * A resigning leader of the metadata quorum says who should follow (KIP-595).
 * - v1: request preferredCandidates, leaderEndpoints; request no longer preferredSuccessors; response nodeEndpoints; compact
 *   lengths and tagged fields (KIP-853)
 */
export const endQuorumEpoch = api({
  key: 54,
  name: 'EndQuorumEpoch',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['controller'],
  request: struct({
    clusterId: field(nullableString, { default: null }),
    topics: array(topicData),
    leaderEndpoints: field(array(leaderEndpoint), { since: 1, ignorable: true }),
  }),
  response: struct({
    errorCode: int16,
    topics: array(responseTopicData),
    nodeEndpoints: field(array(nodeEndpoint), { since: 1, tag: 0 }),
  }),
})
