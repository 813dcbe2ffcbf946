import { assert } from '../base/assert.ts'
import { batchBaseOffset, batchHeaderBytes, batchLastOffset, batchMaxTimestamp, batchSizeBytes } from '../records/batch-header.ts'
import { batchEnd } from '../records/batch-iterator.ts'
import type { DirectoryFiles } from './directory-files.ts'
import { segmentFileName, type SegmentFileKind } from './file-names.ts'
import { OffsetIndex, offsetIndexEntryBytes } from './offset-index.ts'
import { scanBatchHeaders } from './segment-scan.ts'
import { TimeIndex, timeIndexEntryBytes } from './time-index.ts'
import { TransactionIndex } from './transaction-index.ts'

/** DISK-36: offsets in the indexes are int32 relative to the base. */
export const offsetRangeMax = 2147483647

export interface SegmentPlace {
  readonly directory: string
  readonly baseOffset: number
  /** `.cleaned` while compaction writes it. */
  readonly suffix?: '.cleaned'
}

/** One `.log` file with its indexes. Appends only at the end; knows nothing of other segments. */
export class Segment {
  readonly baseOffset: number
  readonly logPath: string
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  readonly transactionIndex: TransactionIndex
  /** Time of the last append, which is the file's: stands in where records have no timestamps (RET-02). */
  lastModifiedMs: number
  readonly createdAtMs: number
  /** PROD-12: `segment.ms` is shortened by this. */
  readonly rollJitterMs: number
  readonly #files: DirectoryFiles
  #sizeBytes: number
  #bytesSinceIndexEntry = 0
  #maxTimestampMs: number
  #offsetOfMaxTimestamp: number
  #firstBatchTimestampMs: number | undefined
  /** Where the last read ended: who reads in order goes on there. */
  #readEnd = { offset: -1, position: 0 }

  constructor(
    files: DirectoryFiles,
    place: SegmentPlace,
    sizes: {
      readonly logBytes: number
      readonly indexBytes: number
      readonly timeIndexBytes: number
      readonly transactionIndexBytes: number
    },
    times: { readonly nowMs: number; readonly modifiedMs?: number; readonly rollJitterMs: number },
  ) {
    const path = (kind: SegmentFileKind) => `${place.directory}/${segmentFileName(place.baseOffset, kind)}${place.suffix ?? ''}`
    this.#files = files
    this.baseOffset = place.baseOffset
    this.logPath = path('.log')
    this.#sizeBytes = sizes.logBytes
    this.offsetIndex = new OffsetIndex(
      files,
      path('.index'),
      place.baseOffset,
      Math.floor(sizes.indexBytes / offsetIndexEntryBytes),
    )
    this.timeIndex = new TimeIndex(
      files,
      path('.timeindex'),
      place.baseOffset,
      Math.floor(sizes.timeIndexBytes / timeIndexEntryBytes),
    )
    this.transactionIndex = new TransactionIndex(files, path('.txnindex'), sizes.transactionIndexBytes)
    this.#maxTimestampMs = this.timeIndex.lastTimestampMs
    this.#offsetOfMaxTimestamp = this.timeIndex.lastOffset()
    this.createdAtMs = times.nowMs
    this.lastModifiedMs = times.modifiedMs ?? times.nowMs
    this.rollJitterMs = times.rollJitterMs
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }
  /** -1: none has a timestamp. */
  get maxTimestampMs(): number {
    return this.#maxTimestampMs
  }
  /** RET-02: its largest timestamp; the file's time where records have none. */
  get newestMs(): number {
    return this.#maxTimestampMs >= 0 ? this.#maxTimestampMs : this.lastModifiedMs
  }
  /** Last offset of the batch that carries it. */
  get offsetOfMaxTimestamp(): number {
    return this.#offsetOfMaxTimestamp
  }
  get filePaths(): readonly string[] {
    return [this.logPath, this.offsetIndex.file.path, this.timeIndex.file.path, this.transactionIndex.path]
  }

  /** One write for all of `bytes`, which are whole batches with their offsets stamped. */
  append(bytes: Uint8Array, indexIntervalBytes: number, nowMs: number): void {
    this.#files.write(this.logPath, [bytes], this.#sizeBytes)
    this.lastModifiedMs = nowMs
    for (let at = 0, end = batchEnd(bytes, 0); end !== -1; at = end, end = batchEnd(bytes, at)) {
      this.noteBatch(bytes, at, indexIntervalBytes)
    }
  }

