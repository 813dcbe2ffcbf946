import type { Compression, Crc32c } from '../env/codec.ts'
import { CompressionError } from '../env/codec.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import {
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestamp,
  batchCompression,
  batchCrcIsValid,
  batchHeaderBytes,
  batchIsControl,
  batchIsLogAppendTime,
  batchLastOffsetDelta,
  batchMagic,
  batchMaxTimestamp,
  batchProducerId,
  batchRecordCount,
  batchSizeBytes,
  currentMagic,
} from './batch-header.ts'
import { batchEnd } from './batch-iterator.ts'
import type { RecordCursor } from './record-reader.ts'
import { CorruptRecords, openRecords } from './record-reader.ts'

/** Why a batch was refused, with the error for the client and, where KIP-467 wants it, the records at fault. */
export interface BatchRejection {
  readonly error: KafkaErrorName
  readonly message: string
  readonly recordErrors?: readonly RecordError[]
}

export interface RecordError {
  readonly batchIndex: number
  readonly message: string
}

/** What a topic asks of the batches that clients produce to it. */
export interface BatchRules {
  readonly maxMessageBytes: number
  readonly segmentBytesMax: number
  readonly compacted: boolean
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
}

export interface ValidationContext {
  readonly nowMs: number
  readonly crc32c: Crc32c
  readonly compression: Compression
  /** Wire version of Produce; the newest when absent. */
  readonly produceVersion?: number
}

const zstdSinceProduceVersion = 7
/** Record errors listed in one answer: a hostile batch must not make a huge reply. */
const recordErrorsMax = 100
/** A before.max at or above this is no limit (the default is Long.MAX_VALUE). */
const noTimestampLimitMs = 2 ** 53

/**
 * PROD-01 to PROD-05 for what a client sent for one partition: exactly one whole, sound batch v2. Looks at the header alone; records
 * are opened only on compacted topics and where timestamps may be out of bounds.
 */
export function clientBatchRejection(
  bytes: Uint8Array,
  rules: BatchRules,
  context: ValidationContext,
): BatchRejection | undefined {
  return (
    shapeRejection(bytes) ??
    sizeRejection(batchSizeBytes(bytes, 0), rules) ??
    checksumRejection(bytes, context.crc32c) ??
    headerRejection(bytes, context.produceVersion ?? zstdSinceProduceVersion) ??
    timestampTypeRejection(bytes) ??
    (mustOpenRecords(bytes, rules, context.nowMs) ? recordsRejection(bytes, rules, context) : undefined)
  )
}

const invalid = (message: string): BatchRejection => ({ error: 'INVALID_RECORD', message })

/** PROD-01: one batch, magic 2. Older magics have their length field at the same place. */
function shapeRejection(bytes: Uint8Array): BatchRejection | undefined {
  if (bytes.length === 0) return invalid('Produce requests must have exactly one record batch per partition')
  if (bytes.length > 16 && batchMagic(bytes, 0) !== currentMagic) {
    return invalid(`Record batches with magic ${batchMagic(bytes, 0)} are not accepted`)
  }
  const end = batchEnd(bytes, 0)
  if (end === -1) return { error: 'CORRUPT_MESSAGE', message: 'Record batch is cut off or its length is wrong' }
  return end === bytes.length ? undefined : invalid('Produce requests must have exactly one record batch per partition')
}

function sizeRejection(size: number, rules: BatchRules): BatchRejection | undefined {
  if (size > rules.maxMessageBytes) {
    return {
      error: 'MESSAGE_TOO_LARGE',
      message: `The record batch size of ${size} bytes exceeds the maximum configured value of ${rules.maxMessageBytes}`,
    }
  }
  if (size <= rules.segmentBytesMax) return undefined
  return {
    error: 'RECORD_LIST_TOO_LARGE',
    message: `The record batch size of ${size} bytes exceeds the segment size of ${rules.segmentBytesMax}`,
  }
}

/** PROD-03. Also used by followers and recovery. */
const checksumRejection = (bytes: Uint8Array, crc32c: Crc32c): BatchRejection | undefined =>
  batchCrcIsValid(bytes, 0, crc32c)
    ? undefined
    : { error: 'CORRUPT_MESSAGE', message: 'Record batch is corrupt: its CRC does not match' }

