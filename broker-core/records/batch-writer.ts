import type { Compression, CompressionName, Crc32c } from '../env/codec.ts'
import { batchAttributeBits, batchHeaderBytes, stampCrc, writeBatchHeader } from './batch-header.ts'
import { varintBytes, writeVarint } from './record-varint.ts'

export interface RecordToWrite {
  /** Milliseconds since 1970; -1 none. */
  readonly timestampMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  /** Distance from the batch's base offset; its index when absent. */
  readonly offsetDelta?: number
}

export interface BatchToWrite {
  /** At least one, except with `lastOffsetDelta` and `maxTimestampMs` given (DISK-04: an empty batch after compaction). */
  readonly records: readonly RecordToWrite[]
  /** 0 for producers; the leader stamps the real one. */
  readonly baseOffset?: number
  readonly leaderEpoch?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
  readonly control?: boolean
  readonly compression?: CompressionName
  readonly compressionLevel?: number
  /** Given: every record has this time (attribute bit 3). */
  readonly logAppendTimeMs?: number
  /** KIP-534: attribute bit 6. */
  readonly deleteHorizonMs?: number
  /** What compaction must keep although records went. */
  readonly lastOffsetDelta?: number
  readonly maxTimestampMs?: number
}

export interface BatchCodecs {
  readonly crc32c: Crc32c
  readonly compression: Compression
}

/** One record batch v2, header and CRC included (SEMANTICS 2.3). */
export function encodeBatch(batch: BatchToWrite, codecs: BatchCodecs): Uint8Array {
  const baseTimestamp = batch.deleteHorizonMs ?? batch.records[0]?.timestampMs ?? -1
  const sized = batch.records.map((record, index) => sizeRecord(record, record.offsetDelta ?? index, baseTimestamp))
  const recordsBytes = sized.reduce((sum, one) => sum + one.sizeBytes, 0)
  const codec = batch.compression ?? 'none'
  const whole = new Uint8Array(batchHeaderBytes + recordsBytes)
  let at = batchHeaderBytes
  for (const one of sized) at = writeRecord(whole, at, one)
  const bytes =
    codec === 'none' || recordsBytes === 0 ? whole : withCompressedRecords(whole, codec, batch.compressionLevel, codecs)
  writeBatchHeader(bytes, 0, {
    baseOffset: batch.baseOffset ?? 0,
    sizeBytes: bytes.length,
    leaderEpoch: batch.leaderEpoch ?? -1,
    attributes: attributesOf(batch, codec),
    lastOffsetDelta: batch.lastOffsetDelta ?? sized[sized.length - 1]?.offsetDelta ?? 0,
    baseTimestampMs: baseTimestamp,
    maxTimestampMs: batch.logAppendTimeMs ?? batch.maxTimestampMs ?? maxTimestampOf(batch.records),
    producerId: batch.producerId ?? -1,
    producerEpoch: batch.producerEpoch ?? -1,
    baseSequence: batch.baseSequence ?? -1,
    recordCount: batch.records.length,
  })
  stampCrc(bytes, 0, codecs.crc32c)
  return bytes
}

function withCompressedRecords(
  whole: Uint8Array,
  codec: CompressionName,
  level: number | undefined,
  codecs: BatchCodecs,
): Uint8Array {
  const block = codecs.compression.compress(codec, whole.subarray(batchHeaderBytes), level)
  const bytes = new Uint8Array(batchHeaderBytes + block.length)
  bytes.set(block, batchHeaderBytes)
  return bytes
}

const attributesOf = (batch: BatchToWrite, compression: CompressionName): number =>
  batchAttributeBits({
    compression,
    logAppendTime: batch.logAppendTimeMs !== undefined,
    transactional: batch.transactional ?? false,
    control: batch.control ?? false,
    deleteHorizon: batch.deleteHorizonMs !== undefined,
  })

const maxTimestampOf = (records: readonly RecordToWrite[]): number =>
  records.reduce((max, record) => Math.max(max, record.timestampMs), -1)

interface SizedRecord {
  readonly record: RecordToWrite
  readonly offsetDelta: number
  readonly timestampDelta: number
  readonly headerKeys: readonly Uint8Array[]
  readonly bodyBytes: number
  readonly sizeBytes: number
}

const textEncoder = new TextEncoder()

function sizeRecord(record: RecordToWrite, offsetDelta: number, baseTimestamp: number): SizedRecord {
  const timestampDelta = record.timestampMs - baseTimestamp
  const headers = record.headers ?? []
  const headerKeys = headers.map(header => textEncoder.encode(header.key))
  let bodyBytes =
    1 +
    varintBytes(timestampDelta) +
    varintBytes(offsetDelta) +
    blockBytes(record.key) +
    blockBytes(record.value) +
    varintBytes(headers.length)
  headers.forEach((header, index) => {
    bodyBytes += blockBytes(headerKeys[index]!) + blockBytes(header.value)
  })
  return { record, offsetDelta, timestampDelta, headerKeys, bodyBytes, sizeBytes: varintBytes(bodyBytes) + bodyBytes }
}

const blockBytes = (block: Uint8Array | null): number => (block === null ? 1 : varintBytes(block.length) + block.length)

function writeRecord(into: Uint8Array, start: number, sized: SizedRecord): number {
  const { record } = sized
  let at = writeVarint(into, start, sized.bodyBytes)
  into[at++] = 0
  at = writeVarint(into, at, sized.timestampDelta)
  at = writeVarint(into, at, sized.offsetDelta)
  at = writeBlock(into, at, record.key)
  at = writeBlock(into, at, record.value)
  at = writeVarint(into, at, sized.headerKeys.length)
  sized.headerKeys.forEach((key, index) => {
    at = writeBlock(into, at, key)
    at = writeBlock(into, at, record.headers![index]!.value)
  })
  return at
}

function writeBlock(into: Uint8Array, at: number, block: Uint8Array | null): number {
  if (block === null) return writeVarint(into, at, -1)
  const from = writeVarint(into, at, block.length)
  into.set(block, from)
  return from + block.length
}
