import type { Timers } from '../env/clock.ts'

/** Timers whose callbacks may fail: what they throw (a bug, a disk that is gone) ends the broker in order instead of its whole thread. */
export function guardedTimers(timers: Timers, failed: (error: unknown) => void): Timers {
  const guarded = (callback: () => void) => () => {
    try {
      callback()
    } catch (error) {
      failed(error)
    }
  }
  return {
    after: (delayMs, callback) => timers.after(delayMs, guarded(callback)),
    soon: callback => timers.soon(guarded(callback)),
  }
}
