import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const txnOffsetCommitRequestPartition = struct({
  partitionIndex: int32,
  committedOffset: int64,
  committedLeaderEpoch: field(int32, { since: 2, default: -1, ignorable: true }),
  committedMetadata: nullableString,
})

const txnOffsetCommitRequestTopic = struct({
  name: field(string, { until: 5, ignorable: true }),
  topicId: field(uuid, { since: 6, ignorable: true }),
  partitions: array(txnOffsetCommitRequestPartition),
})

const txnOffsetCommitResponsePartition = struct({
  partitionIndex: int32,
  errorCode: int16,
})

const txnOffsetCommitResponseTopic = struct({
  name: field(string, { until: 5, ignorable: true }),
  topicId: field(uuid, { since: 6, ignorable: true }),
  partitions: array(txnOffsetCommitResponsePartition),
})

/**
 * Commits offsets of a group within a transaction.
 * - v1: same layout
 * - v2: request committedLeaderEpoch
 * - v3: request generationIdOrMemberEpoch, memberId, groupInstanceId; compact lengths and tagged fields
 * - v4: same layout (KIP-890)
 * - v5: same layout (KIP-890)
 * - v6: request topicId; request no longer name; response topicId; response no longer name (KIP-1319)
 */
export const txnOffsetCommit = api({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 6],
  flexibleSince: 3,
  listeners: ['broker'],
  request: struct({
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationIdOrMemberEpoch: field(int32, { since: 3, default: -1 }),
    memberId: field(string, { since: 3 }),
    groupInstanceId: field(nullableString, { since: 3, default: null }),
    topics: array(txnOffsetCommitRequestTopic),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(txnOffsetCommitResponseTopic),
  }),
})
