import { assert } from '../base/assert.ts'
import type {
  ControlRecord,
  MembershipRecord,
  OffsetAndEpoch,
  RaftBatch,
  RaftLog,
  RaftRecords,
  SnapshotContent,
  SnapshotReceiver,
} from '../consensus/ports.ts'
import type { MembershipChange } from '../consensus/voter-history.ts'
import type { Clock } from '../env/clock.ts'
import type { Disk, DiskFile } from '../env/disk.ts'
import type { LogSink } from '../env/log-sink.ts'
import {
  batchBaseOffset,
  batchCrcIsValid,
  batchIsControl,
  batchLastOffset,
  batchLeaderEpoch,
  batchMaxTimestamp,
} from '../records/batch-header.ts'
import { batchesIn } from '../records/batch-iterator.ts'
import { type BatchCodecs, encodeBatch } from '../records/batch-writer.ts'
import { recordsOf } from '../records/record-reader.ts'
import { decodeMembership, encodeControl } from './raft-control-records.ts'
import { snapshotFiles, type SnapshotFiles } from './raft-snapshot-files.ts'
import { readWhole } from './whole-file.ts'

export interface RaftLogOptions {
  /** The directory `__cluster_metadata-0`; made when absent. */
  readonly directory: string
  readonly disk: Disk
  readonly clock: Clock
  readonly codecs: BatchCodecs
  readonly sink: LogSink
}

/** A segment ends when it is larger. */
const segmentBytesMax = 8 * 1024 * 1024

interface StoredBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly epoch: number
  readonly bytes: Uint8Array
  readonly segment: Segment
  readonly position: number
}

interface Segment {
  readonly baseOffset: number
  readonly path: string
  readonly file: DiskFile
  sizeBytes: number
}

/**
 * The metadata log in Kafka's format: `<20 digits>.log` segments and snapshots. What lies above the latest snapshot is also kept in
 * memory, which snapshots by size (20 MB) bound; so reads touch no file. On opening every batch is checked, and the first bad one and
 * what follows it are cut off: it was never flushed, so nobody counted on it.
 */
export function openRaftLog(options: RaftLogOptions): RaftLog {
  options.disk.makeDirectory(options.directory)
  const log = new DiskRaftLog(options)
  log.load()
  return log
}

class DiskRaftLog implements RaftLog {
  readonly #options: RaftLogOptions
  readonly #snapshots: SnapshotFiles
  #segments: Segment[] = []
  #batches: StoredBatch[] = []
  startOffset = 0
  endOffset = 0
  flushedOffset = 0
  highWatermark = 0

  constructor(options: RaftLogOptions) {
    this.#options = options
    this.#snapshots = snapshotFiles(options.directory, options.disk, options.codecs)
  }

  get lastEpoch(): number {
    return this.#batches.at(-1)?.epoch ?? this.#snapshots.latest()?.epoch ?? 0
  }

