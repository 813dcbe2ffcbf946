import type { TransactionCoordinator } from '../../coordinator/transactions/transaction-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { listTransactions } from '../../protocol/messages/66-list-transactions.ts'
import { transactionStatuses } from '../../protocol/persisted/transaction/transaction-record.ts'
import { handler, type Handler } from '../handler.ts'

const statuses: ReadonlySet<string> = new Set(transactionStatuses)

/** ListTransactions v0-1: TXN-16. The pattern of version 2 (KIP-1152) is not served. */
export function listTransactionsHandler(deps: {
  readonly transactions: Pick<TransactionCoordinator, 'listTransactions'>
}): Handler<typeof listTransactions> {
  return handler(
    listTransactions,
    async ({ stateFilters, producerIdFilters, durationFilter }) => {
      const states = new Set(stateFilters.filter(state => statuses.has(state)))
      const unknownStateFilters = stateFilters.filter(state => !statuses.has(state))
      // Only unknown states asked for: nothing is in one of them.
      if (states.size === 0 && unknownStateFilters.length > 0) {
        return { ...listTransactions.response.zero, unknownStateFilters }
      }
      const { error, transactions } = await deps.transactions.listTransactions({
        states,
        producerIds: new Set(producerIdFilters),
        openLongerThanMs: durationFilter,
        matches: () => true,
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
    },
    [0, 1],
  )
}
