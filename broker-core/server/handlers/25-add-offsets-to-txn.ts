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
}): Handler<typeof addOffsetsToTxn> {
  return handler(addOffsetsToTxn, async ({ groupId, ...transaction }, { apiVersion }) => {
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
