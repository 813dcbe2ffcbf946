import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partition: int32,
  stateEpoch: int32,
  startOffset: int64,
})

const initializeStateData = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const partitionResult = struct({
  partition: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

const initializeStateResult = struct({
  topicId: uuid,
  partitions: array(partitionResult),
})

/** Initializes the state of share partitions (KIP-932). */
export const initializeShareGroupState = api({
  key: 83,
  name: 'InitializeShareGroupState',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(initializeStateData),
  }),
  response: struct({
    results: array(initializeStateResult),
  }),
})
