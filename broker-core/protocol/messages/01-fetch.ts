import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import {
  int16,
  int32,
  int64,
  int64OrInfinity,
  int8,
  nullable,
  nullableRecords,
  nullableString,
  string,
  uuid,
} from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const replicaState = struct({
  replicaId: field(int32, { default: -1 }),
  replicaEpoch: field(int64, { default: -1 }),
})

const fetchPartition = struct({
  partition: int32,
  currentLeaderEpoch: field(int32, { since: 9, default: -1, ignorable: true }),
  fetchOffset: int64,
  lastFetchedEpoch: field(int32, { since: 12, default: -1 }),
  logStartOffset: field(int64, { since: 5, default: -1, ignorable: true }),
  partitionMaxBytes: int32,
  replicaDirectoryId: field(uuid, { since: 17, tag: 0, ignorable: true }),
  highWatermark: field(int64OrInfinity, { since: 18, default: Number.POSITIVE_INFINITY, tag: 1, ignorable: true }),
})

const fetchTopic = struct({
  topic: field(string, { until: 12, ignorable: true }),
  topicId: field(uuid, { since: 13, ignorable: true }),
  partitions: array(fetchPartition),
})

const forgottenTopic = struct({
  topic: field(string, { until: 12, ignorable: true }),
  topicId: field(uuid, { since: 13, ignorable: true }),
  partitions: array(int32),
})

const epochEndOffset = struct({
  epoch: field(int32, { default: -1 }),
  endOffset: field(int64, { default: -1 }),
})

const leaderIdAndEpoch = struct({
  leaderId: field(int32, { default: -1 }),
  leaderEpoch: field(int32, { default: -1 }),
})

const snapshotId = struct({
  endOffset: field(int64, { default: -1 }),
  epoch: field(int32, { default: -1 }),
})

const abortedTransaction = struct({
  producerId: int64,
  firstOffset: int64,
})

const partitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  highWatermark: int64,
  lastStableOffset: field(int64, { default: -1 }),
  logStartOffset: field(int64, { since: 5, default: -1, ignorable: true }),
  divergingEpoch: field(epochEndOffset, { since: 12, tag: 0 }),
  currentLeader: field(leaderIdAndEpoch, { since: 12, tag: 1 }),
  snapshotId: field(snapshotId, { since: 12, tag: 2 }),
  abortedTransactions: nullable(array(abortedTransaction)),
  preferredReadReplica: field(int32, { since: 11, default: -1 }),
  records: nullableRecords,
})

const fetchableTopicResponse = struct({
  topic: field(string, { until: 12, ignorable: true }),
  topicId: field(uuid, { since: 13, ignorable: true }),
  partitions: array(partitionData),
})

const nodeEndpoint = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: field(nullableString, { default: null }),
})

/**
 * Reads record batches: consumers, followers and the metadata quorum.
 * - v5: request logStartOffset; response logStartOffset
 * - v6: same layout
 * - v7: request sessionId, sessionEpoch, forgottenTopicsData; response errorCode, sessionId
 * - v8: same layout
 * - v9: request currentLeaderEpoch (KIP-320)
 * - v10: same layout (KIP-110)
 * - v11: request rackId; response preferredReadReplica
 * - v12: request clusterId, lastFetchedEpoch; response divergingEpoch, currentLeader, snapshotId; compact lengths and tagged
 *   fields
 * - v13: request topicId; request no longer topic; response topicId; response no longer topic (KIP-516)
 * - v14: same layout (KIP-405)
 * - v15: request replicaState; request no longer replicaId (KIP-903)
 * - v16: response nodeEndpoints (KIP-951)
 * - v17: request replicaDirectoryId (KIP-853)
 * - v18: request highWatermark (KIP-1166)
 */
export const fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexibleSince: 12,
  listeners: ['broker', 'controller'],
  request: struct({
    clusterId: field(nullableString, { since: 12, default: null, tag: 0, ignorable: true }),
    replicaId: field(int32, { until: 14, default: -1 }),
    replicaState: field(replicaState, { since: 15, tag: 1 }),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: field(int32, { default: 2147483647 }),
    isolationLevel: int8,
    sessionId: field(int32, { since: 7, ignorable: true }),
    sessionEpoch: field(int32, { since: 7, default: -1, ignorable: true }),
    topics: array(fetchTopic),
    forgottenTopicsData: field(array(forgottenTopic), { since: 7 }),
    rackId: field(string, { since: 11, ignorable: true }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: field(int16, { since: 7, ignorable: true }),
    sessionId: field(int32, { since: 7 }),
    responses: array(fetchableTopicResponse),
    nodeEndpoints: field(array(nodeEndpoint), { since: 16, tag: 0 }),
  }),
})
