import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const deleteShareGroupOffsetsRequestTopic = struct({
  topicName: string,
})

const deleteShareGroupOffsetsResponseTopic = struct({
  topicName: string,
  topicId: uuid,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

/** Deletes start offsets of a share group (KIP-932). */
export const deleteShareGroupOffsets = api({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(deleteShareGroupOffsetsRequestTopic),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
    responses: array(deleteShareGroupOffsetsResponseTopic),
  }),
})
