import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, int8, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partition: int32,
  leaderEpoch: int32,
})

const readStateData = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const stateBatch = struct({
  firstOffset: int64,
  lastOffset: int64,
  deliveryState: int8,
  deliveryCount: int16,
})

const partitionResult = struct({
  partition: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
  stateEpoch: int32,
  startOffset: int64,
  stateBatches: array(stateBatch),
})

const readStateResult = struct({
  topicId: uuid,
  partitions: array(partitionResult),
})

/** Reads the state of share partitions (KIP-932). */
export const readShareGroupState = api({
  key: 84,
  name: 'ReadShareGroupState',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(readStateData),
  }),
  response: struct({
    results: array(readStateResult),
  }),
})
