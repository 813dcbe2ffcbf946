/** Slower than this nothing is read: a member that waits longer for its turn would hold up a rebalance. */
export const waitMaxMs = 2_000

/** Lets through so many records a second; what was not used is not saved up. */
export interface Pace {
  /** Resolves when these records may be taken as read: at once where there is no limit, after `waitMaxMs` at the latest. */
  take(records: number): Promise<void>
  /** Nobody waits any more. */
  end(): void
}

export function newPace(perSecond: () => number, nowMs: () => number = () => performance.now()): Pace {
  let freeAtMs = 0
  const waiting = new Map<NodeJS.Timeout, () => void>()
  let isOver = false
  return {
    async take(records) {
      const atMs = nowMs()
      freeAtMs = nextFreeMs(freeAtMs, atMs, { records, perSecond: perSecond() })
      if (isOver || freeAtMs <= atMs) return
      await new Promise<void>(resolve => {
        const timer = setTimeout(() => {
          waiting.delete(timer)
          resolve()
        }, freeAtMs - atMs)
        waiting.set(timer, resolve)
      })
    },
    end() {
      isOver = true
      for (const [timer, resolve] of waiting) {
        clearTimeout(timer)
        resolve()
      }
      waiting.clear()
    },
  }
}

/** When the next records may be taken, after these. */
export function nextFreeMs(
  freeAtMs: number,
  atMs: number,
  { records, perSecond }: { readonly records: number; readonly perSecond: number },
): number {
  const takesMs = perSecond === Number.POSITIVE_INFINITY ? 0 : (records / Math.max(0.01, perSecond)) * 1_000
  return Math.min(atMs + waitMaxMs, Math.max(freeAtMs, atMs) + takesMs)
}
