import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, nullable, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const offsetFetchRequestTopic = struct({
  name: string,
  partitionIndexes: array(int32),
})

const offsetFetchRequestTopics = struct({
  name: field(string, { until: 9, ignorable: true }),
  topicId: field(uuid, { since: 10, ignorable: true }),
  partitionIndexes: array(int32),
})

const offsetFetchRequestGroup = struct({
  groupId: string,
  memberId: field(nullableString, { since: 9, default: null, ignorable: true }),
  memberEpoch: field(int32, { since: 9, default: -1, ignorable: true }),
  topics: nullable(array(offsetFetchRequestTopics)),
})

const offsetFetchResponsePartition = struct({
  partitionIndex: int32,
  committedOffset: int64,
  committedLeaderEpoch: field(int32, { since: 5, default: -1, ignorable: true }),
  metadata: nullableString,
  errorCode: int16,
})

const offsetFetchResponseTopic = struct({
  name: string,
  partitions: array(offsetFetchResponsePartition),
})

const offsetFetchResponsePartitions = struct({
  partitionIndex: int32,
  committedOffset: int64,
  committedLeaderEpoch: field(int32, { default: -1 }),
  metadata: nullableString,
  errorCode: int16,
})

const offsetFetchResponseTopics = struct({
  name: field(string, { until: 9, ignorable: true }),
  topicId: field(uuid, { since: 10, ignorable: true }),
  partitions: array(offsetFetchResponsePartitions),
})

const offsetFetchResponseGroup = struct({
  groupId: string,
  topics: array(offsetFetchResponseTopics),
  errorCode: int16,
})

/**
 * Committed offsets of groups.
 * - v2: response errorCode
 * - v3: response throttleTimeMs
 * - v4: same layout
 * - v5: response committedLeaderEpoch
 * - v6: compact lengths and tagged fields
 * - v7: request requireStable
 * - v8: request groups; request no longer groupId, topics; response groups; response no longer topics, errorCode
 * - v9: request memberId, memberEpoch (KIP-848)
 * - v10: request topicId; request no longer name; response topicId; response no longer name (KIP-848)
 */
export const offsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexibleSince: 6,
  listeners: ['broker'],
  request: struct({
    groupId: field(string, { until: 7 }),
    topics: field(nullable(array(offsetFetchRequestTopic), { since: 2 }), { until: 7 }),
    groups: field(array(offsetFetchRequestGroup), { since: 8 }),
    requireStable: field(bool, { since: 7 }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 3, ignorable: true }),
    topics: field(array(offsetFetchResponseTopic), { until: 7 }),
    errorCode: field(int16, { since: 2, until: 7, ignorable: true }),
    groups: field(array(offsetFetchResponseGroup), { since: 8 }),
  }),
})