  /** Takes a batch that stands at the end of the file into the size and the indexes (DISK-10, DISK-15). */
  noteBatch(bytes: Uint8Array, at: number, indexIntervalBytes: number): void {
    const lastOffset = batchLastOffset(bytes, at)
    const maxTimestampMs = batchMaxTimestamp(bytes, at)
    if (maxTimestampMs > this.#maxTimestampMs) {
      this.#maxTimestampMs = maxTimestampMs
      this.#offsetOfMaxTimestamp = lastOffset
    }
    if (this.#sizeBytes === 0) this.#firstBatchTimestampMs = maxTimestampMs
    if (this.#bytesSinceIndexEntry > indexIntervalBytes) {
      this.offsetIndex.append(lastOffset, this.#sizeBytes)
      this.timeIndex.append(this.#maxTimestampMs, this.#offsetOfMaxTimestamp)
      this.#bytesSinceIndexEntry = 0
    }
    const size = batchSizeBytes(bytes, at)
    this.#sizeBytes += size
    this.#bytesSinceIndexEntry += size
  }

  canHold(lastOffset: number): boolean {
    return lastOffset - this.baseOffset <= offsetRangeMax
  }

  isIndexFull(indexBytesMax: number): boolean {
    return this.offsetIndex.isFull(indexBytesMax) || this.timeIndex.isFull(indexBytesMax)
  }

  /** Largest timestamp of the first batch; -1 without timestamps, undefined for an empty segment. */
  firstBatchTimestampMs(): number | undefined {
    if (this.#firstBatchTimestampMs === undefined && this.#sizeBytes > 0) {
      this.scanHeaders(0, (bytes, at) => {
        this.#firstBatchTimestampMs = batchMaxTimestamp(bytes, at)
        return false
      })
    }
    return this.#firstBatchTimestampMs
  }

  scanHeaders(from: number, visit: (bytes: Uint8Array, at: number, position: number) => boolean | void): number {
    return scanBatchHeaders(this.#files, this.logPath, from, this.#sizeBytes, visit)
  }

  /** Where the first batch whose last offset is >= `offset` starts, and its size; undefined behind the end. */
  locate(offset: number): { readonly position: number; readonly sizeBytes: number } | undefined {
    let found: { position: number; sizeBytes: number } | undefined
    this.scanHeaders(this.offsetIndex.positionBefore(offset), (bytes, at, position) => {
      if (batchLastOffset(bytes, at) < offset) return true
      found = { position, sizeBytes: batchSizeBytes(bytes, at) }
      return false
    })
    return found
  }

  /** Where a read from `offset` begins, without a look-up where the last one ended; undefined behind the end. */
  readStart(offset: number): number | undefined {
    if (offset !== this.#readEnd.offset) return this.locate(offset)?.position
    return this.#readEnd.position < this.#sizeBytes ? this.#readEnd.position : undefined
  }

  noteReadEnd(offset: number, position: number): void {
    this.#readEnd = { offset, position }
  }

  read(position: number, sizeBytes: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(sizeBytes, this.#sizeBytes - position))
    const read = this.#files.read(this.logPath, bytes, position)
    return read === bytes.length ? bytes : bytes.subarray(0, read)
  }

  /** Offset after the last batch. */
  nextOffset(): number {
    let next = this.offsetIndex.file.count === 0 ? this.baseOffset : this.offsetIndex.lastOffset() + 1
    this.scanHeaders(this.offsetIndex.lastPosition(), (bytes, at) => {
      next = batchLastOffset(bytes, at) + 1
    })
    return next
  }

  /** Drops every batch that reaches `offset`. Returns the base offset of the first one dropped, or undefined. */
  truncateTo(offset: number): number | undefined {
    const start = this.locate(offset)
    if (start === undefined) return undefined
    let firstDropped = offset
    this.scanHeaders(start.position, (bytes, at) => {
      firstDropped = batchBaseOffset(bytes, at)
      return false
    })
    this.#cutTo(start.position, firstDropped)
    return firstDropped
  }

  /** Recovery: everything from `position` on is no valid batch. `nextOffset` is the offset after the last valid one. */
  cutTo(position: number, nextOffset: number): void {
    this.#cutTo(position, nextOffset)
  }

  #cutTo(position: number, nextOffset: number): void {
    this.offsetIndex.truncateTo(nextOffset)
    this.timeIndex.truncateTo(nextOffset)
    this.transactionIndex.truncateTo(nextOffset)
    this.#files.resize(this.logPath, position)
    this.#sizeBytes = position
    this.#readEnd = { offset: -1, position: 0 }
    this.#bytesSinceIndexEntry = 0
    if (position === 0) this.#firstBatchTimestampMs = undefined
    this.findMaxTimestamp()
  }

  /** After loading or cutting an active segment: batches behind the last time index entry may carry a larger timestamp. */
  findMaxTimestamp(): void {
    this.#maxTimestampMs = this.timeIndex.lastTimestampMs
    this.#offsetOfMaxTimestamp = this.timeIndex.lastOffset()
    const from = this.timeIndex.file.count === 0 ? 0 : this.offsetIndex.positionBefore(this.#offsetOfMaxTimestamp)
    this.scanHeaders(from, (bytes, at) => {
      if (batchMaxTimestamp(bytes, at) <= this.#maxTimestampMs) return
      this.#maxTimestampMs = batchMaxTimestamp(bytes, at)
      this.#offsetOfMaxTimestamp = batchLastOffset(bytes, at)
    })
  }

  /** DISK-13: the files are there, of a whole number of entries, and their last entries lie within the segment. */
  hasSoundIndexes(files: DirectoryFiles): boolean {
    if (this.#sizeBytes === 0) return this.offsetIndex.file.count === 0 && this.timeIndex.file.count === 0
    const { offsetIndex, timeIndex } = this
    if (!files.exists(offsetIndex.file.path) || !files.exists(timeIndex.file.path)) return false
    if (files.sizeOf(offsetIndex.file.path) % offsetIndexEntryBytes !== 0) return false
    if (files.sizeOf(timeIndex.file.path) % timeIndexEntryBytes !== 0) return false
    const isSoundEnd =
      offsetIndex.file.count === 0 || (offsetIndex.lastOffset() > this.baseOffset && offsetIndex.lastPosition() < this.#sizeBytes)
    const isSoundTime = timeIndex.isAscending() && timeIndex.lastOffset() >= this.baseOffset
    return isSoundEnd && isSoundTime && this.transactionIndex.isSound(this.baseOffset)
  }

  /** Recovery: forgets the content; `noteBatch` then takes the batches in again, and `cutTo` drops what is behind them. */
  forgetContent(): void {
    this.offsetIndex.truncateTo(this.baseOffset)
    this.timeIndex.truncateTo(this.baseOffset)
    this.offsetIndex.file.truncate(0)
    this.timeIndex.file.truncate(0)
    this.transactionIndex.clear()
    this.#sizeBytes = 0
    this.#bytesSinceIndexEntry = 0
    this.#maxTimestampMs = -1
    this.#offsetOfMaxTimestamp = this.baseOffset
    this.#firstBatchTimestampMs = undefined
  }

  activate(indexBytesMax: number): void {
    const floorTo = (entryBytes: number) => Math.floor(indexBytesMax / entryBytes) * entryBytes
    this.offsetIndex.file.presize(floorTo(offsetIndexEntryBytes))
    this.timeIndex.file.presize(floorTo(timeIndexEntryBytes))
  }

  /** No appends will follow (roll, close): the final maximum goes to the time index, the indexes are cut to what they use. */
  seal(): void {
    if (this.#maxTimestampMs >= 0) this.timeIndex.append(this.#maxTimestampMs, this.#offsetOfMaxTimestamp)
    this.offsetIndex.file.seal()
    this.timeIndex.file.seal()
    this.transactionIndex.forget()
  }

  /** Everything appended so far survives a loss of power. */
  sync(): void {
    this.#files.sync(this.logPath)
    // An index that came back longer than it is would be found unsound and rebuilt; an empty one has nothing to lose.
    if (this.offsetIndex.file.count > 0) this.offsetIndex.file.sync()
    if (this.timeIndex.file.count > 0) this.timeIndex.file.sync()
    this.transactionIndex.sync()
  }

  async syncInBackground(): Promise<void> {
    for (const path of this.filePaths) if (this.#files.exists(path)) await this.#files.syncInBackground(path)
  }

  close(): void {
    for (const path of this.filePaths) this.#files.close(path)
  }
}

/** Bytes of whole batches at the front whose offsets are all below `belowOffset`. */
export function bytesBelow(bytes: Uint8Array, belowOffset: number): { sizeBytes: number; nextOffset: number } {
  let size = 0
  let nextOffset = -1
  for (let end = batchEnd(bytes, 0); end !== -1; end = batchEnd(bytes, size)) {
    const lastOffset = batchLastOffset(bytes, size)
    if (lastOffset >= belowOffset) break
    nextOffset = lastOffset + 1
    size = end
  }
  assert(size === 0 || size >= batchHeaderBytes, 'whole batches')
  return { sizeBytes: size, nextOffset }
}
