import type { TransactionStatus } from '../../protocol/persisted/transaction/transaction-record.ts'
import type { TransactionsState } from './commands.ts'
import type { TopicPartitions } from './transaction.ts'

export interface DescribedTransaction {
  readonly transactionalId: string
  readonly status: TransactionStatus
  readonly timeoutMs: number
  /** -1 outside of transactions. */
  readonly startMs: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly topics: readonly TopicPartitions[]
}

/** DescribeTransactions (KIP-664); undefined: not known (TXN-16). */
export function describeTransactionIn(state: TransactionsState, transactionalId: string): DescribedTransaction | undefined {
  const transaction = state.get(transactionalId)
  if (transaction === undefined) return undefined
  const { status, timeoutMs, producerId, producerEpoch, partitions } = transaction
  const isOpen = status === 'Ongoing' || status === 'PrepareCommit' || status === 'PrepareAbort'
  return {
    transactionalId,
    status,
    timeoutMs,
    startMs: isOpen ? transaction.startMs : -1,
    producerId,
    producerEpoch,
    topics: [...partitions].map(([topic, ids]) => ({ topic, partitions: [...ids] })),
  }
}

export interface TransactionFilters {
  /** Empty: all. */
  readonly states: ReadonlySet<string>
  readonly producerIds: ReadonlySet<number>
  /** Open for longer than this; negative: all (KIP-994). */
  readonly openLongerThanMs: number
  /** The whole id must match; undefined: all (KIP-1152). */
  matches(transactionalId: string): boolean
}

export interface ListedTransaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly status: TransactionStatus
}

/** ListTransactions: TXN-16. */
export function listTransactionsIn(state: TransactionsState, filters: TransactionFilters, nowMs: number): ListedTransaction[] {
  const { states, producerIds, openLongerThanMs } = filters
  const listed: ListedTransaction[] = []
  for (const { transactionalId, producerId, status, startMs } of state.values()) {
    if (states.size > 0 && !states.has(status)) continue
    if (producerIds.size > 0 && !producerIds.has(producerId)) continue
    const openMs = startMs < 0 ? 0 : nowMs - startMs
    if (openLongerThanMs >= 0 && openMs <= openLongerThanMs) continue
    if (filters.matches(transactionalId)) listed.push({ transactionalId, producerId, status })
  }
  return listed
}
