import {
  batchBaseOffset,
  batchHasDeleteHorizon,
  batchBaseTimestamp,
  batchIsControl,
  batchLastOffset,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
} from '../../records/batch-header.ts'
import { openRecords, type RecordCursor } from '../../records/record-reader.ts'
import { batchesOf } from '../batch-blocks.ts'
import type { Log } from '../log.ts'
import type { LogContext } from '../log-context.ts'
import { transactionMarkerIn } from '../log-producers.ts'
import { offsetIndexEntryBytes } from '../offset-index.ts'
import { Segment } from '../segment.ts'
import { abortedOverlapping } from '../transaction-index.ts'
import { filterBatch, type FilterRules } from './batch-filter.ts'
import type { Cleanable } from './cleanable.ts'
import { groupSegments } from './cleanable.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { OffsetMap } from './offset-map.ts'

export interface CompactionResult {
  /** Where the next pass begins. */
  readonly firstDirtyOffset: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

const writeBytes = 1024 * 1024

/** CLEAN-01, CLEAN-09: of what is copied (REPL-18) nothing may go, else the copy could have a record without what took it back. */
export const mayBeCompacted = (log: Log): boolean => log.config.compact && !log.isClosed && !log.copying.isUnderWay

/** `wait`: nothing can be done before something beside the thread has ended. */
export type Pause = 'wait' | undefined

/** `beside`: large files are made durable beside the thread. `now`: for rounds that are run to their end at once. */
export type SyncMode = 'now' | 'beside'

/**
 * One pass over a log (CLEAN-03 to CLEAN-08) as a sequence of small steps: it yields after each batch, and its owner decides when to
 * go on. Undefined when the log changed under it (truncated, deleted, segments gone), or may be compacted no more: what was not
 * replaced yet stays as it is (CLEAN-09).
 */
export function* compactLog(
  log: Log,
  context: LogContext,
  cleanable: Cleanable,
  mapBytesMax: number,
  syncMode: SyncMode,
): Generator<Pause, CompactionResult | undefined> {
  const pass = new CompactionPass(log, context, cleanable, mapBytesMax, syncMode)
  try {
    return yield* pass.run()
  } finally {
    pass.dropUnfinished()
  }
}

class CompactionPass {
  readonly #log: Log
  readonly #context: LogContext
  readonly #cleanable: Cleanable
  readonly #map: OffsetMap
  readonly #generation: number
  readonly #nowMs: number
  readonly #rules: FilterRules
  readonly #syncMode: SyncMode
  #unfinished: Segment | undefined
  /** Set for the batch in hand. */
  #batch: Uint8Array = new Uint8Array(0)
  #dropsRecords = false

  constructor(log: Log, context: LogContext, cleanable: Cleanable, mapBytesMax: number, syncMode: SyncMode) {
    this.#syncMode = syncMode
    this.#log = log
    this.#context = context
    this.#cleanable = cleanable
    this.#generation = log.generation
    this.#nowMs = context.env.clock.nowMs()
    const offsets = cleanable.firstUncleanableOffset - cleanable.firstDirtyOffset
    const seed = context.env.random.bytes(4).reduce((value, byte) => (value << 8) | byte, 0)
    this.#map = new OffsetMap(mapBytesMax, offsets, seed)
    this.#rules = {
      codecs: context.env,
      compressionLevel: { codec: log.config.compression, level: log.config.compressionLevel },
      newHorizonMs: this.#nowMs + log.config.deleteRetentionMs,
      keeps: record => this.#keeps(record),
    }
  }

  get #isStale(): boolean {
    return !mayBeCompacted(this.#log) || this.#log.generation !== this.#generation
  }

