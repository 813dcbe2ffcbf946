import { getInt16, getInt32, getInt64, getUint32, setInt16, setInt32, setInt64 } from '../base/bytes/big-endian.ts'
import type { CompressionName, Crc32c } from '../env/codec.ts'
import { compressionNames } from '../env/codec.ts'

/**
 * The 61-byte header of a record batch v2 (SEMANTICS 2.3). The functions read and stamp one field of the batch that starts at
 * `at`, in place and without allocating. `partitionLeaderEpoch` and `baseOffset` lie outside of the CRC, so that a leader can stamp them.
 */
export const batchHeaderBytes = 61
/** Bytes before the ones that `batchLength` counts. */
export const batchOverheadBytes = 12
export const currentMagic = 2

const baseOffsetAt = 0
const batchLengthAt = 8
const leaderEpochAt = 12
const magicAt = 16
const crcAt = 17
const attributesAt = 21
const lastOffsetDeltaAt = 23
const baseTimestampAt = 27
const maxTimestampAt = 35
const producerIdAt = 43
const producerEpochAt = 51
const baseSequenceAt = 53
const recordCountAt = 57

const compressionMask = 0x07
const logAppendTimeBit = 0x08
const transactionalBit = 0x10
const controlBit = 0x20
const deleteHorizonBit = 0x40

/** Where the CRC begins to count. */
export const crcCoversFrom = attributesAt

export const batchBaseOffset = (bytes: Uint8Array, at: number): number => getInt64(bytes, at + baseOffsetAt)
/** Whole size on disk and on the wire, header included. */
export const batchSizeBytes = (bytes: Uint8Array, at: number): number => getInt32(bytes, at + batchLengthAt) + batchOverheadBytes
export const batchLeaderEpoch = (bytes: Uint8Array, at: number): number => getInt32(bytes, at + leaderEpochAt)
export const batchMagic = (bytes: Uint8Array, at: number): number => bytes[at + magicAt]!
export const batchCrc = (bytes: Uint8Array, at: number): number => getUint32(bytes, at + crcAt)
export const batchAttributes = (bytes: Uint8Array, at: number): number => getInt16(bytes, at + attributesAt)
export const batchLastOffsetDelta = (bytes: Uint8Array, at: number): number => getInt32(bytes, at + lastOffsetDeltaAt)
export const batchLastOffset = (bytes: Uint8Array, at: number): number =>
  batchBaseOffset(bytes, at) + batchLastOffsetDelta(bytes, at)
/** The delete horizon instead when `batchHasDeleteHorizon`. */
export const batchBaseTimestamp = (bytes: Uint8Array, at: number): number => getInt64(bytes, at + baseTimestampAt)
export const batchMaxTimestamp = (bytes: Uint8Array, at: number): number => getInt64(bytes, at + maxTimestampAt)
export const batchProducerId = (bytes: Uint8Array, at: number): number => getInt64(bytes, at + producerIdAt)
export const batchProducerEpoch = (bytes: Uint8Array, at: number): number => getInt16(bytes, at + producerEpochAt)
export const batchBaseSequence = (bytes: Uint8Array, at: number): number => getInt32(bytes, at + baseSequenceAt)
export const batchRecordCount = (bytes: Uint8Array, at: number): number => getInt32(bytes, at + recordCountAt)

export const batchIsLogAppendTime = (bytes: Uint8Array, at: number): boolean => (bytes[at + 22]! & logAppendTimeBit) !== 0
export const batchIsTransactional = (bytes: Uint8Array, at: number): boolean => (bytes[at + 22]! & transactionalBit) !== 0
export const batchIsControl = (bytes: Uint8Array, at: number): boolean => (bytes[at + 22]! & controlBit) !== 0
export const batchHasDeleteHorizon = (bytes: Uint8Array, at: number): boolean => (bytes[at + 22]! & deleteHorizonBit) !== 0
/** Undefined for the codes 5 to 7, which nobody defined. */
export const batchCompression = (bytes: Uint8Array, at: number): CompressionName | undefined =>
  compressionNames[bytes[at + 22]! & compressionMask]

/** DISK-01: sequences wrap from 2147483647 to 0. */
export const sequenceAfter = (sequence: number, delta: number): number =>
  sequence > 2147483647 - delta ? delta - (2147483647 - sequence) - 1 : sequence + delta

export const batchLastSequence = (bytes: Uint8Array, at: number): number => {
  const first = batchBaseSequence(bytes, at)
  return first < 0 ? -1 : sequenceAfter(first, batchLastOffsetDelta(bytes, at))
}

