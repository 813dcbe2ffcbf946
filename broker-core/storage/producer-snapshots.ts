import { parseSegmentFileName, segmentFileName } from './file-names.ts'
import type { LogContext } from './log-context.ts'
import { hasControlBatch, replayProducers } from './log-producers.ts'
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts'
import type { ProducerStates } from './producer-state.ts'
import type { SegmentList } from './segment-list.ts'

export interface ReloadRange {
  readonly logStartOffset: number
  readonly logEndOffset: number
  /** Undefined: not known yet. */
  readonly highWatermark: number | undefined
}

/** The `.snapshot` files of one partition (DISK-22 to DISK-25). */
export class ProducerSnapshots {
  readonly #context: LogContext
  readonly #directory: string
  #lastOffset = 0
  #unsynced: string[] = []

  constructor(context: LogContext, directory: string) {
    this.#context = context
    this.#directory = directory
  }

  /** DISK-22: only when something was appended since the last one. Made durable by `sync`. */
  take(states: ProducerStates, offset: number): void {
    if (offset === this.#lastOffset) return
    const path = this.#path(offset)
    this.#context.files.writeWhole(path, encodeProducerSnapshot(states.entries(), this.#context.env.crc32c), false)
    this.#lastOffset = offset
    this.#unsynced.push(path)
  }

  /** Also where there is one of this offset: it may know less. */
  takeAnew(states: ProducerStates, offset: number): void {
    this.#lastOffset = -1
    this.take(states, offset)
  }

  sync(): void {
    for (const path of this.#unsynced) if (this.#context.files.exists(path)) this.#context.files.sync(path)
    this.#unsynced = []
  }

  /**
   * DISK-25: `states` become what they were at `logEndOffset`: newest good snapshot, then the log from there. A snapshot does not tell of
   * transactions that have ended behind the high watermark, which count as open until it has passed their markers (TXN-30): where there
   * are such markers, the snapshot is one from before them.
   */
  reload(states: ProducerStates, segments: SegmentList, range: ReloadRange): void {
    const { logEndOffset, logStartOffset, highWatermark } = range
    const { compression } = this.#context.env
    const load = (upTo: number): number => {
      states.clear()
      this.#lastOffset = 0
      return this.#loadNewest(states, range, upTo) ?? logStartOffset
    }
    let from = load(logEndOffset)
    if (highWatermark !== undefined && hasControlBatch(segments, { from: highWatermark, to: from })) from = load(highWatermark)
    if (from < logEndOffset) replayProducers(states, segments.from(from), { from, to: logEndOffset }, compression)
    if (highWatermark !== undefined) states.highWatermarkMoved(highWatermark)
  }

  /** At or below `upTo`. What is of no use to anybody is removed on the way. */
  #loadNewest(states: ProducerStates, { logEndOffset, logStartOffset }: ReloadRange, upTo: number): number | undefined {
    const { files, env } = this.#context
    const expirationMs = this.#context.producerIdExpirationMs()
    for (const offset of this.offsets().reverse()) {
      if (offset > upTo && offset <= logEndOffset) continue
      const isUseful = offset > logStartOffset && offset <= logEndOffset
      const entries = isUseful ? decodeProducerSnapshot(files.readAll(this.#path(offset))!, env.crc32c) : undefined
      if (entries === undefined) {
        files.remove(this.#path(offset))
        continue
      }
      const isLive = (entry: (typeof entries)[number]) =>
        entry.currentTransactionFirstOffset >= 0 || env.clock.nowMs() - entry.lastTimestampMs < expirationMs
      for (const entry of entries) if (isLive(entry)) states.load(entry)
      this.#lastOffset = offset
      return offset
    }
    return undefined
  }

  /** Ascending. */
  offsets(): number[] {
    return this.#context.files
      .list(this.#directory)
      .map(name => parseSegmentFileName(name))
      .filter(file => file !== undefined && file.kind === '.snapshot' && file.suffix === '')
      .map(file => file!.offset)
  }

  /** DISK-24: snapshots that belong to no segment any more (retention, compaction) go, except the newest of all. */
  removeStray(segmentBaseOffsets: readonly number[]): void {
    const kept = new Set(segmentBaseOffsets)
    for (const offset of this.offsets().slice(0, -1)) if (!kept.has(offset)) this.#context.files.remove(this.#path(offset))
  }

  removeAll(): void {
    for (const offset of this.offsets()) this.#context.files.remove(this.#path(offset))
    this.#lastOffset = 0
    this.#unsynced = []
  }

  #path(offset: number): string {
    return `${this.#directory}/${segmentFileName(offset, '.snapshot')}`
  }
}
