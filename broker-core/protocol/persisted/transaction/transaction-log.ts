import { coordinatorRecord } from '../coordinator-record.ts'
import { array } from '../../schema/array.ts'
import { int16, int32, int64, int8, nullable, string } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

const partitionsSchema = struct({
  topic: string,
  partitionIds: array(int32),
})

/**
 * State of a transactional id.
 * - v1: previousProducerId, nextProducerId, nextProducerEpoch, clientTransactionVersion; compact lengths and tagged fields
 *   (KIP-915)
 */
export const transactionLogRecord = coordinatorRecord({
  type: 'TransactionLog',
  key: 0,
  keyBody: struct({
    transactionalId: string,
  }),
  versions: [0, 1],
  flexibleSince: 1,
  valueBody: struct({
    producerId: int64,
    previousProducerId: field(int64, { since: 1, default: -1, tag: 0 }),
    nextProducerId: field(int64, { since: 1, default: -1, tag: 1 }),
    producerEpoch: int16,
    nextProducerEpoch: field(int16, { since: 1, default: -1, tag: 3 }),
    transactionTimeoutMs: int32,
    transactionStatus: int8,
    transactionPartitions: nullable(array(partitionsSchema)),
    transactionLastUpdateTimestampMs: int64,
    transactionStartTimestampMs: int64,
    clientTransactionVersion: field(int16, { since: 1, tag: 2 }),
  }),
})
