import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const topicData = struct({
  topic: string,
  partitions: array(int32),
})

const transactionState = struct({
  errorCode: int16,
  transactionalId: string,
  transactionState: string,
  transactionTimeoutMs: int32,
  transactionStartTimeMs: int64,
  producerId: int64,
  producerEpoch: int16,
  topics: array(topicData),
})

/** Transactions in detail (KIP-664). */
export const describeTransactions = api({
  key: 65,
  name: 'DescribeTransactions',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    transactionalIds: array(string),
  }),
  response: struct({
    throttleTimeMs: int32,
    transactionStates: array(transactionState),
  }),
})
