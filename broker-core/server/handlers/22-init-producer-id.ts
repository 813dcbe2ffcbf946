import type { TransactionCoordinator } from '../../coordinator/transactions/transaction-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts'
import { handler, type Handler } from '../handler.ts'
import { fencedError } from '../fenced-error.ts'

const producerFencedSince = 4

/** InitProducerId v0-5: IDEM-01, TXN-01..05. Version 6 (two-phase commit, KIP-939) is not served. */
export function initProducerIdHandler(deps: {
  readonly transactions: Pick<TransactionCoordinator, 'initProducerId'>
}): Handler<typeof initProducerId> {
  return handler(initProducerId, async (request, { apiVersion }) => {
    const { error, producerId, producerEpoch } = await deps.transactions.initProducerId(request)
    const code = errorCode(fencedError(error, apiVersion, producerFencedSince))
    return { ...initProducerId.response.zero, errorCode: code, producerId, producerEpoch }
  })
}
