import type { TransactionCoordinator } from '../../coordinator/transactions/transaction-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { endTxn } from '../../protocol/messages/26-end-txn.ts'
import { fencedError } from '../fenced-error.ts'
import { handler, type Handler } from '../handler.ts'

const producerFencedSince = 2
/** KIP-890: an epoch per transaction. */
const epochPerTransactionSince = 5

/** EndTxn v0-5: TXN-10, TXN-11, TXN-23, TXN-24. */
export function endTxnHandler(deps: {
  readonly transactions: Pick<TransactionCoordinator, 'endTransaction'>
}): Handler<typeof endTxn> {
  return handler(endTxn, async (request, { apiVersion }) => {
    const clientVersion = apiVersion >= epochPerTransactionSince ? 2 : 0
    const { error, producerId, producerEpoch } = await deps.transactions.endTransaction({ ...request, clientVersion })
    const code = errorCode(fencedError(error, apiVersion, producerFencedSince))
    return { throttleTimeMs: 0, errorCode: code, producerId, producerEpoch }
  })
}
