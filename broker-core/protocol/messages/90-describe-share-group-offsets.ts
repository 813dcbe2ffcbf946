import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullable, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const describeShareGroupOffsetsRequestTopic = struct({
  topicName: string,
  partitions: array(int32),
})

const describeShareGroupOffsetsRequestGroup = struct({
  groupId: string,
  topics: nullable(array(describeShareGroupOffsetsRequestTopic)),
})

const describeShareGroupOffsetsResponsePartition = struct({
  partitionIndex: int32,
  startOffset: int64,
  leaderEpoch: int32,
  lag: field(int64, { since: 1, default: -1, ignorable: true }),
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

const describeShareGroupOffsetsResponseTopic = struct({
  topicName: string,
  topicId: uuid,
  partitions: array(describeShareGroupOffsetsResponsePartition),
})

const describeShareGroupOffsetsResponseGroup = struct({
  groupId: string,
  topics: array(describeShareGroupOffsetsResponseTopic),
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

/**
 * Start offsets of share groups (KIP-932).
 * - v1: response lag (KIP-1226)
 */
export const describeShareGroupOffsets = api({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groups: array(describeShareGroupOffsetsRequestGroup),
  }),
  response: struct({
    throttleTimeMs: int32,
    groups: array(describeShareGroupOffsetsResponseGroup),
  }),
})
