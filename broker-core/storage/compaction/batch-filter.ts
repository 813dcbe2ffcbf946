import {
  attributesWithDeleteHorizon,
  batchBaseTimestamp,
  batchCompression,
  batchHasDeleteHorizon,
  batchHeaderBytes,
  batchIsLogAppendTime,
  batchMaxTimestamp,
  readBatchHeader,
  stampCrc,
  writeBatchHeader,
} from '../../records/batch-header.ts'
import type { BatchCodecs } from '../../records/batch-writer.ts'
import { openRecords, type RecordCursor } from '../../records/record-reader.ts'
import { varintBytes, writeVarint } from '../../records/record-varint.ts'

export interface FilterRules {
  readonly codecs: BatchCodecs
  /** Of the topic's own codec; a batch may have another one, with other levels. */
  readonly compressionLevel: { readonly codec: string; readonly level: number | undefined }
  /** now + delete.retention.ms: the horizon that tombstones get at their first cleaning (KIP-534). */
  readonly newHorizonMs: number
  /** Whether the record that the cursor stands on stays. */
  keeps(record: RecordCursor): boolean
}

/**
 * What stays of a batch: the same bytes when nothing goes, a smaller batch with offsets and sequences as they were (DISK-04), an empty
 * one when `keepsEmpty`, or undefined. `isMarkerOfEmptyTransaction` begins the horizon of a marker.
 */
export function filterBatch(
  batch: Uint8Array,
  rules: FilterRules,
  options: { readonly keepsEmpty: boolean; readonly isMarkerOfEmptyTransaction: boolean },
): Uint8Array | undefined {
  const records = openRecords(batch, 0, rules.codecs.compression)
  const kept: KeptRecord[] = []
  let count = 0
  let hasTombstone = false
  while (records.next()) {
    count++
    if (!rules.keeps(records)) continue
    if (records.valueLength < 0) hasTombstone = true
    kept.push(keptRecord(records))
  }
  if (kept.length === 0) return options.keepsEmpty ? emptyBatch(batch, rules.codecs) : undefined
  const needsHorizon = !batchHasDeleteHorizon(batch, 0) && (hasTombstone || options.isMarkerOfEmptyTransaction)
  if (kept.length === count && !needsHorizon) return batch
  return rebuilt(batch, records.bytes, kept, needsHorizon ? rules.newHorizonMs : undefined, rules)
}

interface KeptRecord {
  readonly start: number
  readonly end: number
  readonly timestampDelta: number
  /** Where offsetDelta begins, behind length, attributes and timestampDelta. */
  readonly restAt: number
}

const keptRecord = (records: RecordCursor): KeptRecord => ({
  start: records.start,
  end: records.end,
  timestampDelta: records.timestampDelta,
  restAt: records.offsetDeltaAt,
})

function rebuilt(
  batch: Uint8Array,
  block: Uint8Array,
  kept: readonly KeptRecord[],
  horizonMs: number | undefined,
  rules: FilterRules,
): Uint8Array {
  const header = readBatchHeader(batch)
  const records = horizonMs === undefined ? joined(block, kept) : rebased(block, kept, header.baseTimestampMs - horizonMs)
  const codec = batchCompression(batch, 0) ?? 'none'
  const level = codec === rules.compressionLevel.codec ? rules.compressionLevel.level : undefined
  const stored = codec === 'none' ? records : rules.codecs.compression.compress(codec, records, level)
  const bytes = new Uint8Array(batchHeaderBytes + stored.length)
  bytes.set(stored, batchHeaderBytes)
  const baseTimestampMs = horizonMs ?? header.baseTimestampMs
  writeBatchHeader(bytes, 0, {
    ...header,
    sizeBytes: bytes.length,
    attributes: horizonMs === undefined ? header.attributes : attributesWithDeleteHorizon(header.attributes),
    baseTimestampMs,
    maxTimestampMs: maxTimestampOf(batch, kept),
    recordCount: kept.length,
  })
  stampCrc(bytes, 0, rules.codecs.crc32c)
  return bytes
}

function maxTimestampOf(batch: Uint8Array, kept: readonly KeptRecord[]): number {
  if (batchIsLogAppendTime(batch, 0)) return batchMaxTimestamp(batch, 0)
  const base = batchBaseTimestamp(batch, 0)
  return kept.reduce((max, record) => Math.max(max, base + record.timestampDelta), -1)
}

/** The records as they are: their deltas stay relative to the same base. */
function joined(block: Uint8Array, kept: readonly KeptRecord[]): Uint8Array {
  const bytes = new Uint8Array(kept.reduce((sum, record) => sum + record.end - record.start, 0))
  let at = 0
  for (const { start, end } of kept) {
    bytes.set(block.subarray(start, end), at)
    at += end - start
  }
  return bytes
}

/** The same records with their timestamps relative to another base, `shift` away. */
function rebased(block: Uint8Array, kept: readonly KeptRecord[], shift: number): Uint8Array {
  const bodyBytes = (record: KeptRecord) => 1 + varintBytes(record.timestampDelta + shift) + record.end - record.restAt
  const total = kept.reduce((sum, record) => sum + varintBytes(bodyBytes(record)) + bodyBytes(record), 0)
  const bytes = new Uint8Array(total)
  let at = 0
  for (const record of kept) {
    at = writeVarint(bytes, at, bodyBytes(record))
    bytes[at++] = 0
    at = writeVarint(bytes, at, record.timestampDelta + shift)
    bytes.set(block.subarray(record.restAt, record.end), at)
    at += record.end - record.restAt
  }
  return bytes
}

/** CLEAN-06: the header alone, which keeps a producer's last sequence. */
export function emptyBatch(batch: Uint8Array, codecs: BatchCodecs): Uint8Array {
  const header = readBatchHeader(batch)
  const bytes = new Uint8Array(batchHeaderBytes)
  writeBatchHeader(bytes, 0, {
    ...header,
    sizeBytes: batchHeaderBytes,
    attributes: header.attributes & ~compressionMask,
    baseTimestampMs: batchHasDeleteHorizon(batch, 0) ? header.baseTimestampMs : -1,
    recordCount: 0,
  })
  stampCrc(bytes, 0, codecs.crc32c)
  return bytes
}

const compressionMask = 0x07
