import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const offsetCommitRequestPartition = struct({
  partitionIndex: int32,
  committedOffset: int64,
  committedLeaderEpoch: field(int32, { since: 6, default: -1, ignorable: true }),
  committedMetadata: nullableString,
})

const offsetCommitRequestTopic = struct({
  name: field(string, { until: 9, ignorable: true }),
  topicId: field(uuid, { since: 10, ignorable: true }),
  partitions: array(offsetCommitRequestPartition),
})

const offsetCommitResponsePartition = struct({
  partitionIndex: int32,
  errorCode: int16,
})

const offsetCommitResponseTopic = struct({
  name: field(string, { until: 9, ignorable: true }),
  topicId: field(uuid, { since: 10, ignorable: true }),
  partitions: array(offsetCommitResponsePartition),
})

/**
 * Commits the offsets of a group.
 * - v3: response throttleTimeMs
 * - v4: same layout
 * - v5: request no longer retentionTimeMs
 * - v6: request committedLeaderEpoch
 * - v7: request groupInstanceId
 * - v8: compact lengths and tagged fields
 * - v9: same layout (KIP-848)
 * - v10: request topicId; request no longer name; response topicId; response no longer name (KIP-848)
 */
export const offsetCommit = api({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexibleSince: 8,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    generationIdOrMemberEpoch: field(int32, { default: -1 }),
    memberId: string,
    groupInstanceId: field(nullableString, { since: 7, default: null }),
    retentionTimeMs: field(int64, { until: 4, default: -1, ignorable: true }),
    topics: array(offsetCommitRequestTopic),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 3, ignorable: true }),
    topics: array(offsetCommitResponseTopic),
  }),
})