  *run(): Generator<Pause, CompactionResult | undefined> {
    yield* this.#fillMap()
    if (this.#isStale || this.#map.latestOffset < 0) return undefined
    const endOffset = this.#map.latestOffset + 1
    const sources = this.#log.segments.all.filter(
      segment => segment.baseOffset < endOffset && segment.baseOffset < this.#cleanable.firstUncleanableOffset,
    )
    const bytesBefore = sources.reduce((sum, segment) => sum + segment.sizeBytes, 0)
    // Whole segments are rewritten, also where the map ends inside of one.
    const limits = this.#groupLimits(sources)
    const transactions = new CleanedTransactions(this.#abortedIn(0, limits.endOffset), transaction =>
      this.#unfinished!.transactionIndex.append(transaction),
    )
    let bytesAfter = 0
    for (const group of groupSegments(sources.map(groupable), limits)) {
      const cleaned = yield* this.#cleanGroup(
        group.map(one => one.segment),
        transactions,
      )
      if (cleaned === undefined) return undefined
      bytesAfter += cleaned
    }
    return { firstDirtyOffset: endOffset, bytesBefore, bytesAfter }
  }

  #groupLimits(sources: readonly Segment[]) {
    const { config, segments, logEndOffset } = this.#log
    return {
      segmentBytes: config.segmentBytes,
      indexEntriesMax: Math.floor(config.segmentIndexBytes / offsetIndexEntryBytes),
      endOffset: segments.endOf(sources[sources.length - 1]!, logEndOffset),
    }
  }

  /** Takes the keys of the dirty part into the map, as far as it has room (CLEAN-08). */
  *#fillMap(): Generator<Pause, void> {
    const { firstDirtyOffset, firstUncleanableOffset } = this.#cleanable
    const transactions = new CleanedTransactions(this.#abortedIn(firstDirtyOffset, firstUncleanableOffset), () => undefined)
    for (const segment of [...this.#log.segments.from(firstDirtyOffset)]) {
      if (segment.baseOffset >= firstUncleanableOffset) return
      for (const batch of batchesOf(segment, this.#context.env.crc32c)) {
        if (batchLastOffset(batch, 0) < firstDirtyOffset) continue
        if (!this.#takeIntoMap(batch, transactions)) return
        yield undefined
        if (this.#isStale) return
      }
      // Also where its last offsets are gone: else they would count as dirty for ever.
      const endOffset = this.#log.segments.endOf(segment, firstUncleanableOffset)
      this.#map.latestOffset = Math.max(this.#map.latestOffset, endOffset - 1)
    }
  }

  /** False when the map has no room for the whole batch. */
  #takeIntoMap(batch: Uint8Array, transactions: CleanedTransactions): boolean {
    if (batchIsControl(batch, 0)) {
      transactions.takeMarker(transactionMarkerIn(batch, 0, this.#context.env.compression))
    } else if (!transactions.takeBatch(batch, 0)) {
      const isFirst = this.#map.isEmpty
      if (!isFirst && !this.#map.hasRoomFor(batchRecordCount(batch, 0))) return false
      const records = openRecords(batch, 0, this.#context.env.compression)
      const baseOffset = batchBaseOffset(batch, 0)
      while (records.next()) {
        const offset = baseOffset + records.offsetDelta
        const { bytes, keyAt, keyLength } = records
        if (offset < this.#cleanable.firstDirtyOffset || keyLength < 0) continue
        // A first batch with more keys than the whole map: take what fits, the rest stays unknown and is kept.
        if (!this.#map.put(bytes, keyAt, keyAt + keyLength, offset)) return false
        this.#map.latestOffset = offset
      }
    }
    this.#map.latestOffset = Math.max(this.#map.latestOffset, batchLastOffset(batch, 0))
    return true
  }

  /** Writes what stays of a group into one new segment and puts it in their place. Returns its size; undefined when stale. */
  *#cleanGroup(group: readonly Segment[], transactions: CleanedTransactions): Generator<Pause, number | undefined> {
    const target = this.#newTarget(group[0]!.baseOffset)
    let pending: Uint8Array[] = []
    let pendingBytes = 0
    const write = () => {
      if (pendingBytes > 0) target.append(joined(pending, pendingBytes), this.#log.config.indexIntervalBytes, this.#nowMs)
      pending = []
      pendingBytes = 0
    }
    for (const source of group) {
      for (const batch of batchesOf(source, this.#context.env.crc32c)) {
        const kept = this.#filter(batch, transactions)
        if (kept !== undefined) {
          pending.push(kept)
          pendingBytes += kept.length
        }
        if (pendingBytes >= writeBytes) write()
        yield undefined
        if (this.#isStale) return undefined
      }
    }
    write()
    target.seal()
    yield* this.#syncTarget(target)
    if (this.#isStale) return undefined
    this.#unfinished = undefined
    this.#log.replaceSegments(group, target)
    return target.sizeBytes
  }

  *#syncTarget(target: Segment): Generator<Pause, void> {
    if (this.#syncMode === 'now') return target.sync()
    let outcome: 'waiting' | 'done' | { readonly error: unknown } = 'waiting'
    target.syncInBackground().then(
      () => (outcome = 'done'),
      (error: unknown) => (outcome = { error }),
    )
    const ended = () => outcome
    while (ended() === 'waiting') yield 'wait'
    const how = ended()
    if (typeof how === 'object') throw how.error
  }

  #filter(batch: Uint8Array, transactions: CleanedTransactions): Uint8Array | undefined {
    const isControl = batchIsControl(batch, 0)
    const marker = isControl ? transactionMarkerIn(batch, 0, this.#context.env.compression) : undefined
    const isOtherControl = isControl && marker === undefined && batchRecordCount(batch, 0) > 0
    const canGo = isOtherControl ? false : isControl ? transactions.takeMarker(marker) : transactions.takeBatch(batch, 0)
    const isPastHorizon = batchHasDeleteHorizon(batch, 0) && batchBaseTimestamp(batch, 0) <= this.#nowMs
    this.#batch = batch
    this.#dropsRecords = isControl ? canGo && isPastHorizon : canGo
    return filterBatch(batch, this.#rules, {
      keepsEmpty: this.#mustKeepEmpty(batch),
      isMarkerOfEmptyTransaction: isControl && canGo,
    })
  }

  /** CLEAN-06. */
  #mustKeepEmpty(batch: Uint8Array): boolean {
    if (batchLastOffset(batch, 0) + 1 === this.#log.highWatermark) return true
    const entry = this.#log.producerStates.get(batchProducerId(batch, 0))
    if (entry === undefined) return false
    const last = entry.batches[entry.batches.length - 1]
    if (last !== undefined) return last.lastOffset === batchLastOffset(batch, 0)
    return batchIsControl(batch, 0) && batchProducerEpoch(batch, 0) === entry.producerEpoch
  }

  #keeps(record: RecordCursor): boolean {
    const batch = this.#batch
    if (this.#dropsRecords) return false
    if (batchIsControl(batch, 0)) return true
    const offset = batchBaseOffset(batch, 0) + record.offsetDelta
    if (offset > this.#map.latestOffset) return true
    if (record.keyLength < 0) return false
    if (offset < this.#map.get(record.bytes, record.keyAt, record.keyAt + record.keyLength)) return false
    if (record.valueLength >= 0) return true
    return !batchHasDeleteHorizon(batch, 0) || this.#nowMs < batchBaseTimestamp(batch, 0)
  }

  /** Also those whose marker lies behind `to`, perhaps in the active segment: their data is aborted all the same. */
  #abortedIn(from: number, to: number) {
    const indexes = this.#log.segments.from(from).filter(segment => segment.transactionIndex.exists)
    return abortedOverlapping(
      indexes.map(segment => segment.transactionIndex.entries()),
      from,
      to,
    )
  }

  #newTarget(baseOffset: number): Segment {
    const target = new Segment(
      this.#context.files,
      { directory: this.#log.directory, baseOffset, suffix: '.cleaned' },
      { logBytes: 0, indexBytes: 0, timeIndexBytes: 0, transactionIndexBytes: 0 },
      { nowMs: this.#nowMs, rollJitterMs: 0 },
    )
    for (const path of target.filePaths) this.#context.files.remove(path)
    this.#context.files.resize(target.logPath, 0)
    this.#unfinished = target
    return target
  }

  /** After a failure or when the log changed; a directory that is offline keeps them for the next start (DISK-30). */
  dropUnfinished(): void {
    if (this.#unfinished === undefined || this.#context.files.failure !== undefined) return
    if (!this.#context.files.isDirectory(this.#log.directory)) return
    for (const path of this.#unfinished.filePaths) this.#context.files.remove(path)
  }
}

const groupable = (segment: Segment) => ({
  segment,
  baseOffset: segment.baseOffset,
  sizeBytes: segment.sizeBytes,
  indexEntries: Math.max(segment.offsetIndex.file.count, segment.timeIndex.file.count),
})

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
