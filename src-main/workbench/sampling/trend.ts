/** A quantity over time, for rates: `perSecond` is the mean over about the last `windowMs`. */
export interface Trend {
  add(atMs: number, value: number): void
  /** Null until two samples lie half a second apart. */
  perSecond(): number | null
}

export function trend(windowMs: number): Trend {
  let samples: { readonly atMs: number; readonly value: number }[] = []
  return {
    add(atMs, value) {
      samples.push({ atMs, value })
      while (samples.length > 2 && (samples[1]?.atMs ?? atMs) <= atMs - windowMs) samples = samples.slice(1)
    },
    perSecond() {
      const first = samples[0]
      const last = samples.at(-1)
      if (first === undefined || last === undefined || last.atMs - first.atMs < 500) return null
      return ((last.value - first.value) / (last.atMs - first.atMs)) * 1_000
    },
  }
}
