import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import { answer, replyTo } from '../runtime/machine.ts'
import type { AddPartitionsCommand, ProducerIdentity, TransactionDecision, VerifyCommand } from './commands.ts'
import {
  hasAllPartitions,
  hasPartition,
  isEpochSpent,
  isPrepared,
  next,
  noPartitions,
  type Transaction,
  withPartitions,
} from './transaction.ts'

/** TXN-05: who asks, against who holds the transactional id. */
function producerRefusal(transaction: Transaction | undefined, identity: ProducerIdentity): KafkaErrorName | undefined {
  if (transaction === undefined || transaction.producerId !== identity.producerId) return 'INVALID_PRODUCER_ID_MAPPING'
  if (transaction.producerEpoch !== identity.producerEpoch) return 'PRODUCER_FENCED'
  return isEpochSpent(transaction) ? 'PRODUCER_FENCED' : undefined
}

/** AddPartitionsToTxn and AddOffsetsToTxn: TXN-06, TXN-08. */
export function decideAddPartitions(
  transaction: Transaction | undefined,
  command: AddPartitionsCommand,
  nowMs: number,
): TransactionDecision {
  const { ticket, topics, clientVersion, transactionalId } = command
  // Before who asks: while markers are on their way it may be the producer id that the end of the transaction gave out (TXN-23).
  const isEnding = transaction !== undefined && isPrepared(transaction)
  const refusal = isEnding ? 'CONCURRENT_TRANSACTIONS' : producerRefusal(transaction, command)
  if (transaction === undefined || refusal !== undefined) return answer(ticket, refusal ?? 'INVALID_PRODUCER_ID_MAPPING')
  const isOpen = transaction.status === 'Ongoing'
  if (isOpen && hasAllPartitions(transaction.partitions, topics)) return answer(ticket, 'NONE')
  const grown = next(transaction, {
    status: 'Ongoing',
    partitions: withPartitions(isOpen ? transaction.partitions : noPartitions, topics),
    startMs: isOpen ? transaction.startMs : nowMs,
    lastUpdateMs: nowMs,
    clientVersion,
    // A new transaction: the client has heard of its epoch, so the one before is fenced for good.
    previousEpoch: isOpen ? transaction.previousEpoch : -1,
  })
  return { facts: [{ transactionalId, transaction: grown }], replies: [replyTo(ticket, 'NONE')], timers: [], effects: [] }
}

/** TXN-20: may this producer write to these partitions now? */
export function decideVerify(transaction: Transaction | undefined, command: VerifyCommand): TransactionDecision {
  const refusal = producerRefusal(transaction, command)
  if (transaction === undefined || refusal !== undefined) return answer(command.ticket, refusal ?? 'INVALID_PRODUCER_ID_MAPPING')
  if (isPrepared(transaction)) return answer(command.ticket, 'CONCURRENT_TRANSACTIONS')
  const isOpen = transaction.status === 'Ongoing'
  const errors = command.topics.flatMap(({ topic, partitions }) =>
    partitions.map(
      (partition): KafkaErrorName =>
        isOpen && hasPartition(transaction.partitions, topic, partition) ? 'NONE' : 'TRANSACTION_ABORTABLE',
    ),
  )
  return answer(command.ticket, errors)
}
