import { closeSync, openSync, readFileSync, readSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getInt32, getInt64 } from '../../broker-core/base/bytes/big-endian.ts'
import { batchHeaderBytes, batchLastOffset, batchMaxTimestamp, batchSizeBytes } from '../../broker-core/records/batch-header.ts'
import { parseSegmentFileName } from '../../broker-core/storage/file-names.ts'
import { decodeTransactionIndex } from '../../broker-core/storage/transaction-index.ts'

/** A walk from an index entry to a batch reads headers only; so many bytes at a time. */
const walkBytes = 262_144
const indexEntryBytes = 8
const timeIndexEntryBytes = 12
const batchBytesMax = 104_857_600

/** One partition's files, looked at and never changed; a broker may be writing them at the same time. */
export interface PartitionFiles {
  readonly directory: string
  startOffset(): number
  /** Behind the last whole batch on disk. */
  endOffset(): number
  sizeBytes(): number
  /** Whole batches from the one that holds `offset` on: at least one, else about `bytesMax`. Empty at the end. */
  read(offset: number, bytesMax: number): Uint8Array
  /** Where the batch that holds the offset lies, and what leads there; undefined when none does. */
  locate(offset: number): BatchPosition | undefined
  /** First offset whose timestamp is at or after the time, by batches: the batch that has it is opened by the caller. */
  batchAt(timestampMs: number): Uint8Array | undefined
  /** The newest timestamp of all batches; undefined without records. */
  newest(): { readonly batch: Uint8Array; readonly timestampMs: number } | undefined
  aborted(from: number, to: number): readonly { readonly producerId: number; readonly firstOffset: number }[]
}

/** One batch in its segment, found as a broker finds it: by the index, then header by header. */
export interface BatchPosition {
  readonly segmentPath: string
  readonly segmentBytes: number
  readonly isLastSegment: boolean
  readonly segmentCount: number
  readonly position: number
  readonly sizeBytes: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly index: IndexPosition
  /** Headers looked at from the entry on, that of the batch too. */
  readonly scannedBatches: number
}

/** Where the offset index leads. */
export interface IndexPosition {
  readonly entries: number
  /** Counted from 1; 0: no entry lies before the offset, reading starts with the segment. */
  readonly entry: number
  readonly offset: number
  readonly position: number
}

interface Segment {
  readonly path: string
  readonly baseOffset: number
}

interface FoundBatch {
  readonly segment: Segment
  readonly position: number
  readonly header: Uint8Array
}

