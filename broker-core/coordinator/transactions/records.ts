import { WireFormatError } from '../../base/bytes/wire-format-error.ts'
import { encodeRecordKey, encodeRecordValue, type RecordValueOf } from '../../protocol/persisted/coordinator-record.ts'
import { transactionLogRecord } from '../../protocol/persisted/transaction/transaction-log.ts'
import {
  decodeTransactionRecord,
  type TransactionRecord,
  transactionStatuses,
} from '../../protocol/persisted/transaction/transaction-record.ts'
import type { PersistedFact, PersistedRecord } from '../runtime/machine.ts'
import type { TransactionFact } from './commands.ts'
import { noEpoch, type Partitions, type Transaction, type TransactionVersion } from './transaction.ts'

/** INT-03. Version 1 (flexible) as soon as one of its fields says something; older brokers can read what they could write. */
export function encodeTransactionFact({ transactionalId, transaction }: TransactionFact): PersistedRecord {
  const key = encodeRecordKey(transactionLogRecord, { transactionalId })
  if (transaction === undefined) return { kind: 'record', key, value: null }
  return { kind: 'record', key, value: encodeRecordValue(transactionLogRecord, valueOf(transaction), 1) }
}

function valueOf(transaction: Transaction): RecordValueOf<typeof transactionLogRecord> {
  const { status, partitions } = transaction
  const topics = [...partitions].map(([topic, ids]) => ({ topic, partitionIds: [...ids] }))
  return {
    producerId: transaction.producerId,
    previousProducerId: transaction.previousProducerId,
    nextProducerId: transaction.nextProducerId,
    producerEpoch: transaction.producerEpoch,
    nextProducerEpoch: -1,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: transactionStatuses.indexOf(status),
    // Kafka writes null, not an empty list, for an id that never had a transaction.
    transactionPartitions: status === 'Empty' && topics.length === 0 ? null : topics,
    transactionLastUpdateTimestampMs: transaction.lastUpdateMs,
    transactionStartTimestampMs: transaction.startMs,
    clientTransactionVersion: transaction.clientVersion,
  }
}

/** Undefined: a record that this version does not know, or cannot read; loading passes over it. */
export function decodeTransactionFact(persisted: PersistedFact): TransactionFact | undefined {
  const decoded = persisted.kind === 'record' ? readRecord(persisted) : undefined
  if (decoded === undefined) return undefined
  const { transactionalId } = decoded.key
  if (decoded.value === null) return { transactionalId, transaction: undefined }
  const transaction = transactionOf(transactionalId, decoded.value)
  return transaction && { transactionalId, transaction }
}

function readRecord({ key, value }: PersistedRecord): TransactionRecord | undefined {
  try {
    return decodeTransactionRecord(key, value)
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

function transactionOf(transactionalId: string, value: RecordValueOf<typeof transactionLogRecord>): Transaction | undefined {
  const status = transactionStatuses[value.transactionStatus]
  if (status === undefined || status === 'Dead' || status === 'PrepareEpochFence') return undefined
  const partitions: Partitions = new Map(
    (value.transactionPartitions ?? []).map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]),
  )
  return {
    transactionalId,
    status,
    producerId: value.producerId,
    producerEpoch: value.producerEpoch,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    previousEpoch: noEpoch,
    timeoutMs: value.transactionTimeoutMs,
    partitions,
    startMs: value.transactionStartTimestampMs,
    lastUpdateMs: value.transactionLastUpdateTimestampMs,
    clientVersion: versionOf(value.clientTransactionVersion),
  }
}

const versionOf = (stored: number): TransactionVersion => (stored >= 2 ? 2 : stored === 1 ? 1 : 0)