  load(): void {
    const { directory, disk } = this.#options
    const bases = segmentBases(disk.list(directory))
    this.endOffset = bases[0] ?? 0
    this.startOffset = this.endOffset
    for (const base of bases) {
      if (base === this.endOffset || this.#segments.length === 0) this.#loadSegment(base)
      else disk.remove(this.#pathOf(base))
    }
    const snapshot = this.#snapshots.latest()
    if (snapshot !== undefined) {
      const isApart = snapshot.endOffset > this.endOffset || snapshot.endOffset < this.startOffset
      // A snapshot of the leader took the place of a log that had diverged, and the process ended before the log went.
      const isForeign = snapshot.epoch > (this.#batches.at(-1)?.epoch ?? snapshot.epoch)
      if (isApart || isForeign) this.#restartAt(snapshot.endOffset)
      else this.#dropBelow(snapshot.endOffset)
    }
    if (this.#segments.length === 0) this.#openSegment(this.endOffset)
    disk.syncDirectory(directory)
    this.flushedOffset = this.endOffset
    this.highWatermark = this.startOffset
  }

  appendValues(values: readonly Uint8Array[], epoch: number): number {
    const timestampMs = this.#options.clock.nowMs()
    const records = values.map(value => ({ timestampMs, key: null, value }))
    this.#store(encodeBatch({ records, baseOffset: this.endOffset, leaderEpoch: epoch }, this.#options.codecs))
    return this.endOffset - 1
  }

  appendControl(records: readonly ControlRecord[], epoch: number): number {
    const { clock, codecs } = this.#options
    const encoded = records.map(record => encodeControl(record, clock.nowMs()))
    this.#store(encodeBatch({ records: encoded, control: true, baseOffset: this.endOffset, leaderEpoch: epoch }, codecs))
    return this.endOffset - 1
  }

  readMembership(fromOffset: number): readonly MembershipRecord[] {
    const found: MembershipRecord[] = []
    for (let at = firstWhere(this.#batches, batch => batch.lastOffset >= fromOffset); at < this.#batches.length; at++) {
      const { bytes } = this.#batches[at] as StoredBatch
      if (!batchIsControl(bytes, 0)) continue
      for (const record of recordsOf(bytes, this.#options.codecs.compression)) {
        const change = decodeMembership(record)
        if (change !== undefined && record.offset >= fromOffset) found.push({ offset: record.offset, change })
      }
    }
    return found
  }

  appendRecords(records: RaftRecords): void {
    for (const batch of batchesIn(joined(records))) {
      if (batchLastOffset(batch, 0) < this.endOffset) continue
      const baseOffset = batchBaseOffset(batch, 0)
      assert(baseOffset === this.endOffset, `raft-log: batch at ${baseOffset}, log ends at ${this.endOffset}`)
      if (!batchCrcIsValid(batch, 0, this.#options.codecs.crc32c)) return
      // Its bytes are a view on a network frame; the log outlives that.
      this.#store(new Uint8Array(batch))
    }
  }

  readRecords(fromOffset: number, maxBytes: number): RaftRecords {
    const found = this.#take(fromOffset, Number.POSITIVE_INFINITY, maxBytes)
    return { chunks: found.map(batch => batch.bytes), sizeBytes: found.reduce((sum, batch) => sum + batch.bytes.length, 0) }
  }

  readBatches(fromOffset: number, belowOffset: number, maxBytes: number): readonly RaftBatch[] {
    return this.#take(fromOffset, belowOffset, maxBytes).map(batch => opened(batch, this.#options.codecs))
  }

  endOffsetOfEpoch(epoch: number): OffsetAndEpoch {
    // Epochs rise along the log, so the last batch at or below `epoch` ends what we know of it.
    const at = firstWhere(this.#batches, batch => batch.epoch > epoch)
    const last = this.#batches[at - 1]
    if (last !== undefined) return { epoch: last.epoch, endOffset: last.lastOffset + 1 }
    const snapshot = this.#snapshots.latest()
    if (snapshot !== undefined && snapshot.epoch <= epoch) return { epoch: snapshot.epoch, endOffset: this.startOffset }
    return { epoch: -1, endOffset: -1 }
  }

  truncateTo(offset: number): void {
    const at = firstWhere(this.#batches, batch => batch.lastOffset >= offset)
    const cut = this.#batches[at]
    if (cut === undefined) return
    this.#batches = this.#batches.slice(0, at)
    const removed = this.#segments.filter(each => each.baseOffset > cut.segment.baseOffset)
    for (const segment of removed) this.#removeSegment(segment)
    // Else they could come back after a loss of power, behind what is written in their place.
    if (removed.length > 0) this.#options.disk.syncDirectory(this.#options.directory)
    cut.segment.file.resize(cut.position)
    cut.segment.file.sync()
    cut.segment.sizeBytes = cut.position
    this.endOffset = cut.baseOffset
    this.flushedOffset = Math.min(this.flushedOffset, this.endOffset)
  }

  advanceHighWatermark(offset: number): void {
    this.highWatermark = Math.max(this.highWatermark, offset)
  }

  flush(): void {
    if (this.flushedOffset === this.endOffset) return
    this.#active().file.sync()
    this.flushedOffset = this.endOffset
  }

  latestSnapshot(): OffsetAndEpoch | undefined {
    return this.#snapshots.latest()
  }

  writeSnapshot(id: OffsetAndEpoch, content: SnapshotContent): void {
    this.#snapshots.write(id, content)
    if (this.#active().sizeBytes > 0) this.#roll()
    this.#dropBelow(id.endOffset)
    this.#snapshots.removeOld()
  }

  readSnapshotValues(id: OffsetAndEpoch): readonly Uint8Array[] {
    return this.#snapshots.readValues(id)
  }

  readSnapshotMembership(id: OffsetAndEpoch): readonly MembershipChange[] {
    return this.#snapshots.readMembership(id)
  }

  readSnapshotBytes(
    id: OffsetAndEpoch,
    position: number,
    maxBytes: number,
  ): { bytes: Uint8Array; sizeBytes: number } | undefined {
    return this.#snapshots.readBytes(id, position, maxBytes)
  }

  receiveSnapshot(id: OffsetAndEpoch): SnapshotReceiver {
    return this.#snapshots.receive(id, () => {
      this.#restartAt(id.endOffset)
      this.#snapshots.removeOld()
    })
  }

  close(): void {
    for (const segment of this.#segments) segment.file.close()
  }

  /** Batches from the one that holds `fromOffset`; about `maxBytes` of them, at least one. */
  #take(fromOffset: number, belowOffset: number, maxBytes: number): StoredBatch[] {
    const found: StoredBatch[] = []
    let sizeBytes = 0
    for (let at = firstWhere(this.#batches, batch => batch.lastOffset >= fromOffset); at < this.#batches.length; at++) {
      const batch = this.#batches[at] as StoredBatch
      if (batch.baseOffset >= belowOffset || (found.length > 0 && sizeBytes + batch.bytes.length > maxBytes)) break
      found.push(batch)
      sizeBytes += batch.bytes.length
    }
    return found
  }

  #pathOf(baseOffset: number): string {
    return `${this.#options.directory}/${String(baseOffset).padStart(20, '0')}.log`
  }

  #active(): Segment {
    const segment = this.#segments.at(-1)
    assert(segment !== undefined, 'raft-log: an open log has a segment')
    return segment
  }

  #openSegment(baseOffset: number): Segment {
    const path = this.#pathOf(baseOffset)
    const file = this.#options.disk.open(path, 'create')
    const segment: Segment = { baseOffset, path, file, sizeBytes: file.size() }
    this.#segments.push(segment)
    return segment
  }

  #removeSegment(segment: Segment): void {
    segment.file.close()
    this.#options.disk.remove(segment.path)
    this.#segments = this.#segments.filter(other => other !== segment)
  }

  #roll(): void {
    this.#active().file.sync()
    this.#openSegment(this.endOffset)
    this.#options.disk.syncDirectory(this.#options.directory)
  }

  #loadSegment(base: number): void {
    const segment = this.#openSegment(base)
    const bytes = readWhole(segment.path, this.#options.disk)
    let position = 0
    for (const batch of batchesIn(bytes)) {
      if (batchBaseOffset(batch, 0) !== this.endOffset || !batchCrcIsValid(batch, 0, this.#options.codecs.crc32c)) break
      this.#remember(batch, segment, position)
      position += batch.length
    }
    if (position === segment.sizeBytes) return
    this.#options.sink.write('warn', 'raft-log.cut', { file: segment.path, from: segment.sizeBytes, to: position })
    segment.file.resize(position)
    segment.sizeBytes = position
  }

  #remember(bytes: Uint8Array, segment: Segment, position: number): void {
    const stored = {
      baseOffset: batchBaseOffset(bytes, 0),
      lastOffset: batchLastOffset(bytes, 0),
      epoch: batchLeaderEpoch(bytes, 0),
    }
    this.#batches.push({ ...stored, bytes, segment, position })
    this.endOffset = stored.lastOffset + 1
  }

  /** `bytes` stay in memory as they are. */
  #store(bytes: Uint8Array): void {
    if (this.#active().sizeBytes > segmentBytesMax) this.#roll()
    const segment = this.#active()
    segment.file.writeAt([bytes], segment.sizeBytes)
    this.#remember(bytes, segment, segment.sizeBytes)
    segment.sizeBytes += bytes.length
  }

  #restartAt(offset: number): void {
    for (const segment of this.#segments) this.#removeSegment(segment)
    this.#batches = []
    this.startOffset = offset
    this.endOffset = offset
    this.flushedOffset = offset
    this.#openSegment(offset)
    this.#options.disk.syncDirectory(this.#options.directory)
  }

  /** Segments that end at or below `offset` go; the one that holds it stays as it is. */
  #dropBelow(offset: number): void {
    this.startOffset = offset
    this.#batches = this.#batches.filter(batch => batch.lastOffset >= offset)
    const segments = this.#segments
    const isBelow = (index: number) => (segments[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY) <= offset
    for (const segment of segments.filter((_, index) => isBelow(index))) this.#removeSegment(segment)
  }
}

/** Ascending. */
const segmentBases = (names: readonly string[]): number[] =>
  names
    .map(name => /^(\d{20})\.log$/.exec(name)?.[1])
    .filter(digits => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b)

/** Index of the first item for which `isBeyond` holds, as it does for all after it; the length when for none. */
function firstWhere<T>(items: readonly T[], isBeyond: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBeyond(items[middle] as T)) high = middle
    else low = middle + 1
  }
  return low
}

function opened(batch: StoredBatch, codecs: BatchCodecs): RaftBatch {
  const { bytes, baseOffset, lastOffset, epoch } = batch
  const values: Uint8Array[] = []
  if (!batchIsControl(bytes, 0)) {
    for (const record of recordsOf(bytes, codecs.compression)) if (record.value !== null) values.push(record.value)
  }
  return { baseOffset, lastOffset, epoch, appendTimeMs: batchMaxTimestamp(bytes, 0), values }
}

function joined(records: RaftRecords): Uint8Array {
  const [only] = records.chunks
  if (only !== undefined && records.chunks.length === 1) return only
  const whole = new Uint8Array(records.sizeBytes)
  let at = 0
  for (const chunk of records.chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
