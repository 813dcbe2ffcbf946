import { assert } from '../base/assert.ts'
import type { SegmentSummary } from './retention.ts'
import type { Segment } from './segment.ts'

/** The segments of one log by ascending base offset; never empty once the log is open. The last one is active. */
export class SegmentList {
  #segments: Segment[] = []

  get all(): readonly Segment[] {
    return this.#segments
  }
  get first(): Segment {
    return this.#segments[0]!
  }
  get active(): Segment {
    return this.#segments[this.#segments.length - 1]!
  }
  get count(): number {
    return this.#segments.length
  }

  get baseOffsets(): readonly number[] {
    return this.#segments.map(segment => segment.baseOffset)
  }

  get sizeBytes(): number {
    let sum = 0
    for (const segment of this.#segments) sum += segment.sizeBytes
    return sum
  }

  add(segment: Segment): void {
    assert(this.#segments.length === 0 || segment.baseOffset > this.active.baseOffset, 'segments ascend')
    this.#segments.push(segment)
  }

  remove(gone: readonly Segment[]): void {
    this.#segments = this.#segments.filter(segment => !gone.includes(segment))
  }

  /** Puts `fresh` in the place of `old`, which lie side by side. */
  replace(old: readonly Segment[], fresh: readonly Segment[]): void {
    const at = this.#segments.indexOf(old[0]!)
    assert(at >= 0, 'the replaced segments are present')
    this.#segments = [...this.#segments.slice(0, at), ...fresh, ...this.#segments.slice(at + old.length)]
  }

  /** Index of the segment whose range holds `offset`: the last with a base offset <= it; -1 below the first. */
  indexOf(offset: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  from(offset: number): readonly Segment[] {
    return this.#segments.slice(Math.max(0, this.indexOf(offset)))
  }

  /** Base offset of the segment behind `segment`, or `logEndOffset` for the active one. */
  endOf(segment: Segment, logEndOffset: number): number {
    return this.#segments[this.#segments.indexOf(segment) + 1]?.baseOffset ?? logEndOffset
  }

  /** What retention looks at. */
  summaries(logEndOffset: number): SegmentSummary[] {
    return this.#segments.map((segment, index) => ({
      baseOffset: segment.baseOffset,
      endOffset: this.#segments[index + 1]?.baseOffset ?? logEndOffset,
      sizeBytes: segment.sizeBytes,
      newestMs: segment.newestMs,
      isActive: index === this.#segments.length - 1,
    }))
  }
}