/** PROD-02, and the codec by Produce version. */
function headerRejection(bytes: Uint8Array, produceVersion: number): BatchRejection | undefined {
  const codec = batchCompression(bytes, 0)
  if (codec === undefined) return invalid('Unknown compression type')
  if (codec === 'zstd' && produceVersion < zstdSinceProduceVersion) {
    return { error: 'UNSUPPORTED_COMPRESSION_TYPE', message: `zstd needs Produce version ${zstdSinceProduceVersion}` }
  }
  if (batchBaseOffset(bytes, 0) !== 0)
    return invalid(`The base offset of a produced batch must be 0, not ${batchBaseOffset(bytes, 0)}`)
  const count = batchRecordCount(bytes, 0)
  if (count <= 0) return invalid(`The record count of a produced batch must be positive, not ${count}`)
  if (batchLastOffsetDelta(bytes, 0) + 1 !== count) {
    return invalid(`The last offset delta ${batchLastOffsetDelta(bytes, 0)} does not fit ${count} records`)
  }
  if (batchIsControl(bytes, 0)) return invalid('Clients may not write control records')
  if (batchProducerId(bytes, 0) >= 0 && batchBaseSequence(bytes, 0) < 0) {
    return invalid(`Invalid sequence ${batchBaseSequence(bytes, 0)} with producer id ${batchProducerId(bytes, 0)}`)
  }
  if (!Number.isSafeInteger(batchMaxTimestamp(bytes, 0)) || !Number.isSafeInteger(batchBaseTimestamp(bytes, 0))) {
    return { error: 'INVALID_TIMESTAMP', message: 'Timestamps beyond 2^53 milliseconds are not accepted' }
  }
  // A codec without room for one byte per record cannot hold them: refuse a count made to cost memory.
  return codec === 'none' && count > bytes.length - batchHeaderBytes
    ? invalid(`${count} records do not fit the batch`)
    : undefined
}

const timestampTypeRejection = (bytes: Uint8Array): BatchRejection | undefined =>
  batchIsLogAppendTime(bytes, 0)
    ? { error: 'INVALID_TIMESTAMP', message: 'Producers may not set the timestamp type LogAppendTime' }
    : undefined

function mustOpenRecords(bytes: Uint8Array, rules: BatchRules, nowMs: number): boolean {
  if (rules.compacted) return true
  if (rules.timestampType === 'LogAppendTime') return false
  return rules.timestampBeforeMaxMs < noTimestampLimitMs || batchMaxTimestamp(bytes, 0) > nowMs + rules.timestampAfterMaxMs
}

function recordsRejection(bytes: Uint8Array, rules: BatchRules, context: ValidationContext): BatchRejection | undefined {
  try {
    return checkRecords(openRecords(bytes, 0, context.compression), batchBaseTimestamp(bytes, 0), rules, context.nowMs)
  } catch (error) {
    if (error instanceof CorruptRecords || error instanceof CompressionError)
      return invalid(`Malformed records: ${error.message}`)
    throw error
  }
}

/** PROD-04 and PROD-05 for each record. A wrong timestamp decides over a missing key, as in Kafka. */
function checkRecords(
  records: RecordCursor,
  baseTimestamp: number,
  rules: BatchRules,
  nowMs: number,
): BatchRejection | undefined {
  const checkTime = rules.timestampType === 'CreateTime'
  const earliest = nowMs - rules.timestampBeforeMaxMs
  const latest = nowMs + rules.timestampAfterMaxMs
  const errors: RecordError[] = []
  let wrongTime = false
  for (let index = 0; records.next(); index++) {
    if (records.offsetDelta !== index) return invalid(`Record ${index} has the offset delta ${records.offsetDelta}`)
    const timestamp = baseTimestamp + records.timestampDelta
    const outside = checkTime && timestamp !== -1 && (timestamp < earliest || timestamp > latest)
    if (outside) wrongTime = true
    if (errors.length >= recordErrorsMax) continue
    if (outside) {
      errors.push({ batchIndex: index, message: `Timestamp ${timestamp} is out of range [${earliest}, ${latest}]` })
    } else if (rules.compacted && records.keyLength < 0) {
      errors.push({ batchIndex: index, message: 'Compacted topic cannot accept message without key' })
    }
  }
  if (errors.length === 0) return undefined
  return wrongTime
    ? {
        error: 'INVALID_TIMESTAMP',
        message: 'One or more records have been rejected due to invalid timestamp',
        recordErrors: errors,
      }
    : { error: 'INVALID_RECORD', message: 'One or more records have been rejected', recordErrors: errors }
}
