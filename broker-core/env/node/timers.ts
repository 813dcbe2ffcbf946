import type { CancelTimer, Timers } from '../clock.ts'

/** Node turns longer delays into 1 ms. */
const delayMsMax = 2 ** 31 - 1

export const nodeTimers: Timers = {
  after(delayMs, callback) {
    const dueMs = performance.now() + delayMs
    let handle = setTimeout(fire, Math.min(Math.ceil(delayMs), delayMsMax))
    // Node counts in whole milliseconds from its loop's cached time, so that a timer may fire a fraction early.
    function fire(): void {
      const leftMs = dueMs - performance.now()
      if (leftMs <= 0) callback()
      else handle = setTimeout(fire, Math.min(Math.ceil(leftMs), delayMsMax))
    }
    return () => clearTimeout(handle)
  },
  soon(callback): CancelTimer {
    const handle = setImmediate(callback)
    return () => clearImmediate(handle)
  },
}
