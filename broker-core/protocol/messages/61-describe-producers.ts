import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const topicRequest = struct({
  name: string,
  partitionIndexes: array(int32),
})

const producerState = struct({
  producerId: int64,
  producerEpoch: int32,
  lastSequence: field(int32, { default: -1 }),
  lastTimestamp: field(int64, { default: -1 }),
  coordinatorEpoch: int32,
  currentTxnStartOffset: field(int64, { default: -1 }),
})

const partitionResponse = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
  activeProducers: array(producerState),
})

const topicResponse = struct({
  name: string,
  partitions: array(partitionResponse),
})

/** Producers with state in partitions (KIP-664). */
export const describeProducers = api({
  key: 61,
  name: 'DescribeProducers',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    topics: array(topicRequest),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(topicResponse),
  }),
})
