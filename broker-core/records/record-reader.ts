import type { Compression } from '../env/codec.ts'
import {
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestamp,
  batchCompression,
  batchHeaderBytes,
  batchIsLogAppendTime,
  batchMaxTimestamp,
  batchRecordCount,
  batchSizeBytes,
  sequenceAfter,
} from './batch-header.ts'
import { CorruptRecords, VarintReader } from './record-varint.ts'

export { CorruptRecords } from './record-varint.ts'

/** What one batch may grow to when it is opened: 128 times the default message.max.bytes. */
export const decompressedBytesMax = 128 * 1024 * 1024

/**
 * Walks the records of one batch without allocating: after `next()` returned true, the fields tell where the present record's parts
 * lie in `bytes` (which is the decompressed block for compressed batches). Throws CorruptRecords on a malformed record.
 */
export class RecordCursor {
  readonly bytes: Uint8Array
  readonly recordCount: number
  /** Start and end of the whole record, its length prefix included. */
  start = 0
  end: number
  offsetDelta = 0
  timestampDelta = 0
  /** Behind length, attributes and timestampDelta, however many bytes these took. */
  offsetDeltaAt = 0
  keyAt = 0
  /** -1: null. */
  keyLength = -1
  valueAt = 0
  /** -1: null. */
  valueLength = -1
  headersAt = 0
  headerCount = 0
  readonly #numbers: VarintReader
  readonly #limit: number
  #index = 0

  constructor(bytes: Uint8Array, at: number, limit: number, recordCount: number) {
    this.bytes = bytes
    this.recordCount = recordCount
    this.end = at
    this.#limit = limit
    this.#numbers = new VarintReader(bytes, at, limit)
  }

  /** Moves to the next record; false behind the last, where the block must be used up (a count that lies is corrupt). */
  next(): boolean {
    if (this.#index === this.recordCount) {
      if (this.end !== this.#limit) throw new CorruptRecords('bytes behind the last record')
      return false
    }
    const numbers = this.#numbers
    numbers.at = this.end
    this.start = this.end
    const length = numbers.next()
    const end = numbers.at + length
    if (length < 0 || end > this.#limit) throw new CorruptRecords(`record length ${length} exceeds its batch`)
    numbers.at++ // attributes, unused
    this.timestampDelta = numbers.next()
    this.offsetDeltaAt = numbers.at
    this.offsetDelta = numbers.next()
    this.keyLength = numbers.next()
    this.keyAt = this.#skip(this.keyLength)
    this.valueLength = numbers.next()
    this.valueAt = this.#skip(this.valueLength)
    this.headerCount = numbers.next()
    this.headersAt = numbers.at
    if (this.headerCount < 0 || this.headersAt + this.headerCount * 2 > end) throw new CorruptRecords('header count')
    this.end = end
    this.#index++
    return true
  }

  key(): Uint8Array | null {
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyAt, this.keyAt + this.keyLength)
  }

  value(): Uint8Array | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueAt, this.valueAt + this.valueLength)
  }

  headers(): readonly RecordHeader[] {
    if (this.headerCount === 0) return noHeaders
    const numbers = new VarintReader(this.bytes, this.headersAt, this.end)
    const headers: RecordHeader[] = []
    for (let i = 0; i < this.headerCount; i++) {
      const key = takeBytes(numbers)
      if (key === null) throw new CorruptRecords('header without a key')
      headers.push({ key: textDecoder.decode(key), value: takeBytes(numbers) })
    }
    return headers
  }

  #skip(length: number): number {
    const at = this.#numbers.at
    if (length > 0) {
      if (at + length > this.#limit) throw new CorruptRecords('key or value exceeds its batch')
      this.#numbers.at = at + length
    }
    return at
  }
}

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** One record as a value; key, value and headers are views on the batch, headers are decoded when asked for. */
export interface RecordView {
  readonly offset: number
  readonly timestampMs: number
  /** -1 without a producer id. */
  readonly sequence: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

const noHeaders: readonly RecordHeader[] = []
const textDecoder = new TextDecoder('utf-8')

function takeBytes(numbers: VarintReader): Uint8Array | null {
  const length = numbers.next()
  if (length < 0) return null
  const at = numbers.at
  if (at + length > numbers.limit) throw new CorruptRecords('header exceeds its record')
  numbers.at = at + length
  return numbers.bytes.subarray(at, at + length)
}

/**
 * Opens the batch at `at`. Compressed batches are unpacked whole, up to `maxBytes`. Throws CorruptRecords (also for an unknown codec)
 * or CompressionError.
 */
export function openRecords(
  batch: Uint8Array,
  at: number,
  compression: Compression,
  maxBytes = decompressedBytesMax,
): RecordCursor {
  const codec = batchCompression(batch, at)
  const end = at + batchSizeBytes(batch, at)
  const count = batchRecordCount(batch, at)
  if (count < 0) throw new CorruptRecords(`record count ${count}`)
  if (codec === undefined) throw new CorruptRecords('unknown compression codec')
  const from = at + batchHeaderBytes
  if (codec === 'none') return new RecordCursor(batch, from, end, count)
  if (count === 0 && from === end) return new RecordCursor(batch, from, end, 0)
  const block = compression.decompress(codec, batch.subarray(from, end), maxBytes)
  return new RecordCursor(block, 0, block.length, count)
}

/** The records of one whole batch, one after the other. DISK-01: with log append time every record has maxTimestamp. */
export function* recordsOf(
  batch: Uint8Array,
  compression: Compression,
  options: { readonly at?: number; readonly maxBytes?: number } = {},
): Generator<RecordView> {
  const at = options.at ?? 0
  const cursor = openRecords(batch, at, compression, options.maxBytes)
  const baseOffset = batchBaseOffset(batch, at)
  const baseTimestamp = batchBaseTimestamp(batch, at)
  const baseSequence = batchBaseSequence(batch, at)
  const appendTime = batchIsLogAppendTime(batch, at) ? batchMaxTimestamp(batch, at) : undefined
  while (cursor.next()) {
    yield {
      offset: baseOffset + cursor.offsetDelta,
      timestampMs: appendTime ?? baseTimestamp + cursor.timestampDelta,
      sequence: baseSequence < 0 ? -1 : sequenceAfter(baseSequence, cursor.offsetDelta),
      key: cursor.key(),
      value: cursor.value(),
      headers: cursor.headers(),
    }
  }
}
