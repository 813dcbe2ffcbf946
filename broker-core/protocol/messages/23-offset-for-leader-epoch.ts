import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const offsetForLeaderPartition = struct({
  partition: int32,
  currentLeaderEpoch: field(int32, { default: -1 }),
  leaderEpoch: int32,
})

const offsetForLeaderTopic = struct({
  topic: string,
  partitions: array(offsetForLeaderPartition),
})

const epochEndOffset = struct({
  errorCode: int16,
  partition: int32,
  leaderEpoch: field(int32, { default: -1 }),
  endOffset: field(int64, { default: -1 }),
})

const offsetForLeaderTopicResult = struct({
  topic: string,
  partitions: array(epochEndOffset),
})

/**
 * Ends of leader epochs, for truncation (KIP-101).
 * - v3: request replicaId
 * - v4: compact lengths and tagged fields
 */
export const offsetForLeaderEpoch = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexibleSince: 4,
  listeners: ['broker'],
  request: struct({
    replicaId: field(int32, { since: 3, default: -2, ignorable: true }),
    topics: array(offsetForLeaderTopic),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(offsetForLeaderTopicResult),
  }),
})
