import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, int8, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const writableTxnMarkerTopic = struct({
  name: string,
  partitionIndexes: array(int32),
})

const writableTxnMarker = struct({
  producerId: int64,
  producerEpoch: int16,
  transactionResult: bool,
  topics: array(writableTxnMarkerTopic),
  coordinatorEpoch: int32,
  transactionVersion: field(int8, { since: 2, ignorable: true }),
})

const writableTxnMarkerPartitionResult = struct({
  partitionIndex: int32,
  errorCode: int16,
})

const writableTxnMarkerTopicResult = struct({
  name: string,
  partitions: array(writableTxnMarkerPartitionResult),
})

const writableTxnMarkerResult = struct({
  producerId: int64,
  topics: array(writableTxnMarkerTopicResult),
})

/**
 * The transaction coordinator has markers written to partitions.
 * - v2: request transactionVersion (KIP-1228)
 */
export const writeTxnMarkers = api({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: [1, 2],
  flexibleSince: 1,
  listeners: ['broker'],
  request: struct({
    markers: array(writableTxnMarker),
  }),
  response: struct({
    markers: array(writableTxnMarkerResult),
  }),
})
