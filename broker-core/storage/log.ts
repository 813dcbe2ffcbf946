import { assert } from '../base/assert.ts'
import {
  batchBaseOffset,
  batchCrcIsValid,
  batchLastOffset,
  batchLeaderEpoch,
  batchMaxTimestamp,
} from '../records/batch-header.ts'
import { batchEnd } from '../records/batch-iterator.ts'
import type { BatchRules } from '../records/batch-validation.ts'
import { CorruptRecords } from '../records/record-varint.ts'
import { CopyWatch } from './copy-watch.ts'
import { Durability } from './durability.ts'
import type { EpochCache } from './epoch-cache.ts'
import { batchRulesOf, judgeLeaderAppend, stampBatches } from './leader-append.ts'
import { type LogConfig, parseLogConfig } from './log-config.ts'
import type { LogContext } from './log-context.ts'
import { noteProducerOf } from './log-producers.ts'
import { emptyRead, findOffsetForTime, findOffsetOfMaxTimestamp, readSegments } from './log-reading.ts'
import type {
  AppendResult,
  LeaderAppend,
  LogConfigInput,
  PartitionLog,
  ProducerStateView,
  ReadQuery,
  ReadResult,
  TimedOffset,
} from './partition-log.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { ProducerStates } from './producer-state.ts'
import { countToDelete } from './retention.ts'
import { offsetRangeMax, type Segment } from './segment.ts'
import { createSegment, deleteSegmentFiles, loadSegment } from './segment-files.ts'
import { mustRoll } from './segment-roll.ts'
import { replaceSegmentFiles } from './segment-replacement.ts'
import type { SegmentList } from './segment-list.ts'
import { TailCache } from './tail-cache.ts'
import { abortedOverlapping } from './transaction-index.ts'

/** A log as loading found it or made it. */
export interface LoadedLog {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly directory: string
  readonly config: LogConfigInput
  readonly segments: SegmentList
  readonly epochs: EpochCache
  readonly producers: ProducerStates
  readonly snapshots: ProducerSnapshots
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly highWatermark: number
  readonly recoveryPoint: number
  readonly firstDirtyOffset: number | undefined
  /** The directory has no files that a loss of power could take back. */
  readonly isDirectoryDurable: boolean
  readonly isNew: boolean
}

