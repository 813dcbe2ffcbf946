import { unreachable } from '../../base/assert.ts'
import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import { answer, nothing, replyTo } from '../runtime/machine.ts'
import type { CompleteCommand, EndCommand, EndReply, TransactionDecision } from './commands.ts'
import {
  epochAfter,
  epochMax,
  isEpochExhausted,
  isEpochSpent,
  isPrepared,
  next,
  noEpoch,
  noPartitions,
  noProducerId,
  type Transaction,
} from './transaction.ts'

export const refusedEnd = (error: KafkaErrorName): EndReply => ({ error, producerId: noProducerId, producerEpoch: noEpoch })

/** What an EndTxn comes to: done before, not now, or a step to Prepare. */
type Verdict = KafkaErrorName | 'prepare' | 'prepare without partitions'

/** EndTxn of both generations: TXN-10, TXN-11; with an epoch per transaction TXN-23, TXN-24. */
export function decideEnd(transaction: Transaction | undefined, command: EndCommand, nowMs: number): TransactionDecision {
  if (transaction === undefined) return answer(command.ticket, refusedEnd('INVALID_PRODUCER_ID_MAPPING'))
  const verdict = command.clientVersion >= 2 ? verdictWithEpochs(transaction, command) : verdictOfState(transaction, command)
  if (verdict === 'prepare' || verdict === 'prepare without partitions') {
    return prepare(transaction, command, nowMs, verdict === 'prepare')
  }
  if (verdict !== 'NONE') return answer(command.ticket, refusedEnd(verdict))
  const { producerId, producerEpoch } = transaction
  return answer(command.ticket, { error: 'NONE', producerId, producerEpoch })
}

/** TXN-11 */
function verdictOfState(transaction: Transaction, { producerId, producerEpoch, committed }: EndCommand): Verdict {
  if (transaction.producerId !== producerId) return 'INVALID_PRODUCER_ID_MAPPING'
  if (transaction.producerEpoch !== producerEpoch) return 'PRODUCER_FENCED'
  switch (transaction.status) {
    case 'Ongoing':
      return 'prepare'
    case 'CompleteCommit':
      return committed ? 'NONE' : 'INVALID_TXN_STATE'
    case 'CompleteAbort':
      return committed ? 'INVALID_TXN_STATE' : 'NONE'
    case 'PrepareCommit':
      return committed ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE'
    case 'PrepareAbort':
    case 'PrepareEpochFence':
      return committed ? 'INVALID_TXN_STATE' : 'CONCURRENT_TRANSACTIONS'
    case 'Empty':
    case 'Dead':
      return 'INVALID_TXN_STATE'
    default:
      return unreachable(transaction.status)
  }
}

/** TXN-24: the same epoch means the next transaction, the epoch before the stored one a retry. */
function verdictWithEpochs(transaction: Transaction, command: EndCommand): Verdict {
  const { producerId, producerEpoch, committed } = command
  const isRolledOver =
    transaction.previousProducerId === producerId && producerEpoch === epochMax && transaction.producerEpoch === 0
  const isRetry = isRolledOver || (transaction.producerId === producerId && transaction.producerEpoch === producerEpoch + 1)
  const isCurrent = transaction.producerEpoch === producerEpoch
  const isUnknown = transaction.producerId !== producerId && !isRolledOver
  if (isUnknown && !isPrepared(transaction)) return 'INVALID_PRODUCER_ID_MAPPING'
  switch (transaction.status) {
    case 'Ongoing':
      return isCurrent ? 'prepare' : 'PRODUCER_FENCED'
    case 'Empty':
      if (!isCurrent) return 'PRODUCER_FENCED'
      return committed ? 'INVALID_TXN_STATE' : 'prepare without partitions'
    case 'PrepareCommit':
    case 'PrepareAbort':
    case 'PrepareEpochFence':
      // Whoever asks: it may be the next transaction, with the epoch or the producer id that the end of this one gave out.
      return 'CONCURRENT_TRANSACTIONS'
    case 'CompleteCommit':
      if (isRetry) return committed ? 'NONE' : 'INVALID_TXN_STATE'
      if (!isCurrent) return 'PRODUCER_FENCED'
      return committed ? 'INVALID_TXN_STATE' : 'prepare without partitions'
    case 'CompleteAbort':
      if (isRetry && committed) return 'INVALID_TXN_STATE'
      // The coordinator aborted with the last epoch of all: the client goes on with a new producer id (TXN-04).
      if (isRetry) return isEpochSpent(transaction) ? 'prepare without partitions' : 'NONE'
      if (!isCurrent) return 'PRODUCER_FENCED'
      return committed ? 'INVALID_TXN_STATE' : 'prepare without partitions'
    case 'Dead':
      return 'INVALID_TXN_STATE'
    default:
      return unreachable(transaction.status)
  }
}

