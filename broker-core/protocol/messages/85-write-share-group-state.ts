import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, int8, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const stateBatch = struct({
  firstOffset: int64,
  lastOffset: int64,
  deliveryState: int8,
  deliveryCount: int16,
})

const partitionData = struct({
  partition: int32,
  stateEpoch: int32,
  leaderEpoch: int32,
  startOffset: int64,
  deliveryCompleteCount: field(int32, { since: 1, default: -1, ignorable: true }),
  stateBatches: array(stateBatch),
})

const writeStateData = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const partitionResult = struct({
  partition: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

const writeStateResult = struct({
  topicId: uuid,
  partitions: array(partitionResult),
})

/**
 * Writes the state of share partitions (KIP-932).
 * - v1: request deliveryCompleteCount (KIP-1226)
 */
export const writeShareGroupState = api({
  key: 85,
  name: 'WriteShareGroupState',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(writeStateData),
  }),
  response: struct({
    results: array(writeStateResult),
  }),
})
