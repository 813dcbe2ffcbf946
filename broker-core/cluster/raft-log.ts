import { assert } from '../base/assert.ts'
import { zeroUuid } from '../base/bytes/uuid.ts'
import type { LeaderChange, OffsetAndEpoch, RaftBatch, RaftLog, RaftRecords } from '../consensus/ports.ts'
import type { Clock } from '../env/clock.ts'
import type { Disk, DiskFile } from '../env/disk.ts'
import type { LogSink } from '../env/log-sink.ts'
import { encodeControlValue } from '../protocol/persisted/raft/control-values.ts'
import { leaderChange } from '../protocol/persisted/raft/leader-change.ts'
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
import { controlRecordKey, controlTypes } from '../records/control-records.ts'
import { recordsOf } from '../records/record-reader.ts'
import { snapshotFiles } from './raft-snapshot-files.ts'
import { readWhole } from './raft-snapshot-files.ts'

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
  const { directory, disk, clock, codecs, sink } = options
  disk.makeDirectory(directory)
  const snapshots = snapshotFiles(directory, disk, codecs)
  let segments: Segment[] = []
  let batches: StoredBatch[] = []
  let startOffset = 0
  let endOffset = 0
  let flushedOffset = 0
  let highWatermark = 0

  const lastEpoch = (): number => batches.at(-1)?.epoch ?? snapshots.latest()?.epoch ?? 0
  const openSegment = (baseOffset: number): Segment => {
    const path = `${directory}/${String(baseOffset).padStart(20, '0')}.log`
    const file = disk.open(path, 'create')
    const segment: Segment = { baseOffset, path, file, sizeBytes: file.size() }
    segments.push(segment)
    return segment
  }
  const removeSegment = (segment: Segment): void => {
    segment.file.close()
    disk.remove(segment.path)
    segments = segments.filter(other => other !== segment)
  }

  function load(): void {
    const bases = disk
      .list(directory)
      .map(name => /^(\d{20})\.log$/.exec(name)?.[1])
      .filter(digits => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b)
    endOffset = bases[0] ?? 0
    startOffset = endOffset
    for (const base of bases) if (base === endOffset || segments.length === 0) loadSegment(base)
    for (const base of bases.filter(base => !segments.some(segment => segment.baseOffset === base))) {
      disk.remove(`${directory}/${String(base).padStart(20, '0')}.log`)
    }
    const snapshot = snapshots.latest()
    if (snapshot !== undefined) {
      if (snapshot.endOffset > endOffset || snapshot.endOffset < startOffset) restartAt(snapshot.endOffset)
      else dropBelow(snapshot.endOffset)
    }
    if (segments.length === 0) openSegment(endOffset)
    disk.syncDirectory(directory)
    flushedOffset = endOffset
    highWatermark = startOffset
  }

  function loadSegment(base: number): void {
    const segment = openSegment(base)
    const bytes = readWhole(segment.path, disk)
    let position = 0
    for (const batch of batchesIn(bytes)) {
      if (batchBaseOffset(batch, 0) !== endOffset || !batchCrcIsValid(batch, 0, codecs.crc32c)) break
      remember(batch, segment, position)
      position += batch.length
    }
    if (position === segment.sizeBytes) return
    sink.write('warn', 'raft-log.cut', { file: segment.path, from: segment.sizeBytes, to: position })
    segment.file.resize(position)
    segment.sizeBytes = position
  }

  function remember(bytes: Uint8Array, segment: Segment, position: number): void {
    const stored = {
      baseOffset: batchBaseOffset(bytes, 0),
      lastOffset: batchLastOffset(bytes, 0),
      epoch: batchLeaderEpoch(bytes, 0),
    }
    batches.push({ ...stored, bytes, segment, position })
    endOffset = stored.lastOffset + 1
  }

  /** `bytes` stay in memory as they are. */
  function store(bytes: Uint8Array): void {
    let segment = segments.at(-1)
    assert(segment !== undefined, 'raft-log: an open log has a segment')
    if (segment.sizeBytes > segmentBytesMax) {
      segment.file.sync()
      segment = openSegment(endOffset)
      disk.syncDirectory(directory)
    }
    segment.file.writeAt([bytes], segment.sizeBytes)
    remember(bytes, segment, segment.sizeBytes)
    segment.sizeBytes += bytes.length
  }

  function restartAt(offset: number): void {
    for (const segment of segments) removeSegment(segment)
    batches = []
    startOffset = offset
    endOffset = offset
    flushedOffset = offset
    openSegment(offset)
    disk.syncDirectory(directory)
  }

  /** Segments that end at or below `offset` go; the one that holds it stays as it is. */
  function dropBelow(offset: number): void {
    startOffset = offset
    batches = batches.filter(batch => batch.lastOffset >= offset)
    const kept = segments.filter((_, index) => (segments[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY) > offset)
    for (const segment of segments.filter(segment => !kept.includes(segment))) removeSegment(segment)
  }

  /** Index of the batch that holds `offset`, or of the first after it. */
  function indexOf(offset: number): number {
    let low = 0
    let high = batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((batches[middle] as StoredBatch).lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  load()
  return {
    get startOffset() {
      return startOffset
    },
    get endOffset() {
      return endOffset
    },
    get lastEpoch() {
      return lastEpoch()
    },
    get flushedOffset() {
      return flushedOffset
    },
    appendValues(values, epoch) {
      const timestampMs = clock.nowMs()
      const records = values.map(value => ({ timestampMs, key: null, value }))
      store(encodeBatch({ records, baseOffset: endOffset, leaderEpoch: epoch }, codecs))
      return endOffset - 1
    },
    appendLeaderChange(change, epoch) {
      store(leaderChangeBatch(change, { baseOffset: endOffset, epoch, timestampMs: clock.nowMs() }, codecs))
      return endOffset - 1
    },
    appendRecords(records) {
      for (const batch of batchesIn(joined(records))) {
        if (batchLastOffset(batch, 0) < endOffset) continue
        assert(
          batchBaseOffset(batch, 0) === endOffset,
          `raft-log: batch at ${batchBaseOffset(batch, 0)}, log ends at ${endOffset}`,
        )
        assert(batchCrcIsValid(batch, 0, codecs.crc32c), `raft-log: corrupt batch at ${endOffset} from the leader`)
        // Its bytes are a view on a network frame; the log outlives that.
        store(new Uint8Array(batch))
      }
    },
    readRecords(fromOffset, maxBytes) {
      const chunks: Uint8Array[] = []
      let sizeBytes = 0
      for (let at = indexOf(fromOffset); at < batches.length; at++) {
        const { bytes } = batches[at] as StoredBatch
        if (chunks.length > 0 && sizeBytes + bytes.length > maxBytes) break
        chunks.push(bytes)
        sizeBytes += bytes.length
      }
      return { chunks, sizeBytes }
    },
    readBatches(fromOffset, belowOffset, maxBytes) {
      const found: RaftBatch[] = []
      let sizeBytes = 0
      for (let at = indexOf(fromOffset); at < batches.length; at++) {
        const batch = batches[at] as StoredBatch
        if (batch.baseOffset >= belowOffset || (found.length > 0 && sizeBytes + batch.bytes.length > maxBytes)) break
        found.push(opened(batch, codecs))
        sizeBytes += batch.bytes.length
      }
      return found
    },
    endOffsetOfEpoch(epoch) {
      return endOfEpoch(epoch, batches, snapshots.latest(), startOffset, endOffset)
    },
    truncateTo(offset) {
      const cut = batches[indexOf(offset)]
      if (cut === undefined) return
      batches = batches.slice(0, indexOf(offset))
      for (const segment of segments.filter(segment => segment.baseOffset > cut.segment.baseOffset)) removeSegment(segment)
      cut.segment.file.resize(cut.position)
      cut.segment.file.sync()
      cut.segment.sizeBytes = cut.position
      endOffset = cut.baseOffset
      flushedOffset = Math.min(flushedOffset, endOffset)
    },
    advanceHighWatermark(offset) {
      highWatermark = Math.max(highWatermark, offset)
    },
    flush() {
      if (flushedOffset === endOffset) return
      segments.at(-1)?.file.sync()
      flushedOffset = endOffset
    },
    latestSnapshot: () => snapshots.latest(),
    writeSnapshot(id, values, lastAppendTimeMs) {
      snapshots.write(id, values, lastAppendTimeMs)
      if ((segments.at(-1)?.sizeBytes ?? 0) > 0) {
        segments.at(-1)?.file.sync()
        openSegment(endOffset)
        disk.syncDirectory(directory)
      }
      dropBelow(id.endOffset)
      snapshots.removeOld()
    },
    readSnapshotValues: id => snapshots.readValues(id),
    readSnapshotBytes: (id, position, maxBytes) => snapshots.readBytes(id, position, maxBytes),
    receiveSnapshot: id =>
      snapshots.receive(id, () => {
        restartAt(id.endOffset)
        snapshots.removeOld()
      }),
    close() {
      for (const segment of segments) segment.file.close()
    },
  }
}

function opened(batch: StoredBatch, codecs: BatchCodecs): RaftBatch {
  const { bytes, baseOffset, lastOffset, epoch } = batch
  const values: Uint8Array[] = []
  if (!batchIsControl(bytes, 0)) {
    for (const record of recordsOf(bytes, codecs.compression)) if (record.value !== null) values.push(record.value)
  }
  return { baseOffset, lastOffset, epoch, appendTimeMs: batchMaxTimestamp(bytes, 0), values }
}

function endOfEpoch(
  epoch: number,
  batches: readonly StoredBatch[],
  snapshot: OffsetAndEpoch | undefined,
  startOffset: number,
  endOffset: number,
): OffsetAndEpoch {
  // Epochs rise along the log, so the last batch at or below `epoch` ends what we know of it.
  let low = 0
  let high = batches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((batches[middle] as StoredBatch).epoch <= epoch) low = middle + 1
    else high = middle
  }
  const last = batches[low - 1]
  if (last !== undefined) return { epoch: last.epoch, endOffset: low === batches.length ? endOffset : last.lastOffset + 1 }
  if (snapshot !== undefined && snapshot.epoch <= epoch) return { epoch: snapshot.epoch, endOffset: startOffset }
  return { epoch: -1, endOffset: -1 }
}

function leaderChangeBatch(
  change: LeaderChange,
  at: { readonly baseOffset: number; readonly epoch: number; readonly timestampMs: number },
  codecs: BatchCodecs,
): Uint8Array {
  const voter = (voterId: number) => ({ voterId, voterDirectoryId: zeroUuid })
  const value = encodeControlValue(leaderChange, {
    version: 0,
    leaderId: change.leaderId,
    voters: change.voterIds.map(voter),
    grantingVoters: change.grantingVoterIds.map(voter),
  })
  const records = [{ timestampMs: at.timestampMs, key: controlRecordKey(controlTypes.leaderChange), value }]
  return encodeBatch({ records, control: true, baseOffset: at.baseOffset, leaderEpoch: at.epoch }, codecs)
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
