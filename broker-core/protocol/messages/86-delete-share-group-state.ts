import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partition: int32,
})

const deleteStateData = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const partitionResult = struct({
  partition: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

const deleteStateResult = struct({
  topicId: uuid,
  partitions: array(partitionResult),
})

/** Deletes the state of share partitions (KIP-932). */
export const deleteShareGroupState = api({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(deleteStateData),
  }),
  response: struct({
    results: array(deleteStateResult),
  }),
})
