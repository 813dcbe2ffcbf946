import type { DescribedTransaction } from '../../coordinator/transactions/describe.ts'
import type { TransactionCoordinator } from '../../coordinator/transactions/transaction-coordinator.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { describeTransactions } from '../../protocol/messages/65-describe-transactions.ts'
import { handler, type Handler } from '../handler.ts'

type Described = ResponseOf<typeof describeTransactions>['transactionStates'][number]

/** DescribeTransactions v0: TXN-16. */
export function describeTransactionsHandler(deps: {
  readonly transactions: Pick<TransactionCoordinator, 'describeTransaction'>
}): Handler<typeof describeTransactions> {
  return handler(describeTransactions, async ({ transactionalIds }) => ({
    throttleTimeMs: 0,
    transactionStates: await Promise.all(
      transactionalIds.map(async id =>
        toWire(id, id === '' ? 'INVALID_REQUEST' : await deps.transactions.describeTransaction(id)),
      ),
    ),
  }))
}

function toWire(transactionalId: string, described: DescribedTransaction | KafkaErrorName | undefined): Described {
  if (described === undefined || typeof described === 'string') {
    return {
      errorCode: errorCode(described ?? 'TRANSACTIONAL_ID_NOT_FOUND'),
      transactionalId,
      transactionState: '',
      transactionTimeoutMs: 0,
      transactionStartTimeMs: -1,
      producerId: -1,
      producerEpoch: -1,
      topics: [],
    }
  }
  return {
    errorCode: 0,
    transactionalId,
    transactionState: described.status,
    transactionTimeoutMs: described.timeoutMs,
    transactionStartTimeMs: described.startMs,
    producerId: described.producerId,
    producerEpoch: described.producerEpoch,
    topics: described.topics,
  }
}
