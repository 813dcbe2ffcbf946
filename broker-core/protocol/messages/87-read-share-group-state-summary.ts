import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partition: int32,
  leaderEpoch: int32,
})

const readStateSummaryData = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const partitionResult = struct({
  partition: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
  stateEpoch: int32,
  leaderEpoch: int32,
  startOffset: int64,
  deliveryCompleteCount: field(int32, { since: 1, default: -1, ignorable: true }),
})

const readStateSummaryResult = struct({
  topicId: uuid,
  partitions: array(partitionResult),
})

/**
 * Reads the state of share partitions without their batches (KIP-932).
 * - v1: response deliveryCompleteCount (KIP-1226)
 */
export const readShareGroupStateSummary = api({
  key: 87,
  name: 'ReadShareGroupStateSummary',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(readStateSummaryData),
  }),
  response: struct({
    results: array(readStateSummaryResult),
  }),
})
