import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partitionIndex: int32,
  replicaEpoch: int32,
  replicaId: int32,
  replicaDirectoryId: field(uuid, { since: 1, ignorable: true }),
  voterDirectoryId: field(uuid, { since: 1, ignorable: true }),
  lastOffsetEpoch: int32,
  lastOffset: int64,
  preVote: field(bool, { since: 2 }),
})

const topicData = struct({
  topicName: string,
  partitions: array(partitionData),
})

const responsePartitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  leaderId: int32,
  leaderEpoch: int32,
  voteGranted: bool,
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
 * A candidate of the metadata quorum asks for a vote (KIP-595).
 * - v1: request voterId, replicaDirectoryId, voterDirectoryId; response nodeEndpoints (KIP-853)
 * - v2: request preVote
 */
export const vote = api({
  key: 52,
  name: 'Vote',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    clusterId: field(nullableString, { default: null }),
    voterId: field(int32, { since: 1, default: -1, ignorable: true }),
    topics: array(topicData),
  }),
  response: struct({
    errorCode: int16,
    topics: array(responseTopicData),
    nodeEndpoints: field(array(nodeEndpoint), { since: 1, tag: 0 }),
  }),
})