/** PROD-07: what the leader writes into a batch; neither field is covered by the CRC. */
export function stampOffsetAndEpoch(bytes: Uint8Array, at: number, baseOffset: number, leaderEpoch: number): void {
  setInt64(bytes, at + baseOffsetAt, baseOffset)
  setInt32(bytes, at + leaderEpochAt, leaderEpoch)
}

/** PROD-05: maxTimestamp becomes the time of the append, attribute bit 3 is set, the CRC is made anew. */
export function stampLogAppendTime(bytes: Uint8Array, at: number, timestampMs: number, crc32c: Crc32c): void {
  setInt16(bytes, at + attributesAt, batchAttributes(bytes, at) | logAppendTimeBit)
  setInt64(bytes, at + maxTimestampAt, timestampMs)
  stampCrc(bytes, at, crc32c)
}

/** maxTimestamp becomes what the records say, the CRC is made anew. */
export function stampMaxTimestamp(bytes: Uint8Array, at: number, timestampMs: number, crc32c: Crc32c): void {
  setInt64(bytes, at + maxTimestampAt, timestampMs)
  stampCrc(bytes, at, crc32c)
}

/** KIP-534: sets bit 6 and puts the horizon in the place of baseTimestamp. Record deltas must already be relative to it. */
export const attributesWithDeleteHorizon = (attributes: number): number => attributes | deleteHorizonBit

export function stampCrc(bytes: Uint8Array, at: number, crc32c: Crc32c): void {
  setInt32(bytes, at + crcAt, computeBatchCrc(bytes, at, crc32c) | 0)
}

export const computeBatchCrc = (bytes: Uint8Array, at: number, crc32c: Crc32c): number =>
  crc32c(bytes.subarray(at + crcCoversFrom, at + batchSizeBytes(bytes, at)))

export const batchCrcIsValid = (bytes: Uint8Array, at: number, crc32c: Crc32c): boolean =>
  computeBatchCrc(bytes, at, crc32c) === batchCrc(bytes, at)

/** A whole header as a value: for inspectors and tests, not for the hot path. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly sizeBytes: number
  readonly leaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  readonly lastOffsetDelta: number
  readonly baseTimestampMs: number
  readonly maxTimestampMs: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

export const readBatchHeader = (bytes: Uint8Array, at = 0): BatchHeader => ({
  baseOffset: batchBaseOffset(bytes, at),
  sizeBytes: batchSizeBytes(bytes, at),
  leaderEpoch: batchLeaderEpoch(bytes, at),
  magic: batchMagic(bytes, at),
  crc: batchCrc(bytes, at),
  attributes: batchAttributes(bytes, at),
  lastOffsetDelta: batchLastOffsetDelta(bytes, at),
  baseTimestampMs: batchBaseTimestamp(bytes, at),
  maxTimestampMs: batchMaxTimestamp(bytes, at),
  producerId: batchProducerId(bytes, at),
  producerEpoch: batchProducerEpoch(bytes, at),
  baseSequence: batchBaseSequence(bytes, at),
  recordCount: batchRecordCount(bytes, at),
})

/** Writes every field except the CRC (`stampCrc` does that, once the records stand behind the header). */
export function writeBatchHeader(into: Uint8Array, at: number, header: Omit<BatchHeader, 'crc' | 'magic'>): void {
  setInt64(into, at + baseOffsetAt, header.baseOffset)
  setInt32(into, at + batchLengthAt, header.sizeBytes - batchOverheadBytes)
  setInt32(into, at + leaderEpochAt, header.leaderEpoch)
  into[at + magicAt] = currentMagic
  setInt16(into, at + attributesAt, header.attributes)
  setInt32(into, at + lastOffsetDeltaAt, header.lastOffsetDelta)
  setInt64(into, at + baseTimestampAt, header.baseTimestampMs)
  setInt64(into, at + maxTimestampAt, header.maxTimestampMs)
  setInt64(into, at + producerIdAt, header.producerId)
  setInt16(into, at + producerEpochAt, header.producerEpoch)
  setInt32(into, at + baseSequenceAt, header.baseSequence)
  setInt32(into, at + recordCountAt, header.recordCount)
}

/** Attribute bits from their meanings. */
export function batchAttributeBits(of: {
  readonly compression: CompressionName
  readonly logAppendTime?: boolean
  readonly transactional?: boolean
  readonly control?: boolean
  readonly deleteHorizon?: boolean
}): number {
  return (
    compressionNames.indexOf(of.compression) |
    (of.logAppendTime ? logAppendTimeBit : 0) |
    (of.transactional ? transactionalBit : 0) |
    (of.control ? controlBit : 0) |
    (of.deleteHorizon ? deleteHorizonBit : 0)
  )
}