export function partitionFiles(directory: string, logStartOffset: () => number | undefined): PartitionFiles {
  const segments = (): Segment[] =>
    readdirSync(directory)
      .flatMap(name => {
        const parsed = parseSegmentFileName(name)
        return parsed?.kind === '.log' && parsed.suffix === '' ? [{ path: join(directory, name), baseOffset: parsed.offset }] : []
      })
      .sort((a, b) => a.baseOffset - b.baseOffset)
  /** Looked up again when the last segment has grown. */
  let knownEnd: { readonly path: string; readonly size: number; readonly end: number } | undefined
  const find = (isIt: (header: Uint8Array) => boolean, from: number): FoundBatch | undefined => {
    const all = segments()
    const first = Math.max(
      0,
      all.findLastIndex(segment => segment.baseOffset <= from),
    )
    for (const segment of all.slice(first)) {
      const start = segment.baseOffset <= from ? indexedPosition(segment, from).position : 0
      for (const { position, header } of headersFrom(segment.path, start)) if (isIt(header)) return { segment, position, header }
    }
    return undefined
  }
  return {
    directory,
    startOffset: () => Math.max(logStartOffset() ?? 0, segments()[0]?.baseOffset ?? 0),
    endOffset() {
      const last = segments().at(-1)
      if (last === undefined) return 0
      const sizeNow = sizeOf(last.path)
      if (knownEnd?.path === last.path && knownEnd.size === sizeNow) return knownEnd.end
      let end = last.baseOffset
      for (const { header } of headersFrom(last.path, indexedPosition(last, Number.MAX_SAFE_INTEGER).position))
        end = batchLastOffset(header, 0) + 1
      knownEnd = { path: last.path, size: sizeNow, end }
      return end
    },
    sizeBytes: () => segments().reduce((sum, segment) => sum + sizeOf(segment.path), 0),
    read(offset, bytesMax) {
      const found = find(header => batchLastOffset(header, 0) >= offset, offset)
      return found === undefined ? new Uint8Array(0) : readBatches(found, bytesMax)
    },
    locate: offset => locate(segments(), offset),
    batchAt(timestampMs) {
      const all = segments()
      for (const [index, segment] of all.entries()) {
        const start = startByTime(segment, timestampMs, index === all.length - 1)
        if (start === undefined) continue
        for (const { position, header } of headersFrom(segment.path, start))
          if (batchMaxTimestamp(header, 0) >= timestampMs) return readBatches({ segment, position, header }, 0)
      }
      return undefined
    },
    newest() {
      let best: (FoundBatch & { readonly timestampMs: number }) | undefined
      for (const segment of segments())
        for (const { position, header } of headersFrom(segment.path, 0)) {
          const timestampMs = batchMaxTimestamp(header, 0)
          if (timestampMs > (best?.timestampMs ?? -1)) best = { segment, position, header: header.slice(), timestampMs }
        }
      return best === undefined ? undefined : { batch: readBatches(best, 0), timestampMs: best.timestampMs }
    },
    aborted: (from, to) =>
      segments()
        .flatMap(segment => decodeTransactionIndex(readIfThere(segment.path.replace(/\.log$/, '.txnindex'))))
        .filter(it => it.lastOffset >= from && it.firstOffset < to)
        .map(({ producerId, firstOffset }) => ({ producerId, firstOffset })),
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

function readIfThere(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch {
    return new Uint8Array(0)
  }
}

function locate(segments: readonly Segment[], offset: number): BatchPosition | undefined {
  const at = segments.findLastIndex(segment => segment.baseOffset <= offset)
  const segment = segments[at]
  if (segment === undefined) return undefined
  const index = { ...indexedPosition(segment, offset), entries: [...indexEntries(segment)].length }
  let scannedBatches = 0
  for (const { position, header } of headersFrom(segment.path, index.position)) {
    scannedBatches += 1
    const lastOffset = batchLastOffset(header, 0)
    if (lastOffset < offset) continue
    return {
      segmentPath: segment.path,
      segmentBytes: sizeOf(segment.path),
      isLastSegment: at === segments.length - 1,
      segmentCount: segments.length,
      position,
      sizeBytes: batchSizeBytes(header, 0),
      baseOffset: getInt64(header, 0),
      lastOffset,
      index,
      scannedBatches,
    }
  }
  return undefined
}

/** Entries of the offset index in order. Zeros behind them are room kept for more. */
function* indexEntries(segment: Segment): Generator<{ readonly offset: number; readonly position: number }> {
  const index = readIfThere(segment.path.replace(/\.log$/, '.index'))
  const size = sizeOf(segment.path)
  let last = 0
  for (let at = 0; at + indexEntryBytes <= index.length; at += indexEntryBytes) {
    const relative = getInt32(index, at)
    const position = getInt32(index, at + 4)
    if (position === 0 || position >= size || (relative <= last && at > 0)) return
    last = relative
    yield { offset: segment.baseOffset + relative, position }
  }
}

/** The last index entry at or before the offset. */
function indexedPosition(segment: Segment, offset: number): Omit<IndexPosition, 'entries'> {
  let found = { entry: 0, offset: segment.baseOffset, position: 0 }
  for (const entry of indexEntries(segment)) {
    if (entry.offset > offset) break
    found = { entry: found.entry + 1, ...entry }
  }
  return found
}

/**
 * Where in the segment to look for a time; undefined when all of it is older, which only the index of a sealed segment tells: it ends
 * with the largest time of all.
 */
function startByTime(segment: Segment, timestampMs: number, isActive: boolean): number | undefined {
  const index = readIfThere(segment.path.replace(/\.log$/, '.timeindex'))
  let newestMs = -1
  let behind = segment.baseOffset
  for (let at = 0; at + timeIndexEntryBytes <= index.length; at += timeIndexEntryBytes) {
    const entryMs = getInt64(index, at)
    // Zeros are room kept for more entries.
    if (entryMs <= newestMs) return indexedPosition(segment, behind).position
    newestMs = entryMs
    if (entryMs < timestampMs) behind = segment.baseOffset + getInt32(index, at + 8)
  }
  if (!isActive && newestMs >= 0 && newestMs < timestampMs) return undefined
  return indexedPosition(segment, behind).position
}

/** Headers of the whole batches from a position on; the bytes are only lent until the next one. */
function* headersFrom(path: string, from: number): Generator<{ readonly position: number; readonly header: Uint8Array }> {
  const size = sizeOf(path)
  const file = openSync(path, 'r')
  try {
    const window = new Uint8Array(walkBytes)
    let windowAt = -1
    let windowEnd = -1
    let position = from
    while (position + batchHeaderBytes <= size) {
      if (position < windowAt || position + batchHeaderBytes > windowEnd) {
        windowAt = position
        windowEnd = position + readSync(file, window, 0, Math.min(walkBytes, size - position), position)
      }
      const header = window.subarray(position - windowAt, position - windowAt + batchHeaderBytes)
      if (header.length < batchHeaderBytes) return
      const bytes = batchSizeBytes(header, 0)
      // Torn, or not written yet.
      if (bytes < batchHeaderBytes || position + bytes > size || getInt64(header, 0) < 0) return
      yield { position, header }
      position += bytes
    }
  } finally {
    closeSync(file)
  }
}

/** The batch that was found and those behind it in the same segment, whole ones only. */
function readBatches({ segment, position, header }: FoundBatch, bytesMax: number): Uint8Array {
  const first = Math.min(batchSizeBytes(header, 0), batchBytesMax)
  const wanted = Math.min(Math.max(first, bytesMax), sizeOf(segment.path) - position)
  const bytes = new Uint8Array(wanted)
  const file = openSync(segment.path, 'r')
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, wanted, position))
  } finally {
    closeSync(file)
  }
}
