import type { CoordinatorFinder } from '../../coordinator/find-coordinator.ts'
import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import type { TransactionCoordinator } from '../../coordinator/transactions/transaction-coordinator.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import { addOffsetsToTxn } from '../../protocol/messages/25-add-offsets-to-txn.ts'
import { fencedError } from '../fenced-error.ts'
import { handler, type Handler } from '../handler.ts'

const producerFencedSince = 2

/** AddOffsetsToTxn v0-4: TXN-08. */
export function addOffsetsToTxnHandler(deps: {
  readonly transactions: Pick<TransactionCoordinator, 'addPartitions'>
  readonly groups: Pick<GroupCoordinator, 'partitionOf'>
  readonly coordinators: Pick<CoordinatorFinder, 'ensureTopic'>
}): Handler<typeof addOffsetsToTxn> {
  return handler(addOffsetsToTxn, async ({ groupId, ...transaction }, { apiVersion }) => {
    // A producer may be the first to need the offsets topic (INT-01).
    await deps.coordinators.ensureTopic('group')
    const partition = deps.groups.partitionOf(groupId)
    const error: KafkaErrorName =
      partition === undefined
        ? 'COORDINATOR_NOT_AVAILABLE'
        : await deps.transactions.addPartitions({
            ...transaction,
            topics: [{ topic: '__consumer_offsets', partitions: [partition] }],
            clientVersion: 0,
          })
    return { throttleTimeMs: 0, errorCode: errorCode(fencedError(error, apiVersion, producerFencedSince)) }
  })
}
