import { PatternError, topicPattern } from '../../coordinator/groups/consumer/topic-pattern.ts'
import type { TransactionCoordinator } from '../../coordinator/transactions/transaction-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { listTransactions } from '../../protocol/messages/66-list-transactions.ts'
import { transactionStatuses } from '../../protocol/persisted/transaction/transaction-record.ts'
import { handler, type Handler } from '../handler.ts'

const statuses: ReadonlySet<string> = new Set(transactionStatuses)

/** ListTransactions v0-2: TXN-16. */
export function listTransactionsHandler(deps: {
  readonly transactions: Pick<TransactionCoordinator, 'listTransactions'>
}): Handler<typeof listTransactions> {
  return handler(listTransactions, async ({ durationFilter, producerIdFilters, stateFilters, transactionalIdPattern }) => {
    const states = new Set(stateFilters.filter(state => statuses.has(state)))
    const unknownStateFilters = stateFilters.filter(state => !statuses.has(state))
    const matches = matcher(transactionalIdPattern)
    if (matches === undefined) {
      return { ...listTransactions.response.zero, errorCode: errorCode('INVALID_REGULAR_EXPRESSION') }
    }
    // Only unknown states asked for: nothing is in one of them.
    if (states.size === 0 && unknownStateFilters.length > 0) return { ...listTransactions.response.zero, unknownStateFilters }
    const { error, transactions } = await deps.transactions.listTransactions({
      states,
      producerIds: new Set(producerIdFilters),
      openLongerThanMs: durationFilter,
      matches,
    })
    return {
      throttleTimeMs: 0,
      errorCode: errorCode(error),
      unknownStateFilters,
      transactionStates: transactions.map(({ transactionalId, producerId, status }) => ({
        transactionalId,
        producerId,
        transactionState: status,
      })),
    }
  })
}

/** Undefined: no pattern that could be understood (KIP-1152). */
function matcher(pattern: string | null): ((transactionalId: string) => boolean) | undefined {
  if (pattern === null || pattern === '') return () => true
  try {
    const compiled = topicPattern(pattern)
    return transactionalId => compiled.matches(transactionalId)
  } catch (error) {
    if (error instanceof PatternError) return undefined
    throw error
  }
}
