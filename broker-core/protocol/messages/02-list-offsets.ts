import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, int8, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const listOffsetsPartition = struct({
  partitionIndex: int32,
  currentLeaderEpoch: field(int32, { since: 4, default: -1, ignorable: true }),
  timestamp: int64,
})

const listOffsetsTopic = struct({
  name: string,
  partitions: array(listOffsetsPartition),
})

const listOffsetsPartitionResponse = struct({
  partitionIndex: int32,
  errorCode: int16,
  timestamp: field(int64, { default: -1 }),
  offset: field(int64, { default: -1 }),
  leaderEpoch: field(int32, { since: 4, default: -1 }),
})

const listOffsetsTopicResponse = struct({
  name: string,
  partitions: array(listOffsetsPartitionResponse),
})

/**
 * Offsets by timestamp, and the ends of partitions.
 * - v2: request isolationLevel; response throttleTimeMs
 * - v3: same layout
 * - v4: request currentLeaderEpoch; response leaderEpoch
 * - v5: same layout
 * - v6: compact lengths and tagged fields
 * - v7: same layout (KIP-734)
 * - v8: same layout (KIP-405)
 * - v9: same layout (KIP-1005)
 * - v10: request timeoutMs (KIP-1075)
 * - v11: same layout (KIP-1023)
 */
export const listOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexibleSince: 6,
  listeners: ['broker'],
  request: struct({
    replicaId: int32,
    isolationLevel: field(int8, { since: 2 }),
    topics: array(listOffsetsTopic),
    timeoutMs: field(int32, { since: 10, ignorable: true }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 2, ignorable: true }),
    topics: array(listOffsetsTopicResponse),
  }),
})
