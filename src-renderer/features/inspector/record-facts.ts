import type { BatchFacts, DecodedPart, RecordDetail } from '../../../src-main/contract/views/records.ts'
import { formatBytes, formatCount, plural, unknownText } from '../../widgets/format.ts'
import { formatTime } from '../../widgets/time.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'muted' | undefined
export interface Fact {
  readonly name: string
  readonly value: string
  readonly tone?: Tone
  readonly hint?: string
}

const timestampKinds = { create: 'create time', append: 'log append time', none: 'no timestamp' } as const

/** What stands beside the value: position, time, batch, producer, outcome. */
export function recordFacts(detail: RecordDetail, timeZone: string): Fact[] {
  const { batch } = detail
  return [
    { name: 'Partition · offset', value: `${detail.partition} · ${formatCount(detail.offset)}` },
    { name: 'Timestamp', value: formatTime(detail.timestampMs, timeZone), hint: `${detail.timestampMs} ms since 1970` },
    { name: 'Kind of time', value: `${timestampKinds[detail.timestampType]} · ${timeZone}` },
    { name: 'Leader epoch', value: batch.leaderEpoch < 0 ? unknownText : formatCount(batch.leaderEpoch) },
    { name: 'Batch', value: `${formatCount(batch.baseOffset)} + ${plural(batch.recordCount, 'record')}` },
    { name: 'Compression', value: compressionText(batch) },
    { name: 'CRC', value: batch.crcValid ? 'ok' : 'wrong', tone: batch.crcValid ? 'good' : 'bad', hint: crcText(batch.crc) },
    { name: 'Producer', value: producerText(batch), hint: 'producer id / epoch · sequence of this record' },
    outcomeFact(detail),
    { name: 'Size', value: formatBytes(sizeOf(detail)), hint: 'key, value and headers, uncompressed' },
  ]
}

/** All of the batch, field by field. */
export function batchFactList(batch: BatchFacts, timeZone: string): Fact[] {
  return [
    { name: 'Base offset', value: formatCount(batch.baseOffset) },
    { name: 'Last offset', value: formatCount(batch.lastOffset) },
    { name: 'Records', value: formatCount(batch.recordCount) },
    { name: 'Size on disk', value: `${formatBytes(batch.sizeBytes)} (${formatCount(batch.sizeBytes)} B)` },
    { name: 'Uncompressed', value: batch.uncompressedBytes === null ? unknownText : formatBytes(batch.uncompressedBytes) },
    { name: 'Compression', value: compressionText(batch) },
    { name: 'Format (magic)', value: String(batch.magic) },
    { name: 'CRC-32C', value: `${crcText(batch.crc)} ${batch.crcValid ? 'ok' : 'wrong'}`, tone: batch.crcValid ? 'good' : 'bad' },
    { name: 'Leader epoch', value: batch.leaderEpoch < 0 ? unknownText : formatCount(batch.leaderEpoch) },
    { name: 'Producer id', value: batch.producerId < 0 ? 'none' : String(batch.producerId) },
    { name: 'Producer epoch', value: batch.producerId < 0 ? 'none' : String(batch.producerEpoch) },
    { name: 'First sequence', value: batch.baseSequence < 0 ? 'none' : formatCount(batch.baseSequence) },
    { name: 'Sequence of this record', value: batch.sequence < 0 ? 'none' : formatCount(batch.sequence) },
    { name: 'In a transaction', value: batch.isTransactional ? 'yes' : 'no' },
    { name: 'Control batch', value: batch.isControl ? 'yes' : 'no' },
    { name: 'First timestamp', value: formatTime(batch.firstTimestampMs, timeZone) },
    { name: 'Greatest timestamp', value: formatTime(batch.maxTimestampMs, timeZone) },
  ]
}

const crcText = (crc: number): string => `0x${crc.toString(16).padStart(8, '0')}`

/** `lz4 3.1×`; the ratio is of what the records take without and with it. */
export function compressionText({ compression, uncompressedBytes, sizeBytes }: BatchFacts): string {
  if (compression === 'none' || uncompressedBytes === null || sizeBytes === 0) return compression
  return `${compression} ${(uncompressedBytes / sizeBytes).toFixed(1)}×`
}

function producerText({ producerId, producerEpoch, sequence }: BatchFacts): string {
  if (producerId < 0) return 'not idempotent'
  return `${producerId}/${producerEpoch}${sequence < 0 ? '' : ` · seq ${formatCount(sequence)}`}`
}

function outcomeFact({ transaction, control, batch }: RecordDetail): Fact {
  const name = 'Transaction'
  if (control !== null) return { name, value: `${control} marker`, tone: 'muted' }
  if (transaction === 'aborted') return { name, value: 'aborted', tone: 'bad' }
  if (transaction === 'open') return { name, value: 'open', tone: 'warn' }
  return batch.isTransactional ? { name, value: 'committed', tone: 'good' } : { name, value: 'none', tone: 'muted' }
}

function sizeOf({ key, value, headers }: RecordDetail): number {
  const size = (part: DecodedPart | null) => part?.sizeBytes ?? 0
  const names = headers.reduce((sum, header) => sum + new TextEncoder().encode(header.name).length + size(header.value), 0)
  return size(key) + size(value) + names
}
