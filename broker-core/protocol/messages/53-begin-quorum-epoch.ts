import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partitionIndex: int32,
  voterDirectoryId: field(uuid, { since: 1, ignorable: true }),
  leaderId: int32,
  leaderEpoch: int32,
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
 * A new leader of the metadata quorum announces itself (KIP-595).
 * - v1: request voterId, voterDirectoryId, leaderEndpoints; response nodeEndpoints; compact lengths and tagged fields
 *   (KIP-853)
 */
export const beginQuorumEpoch = api({
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['controller'],
  request: struct({
    clusterId: field(nullableString, { default: null }),
    voterId: field(int32, { since: 1, default: -1, ignorable: true }),
    topics: array(topicData),
    leaderEndpoints: field(array(leaderEndpoint), { since: 1, ignorable: true }),
  }),
  response: struct({
    errorCode: int16,
    topics: array(responseTopicData),
    nodeEndpoints: field(array(nodeEndpoint), { since: 1, tag: 0 }),
  }),
})
