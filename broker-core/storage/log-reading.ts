import type { Compression } from '../env/codec.ts'
import {
  batchBaseOffset,
  batchBaseTimestamp,
  batchHeaderBytes,
  batchIsLogAppendTime,
  batchLastOffset,
  batchLeaderEpoch,
  batchMaxTimestamp,
  batchSizeBytes,
} from '../records/batch-header.ts'
import { openRecords } from '../records/record-reader.ts'
import type { ReadQuery, ReadResult, TimedOffset } from './partition-log.ts'
import { bytesBelow, type Segment } from './segment.ts'
import type { SegmentList } from './segment-list.ts'

export const emptyRead = (fromOffset: number): ReadResult => ({
  chunks: [],
  sizeBytes: 0,
  firstBatchBaseOffset: -1,
  nextOffset: fromOffset,
})

/** From the page cache, out of one segment per call as Kafka does it; the next one is tried where compaction left nothing. */
export function readSegments(segments: SegmentList, query: ReadQuery): ReadResult {
  for (let i = Math.max(0, segments.indexOf(query.fromOffset)); i < segments.count; i++) {
    const segment = segments.all[i]!
    if (segment.baseOffset >= query.belowOffset) break
    const position = segment.readStart(query.fromOffset)
    if (position !== undefined) return readFrom(segment, position, query)
  }
  return emptyRead(query.fromOffset)
}

/** One positional read, a second one only for a first batch that is larger than what was asked for. */
function readFrom(segment: Segment, position: number, query: ReadQuery): ReadResult {
  let bytes = segment.read(position, Math.max(query.maxBytes, batchHeaderBytes))
  const firstBytes = batchSizeBytes(bytes, 0)
  if (firstBytes > query.maxBytes) {
    if (!query.atLeastOneBatch) return emptyRead(query.fromOffset)
    bytes = segment.read(position, firstBytes)
  }
  const { sizeBytes, nextOffset } = bytesBelow(bytes, query.belowOffset)
  if (sizeBytes === 0) return emptyRead(query.fromOffset)
  segment.noteReadEnd(nextOffset, position + sizeBytes)
  return {
    chunks: [sizeBytes === bytes.length ? bytes : bytes.subarray(0, sizeBytes)],
    sizeBytes,
    firstBatchBaseOffset: batchBaseOffset(bytes, 0),
    nextOffset,
    endsAtSegment: bytes.length < query.maxBytes && sizeBytes === bytes.length && nextOffset < query.belowOffset,
  }
}

/** LO-05: first record at or behind `fromOffset`, below `belowOffset`, whose timestamp is >= `timestampMs`. */
export function findOffsetForTime(
  segments: SegmentList,
  compression: Compression,
  query: { readonly timestampMs: number; readonly fromOffset: number; readonly belowOffset: number },
): TimedOffset | undefined {
  for (const segment of segments.from(query.fromOffset)) {
    if (segment.baseOffset >= query.belowOffset) return undefined
    if (segment.maxTimestampMs < query.timestampMs) continue
    const found = findInSegment(segment, compression, query)
    if (found !== undefined) return found.offset < query.belowOffset ? found : undefined
  }
  return undefined
}

function findInSegment(
  segment: Segment,
  compression: Compression,
  query: { readonly timestampMs: number; readonly fromOffset: number },
): TimedOffset | undefined {
  const behind = Math.max(segment.timeIndex.offsetBefore(query.timestampMs), query.fromOffset)
  let found: TimedOffset | undefined
  segment.scanHeaders(segment.offsetIndex.positionBefore(behind), (bytes, at, position) => {
    if (batchMaxTimestamp(bytes, at) < query.timestampMs || batchLastOffset(bytes, at) < query.fromOffset) return true
    found = firstRecordAtOrAfter(segment, position, compression, query)
    return found === undefined
  })
  return found
}

function firstRecordAtOrAfter(
  segment: Segment,
  position: number,
  compression: Compression,
  query: { readonly timestampMs: number; readonly fromOffset: number },
): TimedOffset | undefined {
  const batch = readBatch(segment, position)
  const appendTime = batchIsLogAppendTime(batch, 0) ? batchMaxTimestamp(batch, 0) : undefined
  const records = openRecords(batch, 0, compression)
  while (records.next()) {
    const timestampMs = appendTime ?? batchBaseTimestamp(batch, 0) + records.timestampDelta
    const offset = batchBaseOffset(batch, 0) + records.offsetDelta
    if (timestampMs >= query.timestampMs && offset >= query.fromOffset) {
      return { offset, timestampMs, leaderEpoch: batchLeaderEpoch(batch, 0) }
    }
  }
  return undefined
}

/** MAX_TIMESTAMP: the first record of those with the largest timestamp in the whole log. */
export function findOffsetOfMaxTimestamp(
  segments: SegmentList,
  compression: Compression,
  logStartOffset: number,
): TimedOffset | undefined {
  let best: TimedOffset | undefined
  for (const segment of segments.from(logStartOffset)) {
    if (segment.maxTimestampMs < 0 || segment.maxTimestampMs <= (best?.timestampMs ?? -1)) continue
    const query = { timestampMs: segment.maxTimestampMs, fromOffset: logStartOffset }
    // The largest of the segment may lie below the log start; then what is left of it is searched.
    const found = findInSegment(segment, compression, query) ?? newestFrom(segment, compression, logStartOffset)
    if (found !== undefined && found.timestampMs > (best?.timestampMs ?? -1)) best = found
  }
  return best
}

function newestFrom(segment: Segment, compression: Compression, fromOffset: number): TimedOffset | undefined {
  let best: TimedOffset | undefined
  const start = segment.locate(fromOffset)
  if (start === undefined) return undefined
  segment.scanHeaders(start.position, (bytes, at, position) => {
    if (batchMaxTimestamp(bytes, at) <= (best?.timestampMs ?? -1)) return true
    const isWhole = batchBaseOffset(bytes, at) >= fromOffset
    const wanted = isWhole ? batchMaxTimestamp(bytes, at) : (best?.timestampMs ?? -1) + 1
    for (let next = wanted; ; ) {
      const found = firstRecordAtOrAfter(segment, position, compression, { timestampMs: next, fromOffset })
      if (found === undefined) return true
      best = found
      next = found.timestampMs + 1
    }
  })
  return best
}

/** The whole batch that starts at `position`. */
export function readBatch(segment: Segment, position: number): Uint8Array {
  const header = segment.read(position, batchHeaderBytes)
  return segment.read(position, batchSizeBytes(header, 0))
}
