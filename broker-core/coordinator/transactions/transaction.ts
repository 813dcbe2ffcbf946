import { assert } from '../../base/assert.ts'
import type { TransactionStatus } from '../../protocol/persisted/transaction/transaction-record.ts'

/** 0: first clients. 1: flexible records. 2: KIP-890, an epoch per transaction and partitions added by the broker. */
export type TransactionVersion = 0 | 1 | 2

export const noProducerId = -1
export const noEpoch = -1
/** TXN-04: the last epoch that a client may use. */
export const epochMax = 32_766
/** What a last abort or the markers of a last transaction raise it to; no client ever has it. */
const fencingEpochMax = 32_767

export type Partitions = ReadonlyMap<string, ReadonlySet<number>>

/** A transactional id and its present transaction, as an immutable value that is stored whole. */
export interface Transaction {
  readonly transactionalId: string
  readonly status: TransactionStatus
  readonly producerId: number
  readonly producerEpoch: number
  /** The producer id before the last change of it. */
  readonly previousProducerId: number
  /** In Prepare states: what the client was told to go on with after its epochs ran out (TXN-23). */
  readonly nextProducerId: number
  /** The epoch before the last bump that a client may not have heard of (TXN-03). Not stored: lost with the coordinator. */
  readonly previousEpoch: number
  readonly timeoutMs: number
  readonly partitions: Partitions
  /** -1 outside of transactions. */
  readonly startMs: number
  readonly lastUpdateMs: number
  readonly clientVersion: TransactionVersion
}

/** Where a transaction may go. Dead is a tombstone. Empty and Complete go to PrepareAbort only with version 2. */
export const transactionMoves: Readonly<Record<TransactionStatus, readonly TransactionStatus[]>> = {
  Empty: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort'],
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  CompleteCommit: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  CompleteAbort: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Dead: [],
  // Kafka's step between Ongoing and PrepareAbort; it is never stored, and here both happen at once.
  PrepareEpochFence: ['PrepareAbort'],
}

export function next(
  transaction: Transaction,
  change: Partial<Transaction> & { readonly status: TransactionStatus },
): Transaction {
  const isAllowed = transactionMoves[transaction.status].includes(change.status)
  assert(isAllowed, `a transaction does not move from ${transaction.status} to ${change.status}`)
  return { ...transaction, ...change }
}

export const noPartitions: Partitions = new Map()

export const isEpochExhausted = ({ producerEpoch }: Transaction): boolean => producerEpoch >= epochMax

/** The last epoch of the producer id is spent, on fencing it: only another id goes on. */
export const isEpochSpent = ({ producerEpoch }: Transaction): boolean => producerEpoch > epochMax

export const epochAfter = ({ producerEpoch }: Transaction): number => Math.min(producerEpoch + 1, fencingEpochMax)

export const isPrepared = ({ status }: Transaction): boolean => status === 'PrepareCommit' || status === 'PrepareAbort'

export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

export function withPartitions(present: Partitions, added: readonly TopicPartitions[]): Partitions {
  const all = new Map(present)
  for (const { topic, partitions } of added) all.set(topic, new Set([...(all.get(topic) ?? []), ...partitions]))
  return all
}

export const hasPartition = (present: Partitions, topic: string, partition: number): boolean =>
  present.get(topic)?.has(partition) === true

export const hasAllPartitions = (present: Partitions, wanted: readonly TopicPartitions[]): boolean =>
  wanted.every(({ topic, partitions }) => partitions.every(partition => hasPartition(present, topic, partition)))
