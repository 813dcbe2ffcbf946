import { nothing } from '../runtime/machine.ts'
import type { SendMarkers, TransactionDecision, TransactionFact, TransactionsState } from './commands.ts'
import { prepareFencedAbort } from './end.ts'
import type { TransactionSettings } from './settings.ts'
import { isPrepared, type Transaction } from './transaction.ts'

/** Transactions that one run aborts, or ids that one run removes, at most; the next one goes on, soon. */
const perRunMax = 1_000
const nextRunMs = 20

/** TXN-13 */
export function decideAbortTimedOut(state: TransactionsState, nowMs: number, settings: TransactionSettings): TransactionDecision {
  const facts: TransactionFact[] = []
  const effects: SendMarkers[] = []
  for (const transaction of state.values()) {
    if (transaction.status !== 'Ongoing' || transaction.startMs + transaction.timeoutMs > nowMs) continue
    const aborting = prepareFencedAbort(transaction, nowMs, transaction.producerEpoch)
    facts.push(...aborting.facts)
    effects.push(...aborting.effects)
    if (facts.length >= perRunMax) break
  }
  return {
    facts,
    effects,
    replies: [],
    timers: [timeoutTimer(facts.length < perRunMax ? settings.timeoutCheckIntervalMs : nextRunMs)],
  }
}

/** TXN-14 */
export function decideExpireIds(state: TransactionsState, nowMs: number, settings: TransactionSettings): TransactionDecision {
  const facts: TransactionFact[] = []
  for (const transaction of state.values()) {
    if (!isIdle(transaction) || transaction.lastUpdateMs + settings.transactionalIdExpirationMs > nowMs) continue
    facts.push({ transactionalId: transaction.transactionalId, transaction: undefined })
    if (facts.length >= perRunMax) break
  }
  return { ...nothing, facts, timers: [expiryTimer(facts.length < perRunMax ? settings.expirationCheckIntervalMs : nextRunMs)] }
}

const isIdle = ({ status }: Transaction): boolean =>
  status === 'Empty' || status === 'CompleteCommit' || status === 'CompleteAbort'

/** TXN-15: transactions that were prepared when the coordinator moved get their markers again. */
export function afterLoading(state: TransactionsState, settings: TransactionSettings): TransactionDecision {
  const effects: SendMarkers[] = []
  for (const transaction of state.values()) if (isPrepared(transaction)) effects.push({ kind: 'send-markers', transaction })
  return {
    ...nothing,
    effects,
    timers: [timeoutTimer(settings.timeoutCheckIntervalMs), expiryTimer(settings.expirationCheckIntervalMs)],
  }
}

const timeoutTimer = (delayMs: number) => ({ key: 'abort-timed-out', delayMs, command: { kind: 'abort-timed-out' } }) as const

const expiryTimer = (delayMs: number) => ({ key: 'expire-ids', delayMs, command: { kind: 'expire-ids' } }) as const
