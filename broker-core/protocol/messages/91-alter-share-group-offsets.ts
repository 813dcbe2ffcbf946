import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const alterShareGroupOffsetsRequestPartition = struct({
  partitionIndex: int32,
  startOffset: int64,
})

const alterShareGroupOffsetsRequestTopic = struct({
  topicName: string,
  partitions: array(alterShareGroupOffsetsRequestPartition),
})

const alterShareGroupOffsetsResponsePartition = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

const alterShareGroupOffsetsResponseTopic = struct({
  topicName: string,
  topicId: uuid,
  partitions: array(alterShareGroupOffsetsResponsePartition),
})

/** Changes start offsets of a share group (KIP-932). */
export const alterShareGroupOffsets = api({
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(alterShareGroupOffsetsRequestTopic),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
    responses: array(alterShareGroupOffsetsResponseTopic),
  }),
})
