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

/**
 * One listener of ours per signal, however many calls share it: platforms warn of a leak at the eleventh, and a page of a topic with a
 * hundred partitions has more.
 */
const hubs = new WeakMap<CancelSignal, Set<() => void>>()
const tellers = new WeakMap<CancelSignal, () => void>()

/** Runs `listener` when the signal says so; returns how to stop waiting for it. */
export function onCancel(signal: CancelSignal, listener: () => void): () => void {
  const waiting = hubs.get(signal) ?? openHub(signal)
  waiting.add(listener)
  return () => {
    waiting.delete(listener)
    const teller = tellers.get(signal)
    if (waiting.size > 0 || hubs.get(signal) !== waiting || teller === undefined) return
    hubs.delete(signal)
    signal.removeEventListener('abort', teller)
  }
}

function openHub(signal: CancelSignal): Set<() => void> {
  const waiting = new Set<() => void>()
  const tell = (): void => {
    hubs.delete(signal)
    signal.removeEventListener('abort', tell)
    for (const listener of [...waiting]) listener()
  }
  hubs.set(signal, waiting)
  tellers.set(signal, tell)
  signal.addEventListener('abort', tell)
  return waiting
}

/** Resolves with `promise`, or rejects with CANCELLED as soon as the signal says so; the work itself may go on unseen. */
export function orCancelled<T>(promise: Promise<T>, signal: CancelSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) {
    promise.catch(() => undefined)
    return Promise.reject(new KafkaClientError('CANCELLED'))
  }
  return new Promise((resolve, reject) => {
    const stopWaiting = onCancel(signal, () => reject(new KafkaClientError('CANCELLED')))
    promise.then(resolve, reject).finally(stopWaiting)
  })
}

/** Waits; rejects with CANCELLED. */
export function pause(timers: Timers, delayMs: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new KafkaClientError('CANCELLED'))
    const cancelled = (): void => {
      cancelTimer()
      reject(new KafkaClientError('CANCELLED'))
    }
    const stopWaiting = signal === undefined ? () => {} : onCancel(signal, cancelled)
    const cancelTimer = timers.after(delayMs, () => {
      stopWaiting()
      resolve()
    })
  })
}
