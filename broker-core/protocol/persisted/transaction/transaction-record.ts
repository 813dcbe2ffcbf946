import { decodeCoordinatorRecord, type DecodedRecord } from '../coordinator-record.ts'
import { transactionLogRecord } from './transaction-log.ts'

/** Every record of `__transaction_state`. */
export const transactionRecordsByKey: ReadonlyMap<number, typeof transactionLogRecord> = new Map([
  [transactionLogRecord.key, transactionLogRecord],
])

export type TransactionRecord = DecodedRecord<typeof transactionLogRecord>

/** Undefined for a type that this version does not know. Throws WireFormatError for bytes that are not such a record. */
export function decodeTransactionRecord(key: Uint8Array, value: Uint8Array | null): TransactionRecord | undefined {
  return decodeCoordinatorRecord(transactionRecordsByKey, key, value)
}

/** States of a transaction as TransactionLog stores them (`transactionStatus`). */
export const transactionStatuses = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const

export type TransactionStatus = (typeof transactionStatuses)[number]
