const breathEveryMs = 50
/** Asking for the time costs more than a fast filter does on one record. */
const countBetween = 32

export interface Breath {
  /** Asked once per record. */
  isDue(): boolean
  /** Lets what waits have its turn: answers to pings, messages on their way out. */
  take(): Promise<void>
}

/** For loops over many records in a thread that has to answer meanwhile, however slow a filter is on each of them. */
export function newBreath(): Breath {
  let count = 0
  let atMs = performance.now()
  return {
    isDue() {
      count += 1
      // A slow filter is seen by the first records after each breath.
      if (count % countBetween !== 0 && count > countBetween) return false
      return performance.now() - atMs >= breathEveryMs
    },
    async take() {
      await new Promise(resolve => setImmediate(resolve))
      count = 0
      atMs = performance.now()
    },
  }
}
