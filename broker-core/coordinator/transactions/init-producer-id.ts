import { unreachable } from '../../base/assert.ts'
import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import { answer, replyTo } from '../runtime/machine.ts'
import type { InitCommand, InitReply, ProducerIdentity, TransactionDecision } from './commands.ts'
import { prepareFencedAbort } from './end.ts'
import {
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

export const refusedInit = (error: KafkaErrorName): InitReply => ({ error, producerId: noProducerId, producerEpoch: noEpoch })

/** InitProducerId with a transactional id: TXN-01 to TXN-05. */
export function decideInit(transaction: Transaction | undefined, command: InitCommand, nowMs: number): TransactionDecision {
  if (transaction === undefined) return createId(command, nowMs)
  const { ticket, expected } = command
  // Not while markers are on their way: it may be the producer id that the end of the transaction gave out (TXN-23).
  const isUnknown = expected !== undefined && !isPrepared(transaction) && !isKnownProducer(transaction, expected)
  if (isUnknown) return answer(ticket, refusedInit('PRODUCER_FENCED'))
  switch (transaction.status) {
    case 'PrepareCommit':
    case 'PrepareAbort':
    case 'PrepareEpochFence':
      return answer(ticket, refusedInit('CONCURRENT_TRANSACTIONS'))
    case 'Ongoing':
      return fence(transaction, command, nowMs)
    case 'Empty':
    case 'CompleteCommit':
    case 'CompleteAbort':
      return mustRotate(transaction, expected)
        ? rotateProducerId(transaction, command, nowMs)
        : bumpEpoch(transaction, command, nowMs)
    case 'Dead':
      return answer(ticket, refusedInit('INVALID_PRODUCER_ID_MAPPING'))
    default:
      return unreachable(transaction.status)
  }
}

function createId(command: InitCommand, nowMs: number): TransactionDecision {
  const { transactionalId, timeoutMs, freshProducerId } = command
  if (freshProducerId === undefined) return needsProducerId(command)
  return initialized(command, {
    transactionalId,
    status: 'Empty',
    producerId: freshProducerId,
    producerEpoch: 0,
    previousProducerId: noProducerId,
    nextProducerId: noProducerId,
    previousEpoch: noEpoch,
    timeoutMs,
    partitions: noPartitions,
    startMs: -1,
    lastUpdateMs: nowMs,
    clientVersion: 0,
  })
}

/** TXN-03; the former producer id counts when the client may not have heard that its epochs ran out. */
function isKnownProducer(transaction: Transaction, expected: ProducerIdentity): boolean {
  if (expected.producerId === transaction.producerId) return true
  return expected.producerId === transaction.previousProducerId && expected.producerEpoch >= epochMax
}

/** TXN-02: the client asks again once the transaction that is open is aborted, and then gets the epoch after the fencing one. */
function fence(transaction: Transaction, { ticket, expected }: InitCommand, nowMs: number): TransactionDecision {
  const isZombie = expected !== undefined && expected.producerEpoch !== transaction.producerEpoch
  if (isZombie) return answer(ticket, refusedInit('PRODUCER_FENCED'))
  // Whoever proved to be the present producer may come back with what it has, and then gets the epoch of the abort.
  const aborting = prepareFencedAbort(transaction, nowMs, expected?.producerEpoch ?? noEpoch)
  return { ...aborting, replies: [replyTo(ticket, refusedInit('CONCURRENT_TRANSACTIONS'))] }
}

/** TXN-04. Also for who comes back after an abort that took the last epoch of all. */
function mustRotate(transaction: Transaction, expected: ProducerIdentity | undefined): boolean {
  if (!isEpochExhausted(transaction)) return false
  if (expected === undefined || expected.producerEpoch === transaction.producerEpoch) return true
  return isEpochSpent(transaction) && expected.producerEpoch === transaction.previousEpoch
}

function rotateProducerId(transaction: Transaction, command: InitCommand, nowMs: number): TransactionDecision {
  const { freshProducerId, timeoutMs, expected } = command
  if (freshProducerId === undefined) return needsProducerId(command)
  return initialized(
    command,
    next(transaction, {
      ...empty(timeoutMs, nowMs),
      producerId: freshProducerId,
      producerEpoch: 0,
      previousProducerId: transaction.producerId,
      previousEpoch: expected?.producerEpoch ?? noEpoch,
    }),
  )
}

function bumpEpoch(transaction: Transaction, command: InitCommand, nowMs: number): TransactionDecision {
  const { expected, timeoutMs } = command
  const change = empty(timeoutMs, nowMs)
  if (expected !== undefined && expected.producerEpoch !== transaction.producerEpoch) {
    const isRetry = transaction.previousEpoch !== noEpoch && expected.producerEpoch === transaction.previousEpoch
    if (!isRetry) return answer(command.ticket, refusedInit('PRODUCER_FENCED'))
    return initialized(command, next(transaction, change))
  }
  const previousEpoch = expected === undefined ? noEpoch : transaction.producerEpoch
  return initialized(command, next(transaction, { ...change, producerEpoch: transaction.producerEpoch + 1, previousEpoch }))
}

const empty = (timeoutMs: number, nowMs: number) =>
  ({
    status: 'Empty',
    timeoutMs,
    partitions: noPartitions,
    startMs: -1,
    lastUpdateMs: nowMs,
    nextProducerId: noProducerId,
  }) as const

function initialized({ ticket, transactionalId }: InitCommand, transaction: Transaction): TransactionDecision {
  const { producerId, producerEpoch } = transaction
  return {
    facts: [{ transactionalId, transaction }],
    replies: [replyTo(ticket, { error: 'NONE', producerId, producerEpoch })],
    timers: [],
    effects: [],
  }
}

const needsProducerId = ({ ticket }: InitCommand): TransactionDecision =>
  answer(ticket, { ...refusedInit('COORDINATOR_LOAD_IN_PROGRESS'), needsProducerId: true })
