/**
 * When a partition's end passed which offset, as the sampler saw it: tells how old the record at an offset is, without reading it.
 * Bounded to `samplesMax`: when full, every second one of the older half goes, so that the newest are dense and the oldest reach far.
 */
export interface OffsetHistory {
  /** Times and offsets that do not rise are ignored (a topic made anew starts a history of its own). */
  add(atMs: number, endOffset: number): void
  /** When the record at `offset` was appended, between two samples; undefined for one older than the history. */
  appendedAtMs(offset: number): number | undefined
  readonly length: number
}

const samplesMax = 256

export function offsetHistory(): OffsetHistory {
  let samples: { readonly atMs: number; readonly endOffset: number }[] = []
  return {
    add(atMs, endOffset) {
      const last = samples.at(-1)
      if (last !== undefined && endOffset < last.endOffset) samples = []
      // Two equal ends mark a pause: its last moment is when the next record came at the earliest.
      if (last?.endOffset === endOffset && samples.at(-2)?.endOffset === endOffset) samples.pop()
      samples.push({ atMs, endOffset })
      if (samples.length > samplesMax) samples = thinned(samples)
    },
    appendedAtMs(offset) {
      const after = firstAbove(samples, offset)
      const before = samples[after - 1]
      const upper = samples[after]
      if (before === undefined || upper === undefined) return undefined
      const share = (offset + 1 - before.endOffset) / (upper.endOffset - before.endOffset)
      return before.atMs + share * (upper.atMs - before.atMs)
    },
    get length() {
      return samples.length
    },
  }
}

function thinned<T>(samples: readonly T[]): T[] {
  const half = Math.floor(samples.length / 2)
  return samples.filter((_, index) => index >= half || index % 2 === 0)
}

/** Index of the first sample whose end lies above `offset`; the length when there is none. */
function firstAbove(samples: readonly { readonly endOffset: number }[], offset: number): number {
  let low = 0
  let high = samples.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((samples[middle]?.endOffset ?? 0) > offset) high = middle
    else low = middle + 1
  }
  return low
}
