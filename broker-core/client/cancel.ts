import type { Timers } from '../env/clock.ts'
import { KafkaClientError } from './client-error.ts'

/** The part of the platforms' AbortSignal that the client uses, so that one can be passed as it is. */
export interface CancelSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export function throwIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted) throw new KafkaClientError('CANCELLED')
}

/** Resolves with `promise`, or rejects with CANCELLED as soon as the signal says so; the work itself may go on unseen. */
export function orCancelled<T>(promise: Promise<T>, signal: CancelSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) return Promise.reject(new KafkaClientError('CANCELLED'))
  return new Promise((resolve, reject) => {
    const cancelled = () => reject(new KafkaClientError('CANCELLED'))
    signal.addEventListener('abort', cancelled)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancelled))
  })
}

/** Waits; rejects with CANCELLED. */
export function pause(timers: Timers, delayMs: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new KafkaClientError('CANCELLED'))
    const cancelled = () => {
      cancelTimer()
      reject(new KafkaClientError('CANCELLED'))
    }
    const cancelTimer = timers.after(delayMs, () => {
      signal?.removeEventListener('abort', cancelled)
      resolve()
    })
    signal?.addEventListener('abort', cancelled)
  })
}