function prepare(transaction: Transaction, command: EndCommand, nowMs: number, hasPartitions: boolean): TransactionDecision {
  const bumps = command.clientVersion >= 2
  const rollsOver = bumps && isEpochExhausted(transaction)
  if (rollsOver && command.freshProducerId === undefined) {
    return answer(command.ticket, { ...refusedEnd('COORDINATOR_LOAD_IN_PROGRESS'), needsProducerId: true })
  }
  const prepared = next(transaction, {
    status: command.committed ? 'PrepareCommit' : 'PrepareAbort',
    partitions: hasPartitions ? transaction.partitions : noPartitions,
    startMs: hasPartitions ? transaction.startMs : nowMs,
    lastUpdateMs: nowMs,
    clientVersion: command.clientVersion,
    nextProducerId: rollsOver ? (command.freshProducerId ?? noProducerId) : noProducerId,
    ...(bumps ? { producerEpoch: epochAfter(transaction), previousEpoch: Math.min(transaction.producerEpoch, epochMax) } : {}),
  })
  const { producerId, producerEpoch, nextProducerId } = prepared
  const reply: EndReply = rollsOver
    ? { error: 'NONE', producerId: nextProducerId, producerEpoch: 0 }
    : { error: 'NONE', producerId, producerEpoch }
  return { ...preparing(prepared), replies: [replyTo(command.ticket, reply)] }
}

/**
 * TXN-02, TXN-13: the coordinator aborts; the epoch is bumped, so that the producer is fenced. `previousEpoch` is the one with which a
 * producer may still come back (KIP-588).
 */
export function prepareFencedAbort(transaction: Transaction, nowMs: number, previousEpoch: number): TransactionDecision {
  return preparing(
    next(transaction, {
      status: 'PrepareAbort',
      producerEpoch: epochAfter(transaction),
      previousEpoch,
      lastUpdateMs: nowMs,
    }),
  )
}

const preparing = (transaction: Transaction): TransactionDecision => ({
  facts: [{ transactionalId: transaction.transactionalId, transaction }],
  replies: [],
  timers: [],
  effects: [{ kind: 'send-markers', transaction }],
})

/** TXN-10: every partition has its marker. */
export function decideComplete(
  transaction: Transaction | undefined,
  command: CompleteCommand,
  nowMs: number,
): TransactionDecision {
  // Asked twice, or by the sender of an earlier leadership.
  if (transaction === undefined || transaction !== command.prepared)
    return { ...nothing, replies: [replyTo(command.ticket, 'NONE')] }
  const rollsOver = transaction.nextProducerId !== noProducerId
  const completed = next(transaction, {
    status: transaction.status === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    partitions: noPartitions,
    lastUpdateMs: nowMs,
    nextProducerId: noProducerId,
    ...(rollsOver
      ? { producerId: transaction.nextProducerId, producerEpoch: 0, previousProducerId: transaction.producerId }
      : {}),
  })
  return {
    ...nothing,
    facts: [{ transactionalId: completed.transactionalId, transaction: completed }],
    replies: [replyTo(command.ticket, 'NONE')],
  }
}
