import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, records, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const snapshotId = struct({
  endOffset: int64,
  epoch: int32,
})

const partitionSnapshot = struct({
  partition: int32,
  currentLeaderEpoch: int32,
  snapshotId: snapshotId,
  position: int64,
  replicaDirectoryId: field(uuid, { since: 1, tag: 0, ignorable: true }),
})

const topicSnapshot = struct({
  name: string,
  partitions: array(partitionSnapshot),
})

const leaderIdAndEpoch = struct({
  leaderId: int32,
  leaderEpoch: int32,
})

const responsePartitionSnapshot = struct({
  index: int32,
  errorCode: int16,
  snapshotId: snapshotId,
  currentLeader: field(leaderIdAndEpoch, { tag: 0 }),
  size: int64,
  position: int64,
  unalignedRecords: records,
})

const responseTopicSnapshot = struct({
  name: string,
  partitions: array(responsePartitionSnapshot),
})

const nodeEndpoint = struct({
  nodeId: int32,
  host: string,
  port: uint16,
})

/**
 * Reads a piece of a metadata snapshot (KIP-630).
 * - v1: request replicaDirectoryId; response nodeEndpoints (KIP-853)
 */
export const fetchSnapshot = api({
  key: 59,
  name: 'FetchSnapshot',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    clusterId: field(nullableString, { default: null, tag: 0 }),
    replicaId: field(int32, { default: -1 }),
    maxBytes: field(int32, { default: 2147483647 }),
    topics: array(topicSnapshot),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    topics: array(responseTopicSnapshot),
    nodeEndpoints: field(array(nodeEndpoint), { since: 1, tag: 0 }),
  }),
})
