import { assert } from '../base/assert.ts'

export interface EpochStart {
  readonly epoch: number
  readonly startOffset: number
}

/**
 * Which leader epoch began at which offset (KIP-101, KIP-279); both columns ascend. `leader-epoch-checkpoint` holds it on disk; the
 * owner writes it when `isDirty`.
 */
export class EpochCache {
  #entries: EpochStart[]
  isDirty = false

  constructor(entries: readonly EpochStart[] = []) {
    this.#entries = [...entries]
  }

  get entries(): readonly EpochStart[] {
    return this.#entries
  }
  get latestEpoch(): number | undefined {
    return this.#entries[this.#entries.length - 1]?.epoch
  }

  /** REPL-11. A known epoch stays as it is; entries that contradict the new one go, as in Kafka. */
  assign(epoch: number, startOffset: number): void {
    assert(epoch >= 0 && startOffset >= 0, 'epochs and offsets are not negative')
    const last = this.#entries[this.#entries.length - 1]
    if (last !== undefined && last.epoch === epoch) return
    if (last !== undefined && last.epoch > epoch && last.startOffset < startOffset) return
    this.#entries = this.#entries.filter(entry => entry.epoch < epoch && entry.startOffset < startOffset)
    this.#entries.push({ epoch, startOffset })
    this.isDirty = true
  }

  /** REPL-12. */
  endOffsetOf(epoch: number, logEndOffset: number): { epoch: number; endOffset: number } {
    const latest = this.latestEpoch
    const first = this.#entries[0]
    if (epoch < 0 || latest === undefined || first === undefined || epoch > latest) return { epoch: -1, endOffset: -1 }
    if (epoch === latest) return { epoch, endOffset: logEndOffset }
    if (epoch < first.epoch) return { epoch, endOffset: first.startOffset }
    const next = this.#entries.findIndex(entry => entry.epoch > epoch)
    return { epoch: this.#entries[next - 1]!.epoch, endOffset: this.#entries[next]!.startOffset }
  }

  epochOf(offset: number): number | undefined {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      if (this.#entries[i]!.startOffset <= offset) return this.#entries[i]!.epoch
    }
    return undefined
  }

  /** DISK-34: drops what starts at or behind the log end. */
  truncateFromEnd(logEndOffset: number): void {
    const kept = this.#entries.filter(entry => entry.startOffset < logEndOffset)
    if (kept.length === this.#entries.length) return
    this.#entries = kept
    this.isDirty = true
  }

  /** DISK-34: of the entries at or below the log start only the newest stays, moved up to it. */
  truncateFromStart(logStartOffset: number): void {
    const below = this.#entries.filter(entry => entry.startOffset <= logStartOffset)
    const newest = below[below.length - 1]
    if (newest === undefined || (below.length === 1 && newest.startOffset === logStartOffset)) return
    this.#entries = [
      { epoch: newest.epoch, startOffset: logStartOffset },
      ...this.#entries.filter(entry => entry.startOffset > logStartOffset),
    ]
    this.isDirty = true
  }

  /** REPL-18: as another log that has the same records knows them. */
  replaceWith(entries: readonly EpochStart[]): void {
    this.#entries = [...entries]
    this.isDirty = true
  }

  clear(): void {
    if (this.#entries.length === 0) return
    this.#entries = []
    this.isDirty = true
  }
}
