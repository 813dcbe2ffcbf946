import type { Clock, Random, Timers } from '../env/clock.ts'
import { type CancelSignal, pause, throwIfCancelled } from './cancel.ts'
import { type ClientErrorCode, KafkaClientError } from './client-error.ts'

const backoffFirstMs = 50
const backoffMaxMs = 1_000

/** Waiting before attempt `number` (1 is the first repetition): doubles up to a second, with a fifth of chance to both sides (KIP-580). */
export function backoffMs(number: number, random: Pick<Random, 'fraction'>): number {
  const plain = Math.min(backoffFirstMs * 2 ** (number - 1), backoffMaxMs)
  return plain * (0.8 + 0.4 * random.fraction())
}

export interface RetryContext {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
  readonly random: Pick<Random, 'fraction'>
  /** What to forget before the next attempt. */
  readonly onRetriable: (error: KafkaClientError) => void
}

/**
 * A topic that was just created is not known everywhere at once; one that does not exist never will be, and nobody wants to wait half
 * a minute to hear so.
 */
const patienceMs: Partial<Record<ClientErrorCode, number>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 1_500,
  UNKNOWN_TOPIC_ID: 1_500,
  INCONSISTENT_TOPIC_ID: 1_500,
}

/** Runs `attempt` until it succeeds, fails for good, or the time is over; then TIMED_OUT caused by the last failure. */
export async function retrying<T>(
  attempt: (number: number) => Promise<T>,
  limits: { readonly timeoutMs: number; readonly signal?: CancelSignal | undefined },
  context: RetryContext,
): Promise<T> {
  const startedAtMs = context.clock.monotonicMs()
  for (let number = 0; ; number++) {
    throwIfCancelled(limits.signal)
    try {
      return await attempt(number)
    } catch (error) {
      if (!(error instanceof KafkaClientError) || !error.retriable) throw error
      context.onRetriable(error)
      const delayMs = backoffMs(number + 1, context.random)
      const waitedMs = context.clock.monotonicMs() + delayMs - startedAtMs
      if (waitedMs >= (patienceMs[error.code] ?? Number.POSITIVE_INFINITY)) throw error
      if (waitedMs >= limits.timeoutMs) throw outOfTime(error, number + 1, limits.timeoutMs)
      await pause(context.timers, delayMs, limits.signal)
    }
  }
}

function outOfTime(last: KafkaClientError, attempts: number, timeoutMs: number): KafkaClientError {
  // A single attempt says more by its own error than by the deadline.
  if (attempts === 1) return last
  const detail = `gave up after ${attempts} attempts in ${Math.round(timeoutMs / 1000)} s, the last with ${last.code}: ${last.detail}`
  return new KafkaClientError('TIMED_OUT', last.place, detail, last)
}