/** One partition's log (PartitionLog): orchestrates segments, indexes, epochs, producers and the tail. */
export class Log implements PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly directory: string
  readonly segments: SegmentList
  readonly epochs: EpochCache
  readonly copying = new CopyWatch()
  producerStates: ProducerStates
  readonly #context: LogContext
  readonly #tail: TailCache
  readonly #snapshots: ProducerSnapshots
  readonly #durability: Durability
  #topicId: string
  #config: LogConfig
  #rules: BatchRules
  #logStartOffset: number
  #logEndOffset: number
  #highWatermark: number
  #generation = 0
  #firstDirtyOffset: number | undefined
  #isClosed = false

  constructor(loaded: LoadedLog, context: LogContext) {
    this.topic = loaded.topic
    this.partition = loaded.partition
    this.#topicId = loaded.topicId
    this.directory = loaded.directory
    this.segments = loaded.segments
    this.epochs = loaded.epochs
    this.producerStates = loaded.producers
    this.#context = context
    this.#tail = new TailCache(context.tailBudget)
    this.#snapshots = loaded.snapshots
    this.#config = parseLogConfig(loaded.config)
    this.#rules = batchRulesOf(this.#config)
    this.#logStartOffset = loaded.logStartOffset
    this.#logEndOffset = loaded.logEndOffset
    this.#highWatermark = loaded.highWatermark
    this.#durability = new Durability(loaded, context, loaded)
    this.#firstDirtyOffset = loaded.firstDirtyOffset
    this.segments.active.activate(this.#config.segmentIndexBytes)
  }

  get topicId(): string {
    return this.#topicId
  }
  get config(): LogConfig {
    return this.#config
  }
  get logStartOffset(): number {
    return this.#logStartOffset
  }
  get logEndOffset(): number {
    return this.#logEndOffset
  }
  get highWatermark(): number {
    return this.#highWatermark
  }
  /** Everything below survives a loss of power. */
  get recoveryPoint(): number {
    return this.#durability.recoveryPoint
  }
  get sizeBytes(): number {
    return this.segments.sizeBytes
  }
  get latestEpoch(): number | undefined {
    return this.epochs.latestEpoch
  }
  /** Rises when segments go or shrink: what works beside the log in steps then begins anew. */
  get generation(): number {
    return this.#generation
  }
  /** Of compaction; undefined: never compacted. */
  get firstDirtyOffset(): number | undefined {
    return this.#firstDirtyOffset
  }
  get isClosed(): boolean {
    return this.#isClosed
  }

  get lastStableOffset(): number {
    const unstable = this.producerStates.firstUnstableOffset()
    if (unstable === undefined || unstable >= this.#highWatermark) return this.#highWatermark
    return Math.max(unstable, this.#logStartOffset)
  }

  appendAsLeader(batches: Uint8Array, options: LeaderAppend): AppendResult {
    this.#assertOpen()
    const verdict = judgeLeaderAppend(batches, options, this.#config, this.#rules, this.producerStates, this.#context.env)
    if (verdict.kind === 'rejected') return { ok: false, rejection: verdict.rejection }
    if (verdict.kind === 'duplicate') {
      const { lastOffset, offsetDelta, timestampMs } = verdict.batch
      const logAppendTimeMs = this.#config.timestampType === 'LogAppendTime' ? timestampMs : -1
      return { ok: true, firstOffset: lastOffset - offsetDelta, lastOffset, logAppendTimeMs, duplicate: true, appendedBytes: 0 }
    }
    const { bytes, logAppendTimeMs } = verdict
    const firstOffset = this.#logEndOffset
    const lastOffset = stampBatches(bytes, firstOffset, options.leaderEpoch)
    this.epochs.assign(options.leaderEpoch, firstOffset)
    this.#append(bytes)
    return { ok: true, firstOffset, lastOffset, logAppendTimeMs, duplicate: false, appendedBytes: bytes.length }
  }

  appendAsFollower(batches: Uint8Array, options: { leaderEpochMax: number }): { lastOffset: number; batchCount: number } {
    this.#assertOpen()
    const { sizeBytes, batchCount } = this.#validFromLeader(batches, options.leaderEpochMax)
    for (let at = 0; at < sizeBytes; at = batchEnd(batches, at)) {
      const epoch = batchLeaderEpoch(batches, at)
      if (epoch >= 0) this.epochs.assign(epoch, batchBaseOffset(batches, at))
    }
    if (sizeBytes > 0) this.#append(sizeBytes === batches.length ? batches : batches.subarray(0, sizeBytes), 'borrowed')
    return { lastOffset: this.#logEndOffset - 1, batchCount }
  }

  /** How much of what a leader sent can be appended. Throws CorruptRecords: then nothing of it is. */
  #validFromLeader(batches: Uint8Array, leaderEpochMax: number): { sizeBytes: number; batchCount: number } {
    let batchCount = 0
    let at = 0
    let next = this.#logEndOffset
    for (let end = batchEnd(batches, 0); end !== -1; at = end, end = batchEnd(batches, at)) {
      if (batchLeaderEpoch(batches, at) > leaderEpochMax) break
      const baseOffset = batchBaseOffset(batches, at)
      if (baseOffset < next) throw new CorruptRecords(`batch at offset ${baseOffset} does not follow on at ${next}`)
      if (!batchCrcIsValid(batches, at, this.#context.env.crc32c))
        throw new CorruptRecords(`CRC of the batch at offset ${baseOffset}`)
      next = batchLastOffset(batches, at) + 1
      batchCount++
    }
    return { sizeBytes: at, batchCount }
  }

  /**
   * Writes stamped batches: one write, but for those that must go to a new segment. Borrowed bytes are their owner's again when this
   * returns; the tail, which holds on to bytes, does without them.
   */
  #append(bytes: Uint8Array, ownership: 'kept' | 'borrowed' = 'kept'): void {
    this.#durability.beforeAppend()
    for (let at = 0; at < bytes.length; ) {
      const end = this.#endOfRun(bytes, at)
      this.#appendRun(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), ownership)
      at = end
    }
    const unflushed = this.#logEndOffset - this.recoveryPoint
    if (unflushed >= this.#config.flushMessages) this.flush()
  }

  /** PROD-12: rolls when the first batch asks for it, then takes as many batches as the active segment holds. */
  #endOfRun(bytes: Uint8Array, at: number): number {
    let end = batchEnd(bytes, at)
    assert(end !== -1, 'whole batches are appended')
    const lastOffset = batchLastOffset(bytes, at)
    const first = { sizeBytes: end - at, timestampMs: batchMaxTimestamp(bytes, at), lastOffset }
    if (mustRoll(this.segments.active, first, this.#config, this.#context.env.clock.nowMs())) {
      // Segments follow on at the log end, but where a leader's gap is wider than an index can express (DISK-36).
      this.roll(lastOffset - this.#logEndOffset <= offsetRangeMax ? this.#logEndOffset : batchBaseOffset(bytes, at))
    }
    const active = this.segments.active
    for (let next = batchEnd(bytes, end); next !== -1; next = batchEnd(bytes, end)) {
      if (active.sizeBytes + next - at > this.#config.segmentBytes || !active.canHold(batchLastOffset(bytes, end))) break
      end = next
    }
    return end
  }

  #appendRun(bytes: Uint8Array, ownership: 'kept' | 'borrowed'): void {
    const active = this.segments.active
    active.append(bytes, this.#config.indexIntervalBytes, this.#context.env.clock.nowMs())
    const baseOffset = batchBaseOffset(bytes, 0)
    let lastOffset = baseOffset
    for (let at = 0, end = batchEnd(bytes, 0); end !== -1; at = end, end = batchEnd(bytes, at)) {
      lastOffset = batchLastOffset(bytes, at)
      const aborted = noteProducerOf(this.producerStates, bytes, at, this.#context.env.compression)
      if (aborted !== undefined) active.transactionIndex.append(aborted)
    }
    if (ownership === 'kept') this.#tail.add(bytes, baseOffset, lastOffset)
    else this.#tail.clear()
    this.#logEndOffset = lastOffset + 1
  }

  /** Seals the active segment and begins one at `baseOffset`, the log end when absent. */
  roll(baseOffset = this.#logEndOffset): void {
    const sealed = this.segments.active
    if (sealed.sizeBytes === 0 && sealed.baseOffset >= baseOffset) return
    sealed.seal()
    this.#durability.sealed(sealed, this.#logEndOffset)
    this.#snapshots.take(this.producerStates, this.#logEndOffset)
    this.segments.add(createSegment(this.#context, this.directory, baseOffset, this.#config))
    this.segments.active.activate(this.#config.segmentIndexBytes)
    this.#durability.directoryChanged()
    const generation = this.#generation
    this.#durability.flushInBackground(baseOffset, () => this.#generation === generation && !this.#isClosed)
  }

  read(query: ReadQuery): ReadResult {
    if (query.fromOffset >= query.belowOffset || query.fromOffset >= this.#logEndOffset) return emptyRead(query.fromOffset)
    if (query.fromOffset >= this.#tail.startOffset) return this.#tail.read(query)
    return readSegments(this.segments, query)
  }

  advanceHighWatermark(to: number): boolean {
    const bounded = Math.max(Math.min(to, this.#logEndOffset), this.#logStartOffset)
    if (bounded <= this.#highWatermark) return false
    this.#highWatermark = bounded
    this.producerStates.highWatermarkMoved(bounded)
    return true
  }

  advanceLogStartOffset(to: number, _reason: 'delete-records' | 'leader' | 'retention'): boolean {
    if (to <= this.#logStartOffset) return false
    assert(to <= this.#logEndOffset, 'the log start stays within the log')
    this.#logStartOffset = to
    if (this.#highWatermark < to) this.advanceHighWatermark(to)
    this.epochs.truncateFromStart(to)
    return true
  }

  truncateTo(offset: number): void {
    this.#assertOpen()
    if (offset >= this.#logEndOffset) {
      // An epoch that this replica led without a record stands at the log end, and the leader may know another one there: kept, it
      // would be named as the last epoch again, and truncated to this very place for ever.
      this.epochs.truncateFromEnd(offset)
      return
    }
    if (offset <= this.segments.first.baseOffset) {
      this.truncateFullyAndStartAt(offset)
      return
    }
    this.#generation++
    // The newest first: what a crash leaves must have no piece missing in its middle.
    this.#drop(this.segments.all.filter(segment => segment.baseOffset > offset).reverse())
    this.segments.active.truncateTo(offset)
    this.#truncationIsDurable()
    this.segments.active.activate(this.#config.segmentIndexBytes)
    this.#tail.truncateTo(offset)
    // Not `offset` where that lies in a gap: a restart, too, knows the end by the last batch only.
    this.#logEndOffset = this.segments.active.nextOffset()
    if (this.#logEndOffset < this.#logStartOffset && offset >= this.#logStartOffset) {
      this.truncateFullyAndStartAt(this.#logStartOffset)
      return
    }
    this.#lowerTo(this.#logEndOffset)
    const range = { logStartOffset: this.#logStartOffset, logEndOffset: this.#logEndOffset, highWatermark: this.#highWatermark }
    this.#snapshots.reload(this.producerStates, this.segments, range)
  }

  truncateFullyAndStartAt(offset: number): void {
    this.#assertOpen()
    this.#generation++
    this.#drop([...this.segments.all].reverse())
    this.#tail.clear()
    this.segments.add(createSegment(this.#context, this.directory, offset, this.#config))
    this.segments.active.activate(this.#config.segmentIndexBytes)
    this.#truncationIsDurable()
    this.epochs.clear()
    this.#lowerTo(offset)
    this.#logStartOffset = offset
    this.#logEndOffset = offset
    this.#highWatermark = offset
    this.copying.truncated(0)
    this.#snapshots.removeAll()
    this.producerStates.clear()
  }

  /** REPL-18: the log that is copied has nothing more below `offset`, its end. */
  skipTo(offset: number): void {
    this.#assertOpen()
    this.roll(offset)
    this.#logEndOffset = offset
  }

  /** REPL-18: with all records of `source` copied, what does not stand in them comes along. Everything is durable afterwards. */
  inherit(source: Log): void {
    this.epochs.replaceWith(source.epochs.entries)
    this.producerStates = source.producerStates
    this.#snapshots.takeAnew(this.producerStates, this.#logEndOffset)
    this.#durability.directoryChanged()
    this.flush()
  }

  /** CLEAN-09: everything below was compacted. */
  compactedTo(offset: number): void {
    this.#firstDirtyOffset = offset
  }

  /** DISK-37. `fresh` is complete under its `.cleaned` names. Keeps the time of the last source (CLEAN-07). */
  replaceSegments(old: readonly Segment[], fresh: Segment): void {
    // Recovery takes a gap between segments for a loss; where compaction makes gaps, it must not look.
    const endOffset = this.segments.endOf(old[old.length - 1]!, this.#logEndOffset)
    if (this.recoveryPoint < endOffset) this.flush()
    this.#context.writeRecoveryPoints()
    for (const segment of [...old, fresh]) segment.close()
    this.#context.files.setModifiedMs(fresh.logPath, old[old.length - 1]!.lastModifiedMs)
    replaceSegmentFiles(this.#context, this.directory, old, fresh, this.#config.fileDeleteDelayMs)
    const placed = loadSegment(this.#context, this.directory, fresh.baseOffset, this.#config)
    this.segments.replace(old, [placed])
    this.#tail.dropBelow(endOffset)
    this.#snapshots.removeStray(this.segments.baseOffsets)
  }

  /** Else what was cut off could come back after a loss of power, behind or between what was appended since. */
  #truncationIsDurable(): void {
    this.#context.files.sync(this.segments.active.logPath)
    this.#context.files.syncDirectory(this.directory)
  }

  #lowerTo(offset: number): void {
    this.copying.truncated(offset)
    this.epochs.truncateFromEnd(offset)
    this.#highWatermark = Math.min(this.#highWatermark, offset)
    if (this.#logStartOffset > offset) {
      this.#logStartOffset = offset
      this.#context.writeLogStartOffsets()
    }
    if (this.#firstDirtyOffset !== undefined && this.#firstDirtyOffset > offset) {
      this.#firstDirtyOffset = offset
      this.#context.writeCleanerOffsets()
    }
    if (this.#durability.lowerTo(offset)) this.#context.writeRecoveryPoints()
  }

  #drop(segments: readonly Segment[]): void {
    this.#generation++
    this.segments.remove(segments)
    for (const segment of segments) deleteSegmentFiles(this.#context, segment, this.#config.fileDeleteDelayMs)
  }

  beginLeaderEpoch(epoch: number): void {
    this.epochs.assign(epoch, this.#logEndOffset)
  }

  endOffsetOfEpoch(epoch: number): { epoch: number; endOffset: number } {
    return this.epochs.endOffsetOf(epoch, this.#logEndOffset)
  }

  epochOfOffset(offset: number): number | undefined {
    return this.epochs.epochOf(offset)
  }

  offsetForTime(timestampMs: number, belowOffset: number): TimedOffset | undefined {
    const query = { timestampMs, fromOffset: this.#logStartOffset, belowOffset }
    return findOffsetForTime(this.segments, this.#context.env.compression, query)
  }

  offsetOfMaxTimestamp(belowOffset: number): TimedOffset | undefined {
    const found = findOffsetOfMaxTimestamp(this.segments, this.#context.env.compression, this.#logStartOffset)
    return found !== undefined && found.offset < belowOffset ? found : undefined
  }

  abortedTransactions(fromOffset: number, toOffset: number): readonly { producerId: number; firstOffset: number }[] {
    const indexes = this.segments.from(fromOffset).filter(segment => segment.transactionIndex.exists)
    if (indexes.length === 0) return []
    return abortedOverlapping(
      indexes.map(segment => segment.transactionIndex.entries()),
      fromOffset,
      toOffset,
    )
  }

  producers(): readonly ProducerStateView[] {
    return this.producerStates.views()
  }
  producerEpoch(producerId: number): number | undefined {
    return this.producerStates.get(producerId)?.producerEpoch
  }

  reconfigure(config: LogConfigInput): void {
    this.#config = parseLogConfig(config)
    this.#rules = batchRulesOf(this.#config)
  }

  /** The topic id, for a log that was found without one (`partition.metadata` lost). */
  adoptTopicId(topicId: string): void {
    this.#topicId = topicId
  }

  flush(): void {
    this.#durability.flush(this.#logEndOffset)
  }

  /** `flush.ms`. */
  maintain(): void {
    if (this.#durability.isDue(this.#config.flushMs, this.#logEndOffset)) this.flush()
  }

  writeEpochs(): void {
    this.#durability.writeEpochs()
  }

  /** RET-01 to RET-06; a copy only drops what lies below its start (REPL-18). Returns the bytes deleted. */
  applyRetention(what: 'due' | 'below-start' = 'due'): number {
    const count = countToDelete(this.segments.summaries(this.#logEndOffset), {
      deletesByPolicy: what === 'due' && this.#config.delete,
      retentionMs: this.#config.retentionMs,
      retentionBytes: this.#config.retentionBytes,
      logStartOffset: this.#logStartOffset,
      highWatermark: this.#highWatermark,
      nowMs: this.#context.env.clock.nowMs(),
    })
    if (count === 0) return 0
    if (count === this.segments.count) this.roll()
    const old = this.segments.all.slice(0, count)
    const bytes = old.reduce((sum, segment) => sum + segment.sizeBytes, 0)
    this.advanceLogStartOffset(Math.max(this.#logStartOffset, this.segments.all[count]!.baseOffset), 'retention')
    this.#drop(old)
    this.#snapshots.removeStray(this.segments.baseOffsets)
    return bytes
  }

  expireProducers(): number {
    return this.producerStates.expire(this.#context.env.clock.nowMs(), this.#context.producerIdExpirationMs())
  }

  /** Clean stop: everything durable, the snapshot of the producers at the log end (DISK-22). */
  close(): void {
    if (this.#isClosed) return
    this.flush()
    this.writeEpochs()
    // Not synced: a loss of power right after a clean stop makes the next start replay or rebuild them, nothing more.
    this.#snapshots.take(this.producerStates, this.#logEndOffset)
    this.segments.active.seal()
    // Unlike the other indexes it cannot be seen to lack something.
    this.segments.active.transactionIndex.sync()
    this.abandon()
  }

  /** Lets go of files and memory, as after a crash or before the directory is renamed. */
  abandon(): void {
    this.#isClosed = true
    this.#tail.clear()
    for (const segment of this.segments.all) segment.close()
  }

  #assertOpen(): void {
    assert(!this.#isClosed, `${this.topic}-${this.partition} is closed`)
  }
}
