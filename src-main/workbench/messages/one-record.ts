import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import {
  batchCompression,
  batchCrcIsValid,
  batchIsControl,
  batchIsTransactional,
  batchLastOffset,
  readBatchHeader,
  sequenceAfter,
} from '../../../broker-core/records/batch-header.ts'
import { batchesIn } from '../../../broker-core/records/batch-iterator.ts'
import { recordsOf } from '../../../broker-core/records/record-reader.ts'
import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import type { BatchFacts } from '../../contract/views/records.ts'
import { notFound } from '../failures.ts'
import { readBatches } from './batch-records.ts'
import { fetchPartition, recordBytes } from './kafka-source.ts'
import type { LogRecord } from './log-record.ts'

export interface OneRecord {
  readonly record: LogRecord
  readonly batch: BatchFacts
}

export interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** A first read of this size brings most records; larger ones come whole anyway, as the only batch. */
const readBytes = 65_536

/** One record with the facts of its batch. NOT_FOUND when retention, compaction or deletion has taken it. */
export async function readOneRecord(client: KafkaClient, place: RecordPlace, signal: AbortSignal): Promise<OneRecord> {
  const answer = await fetchAt(client, place, signal)
  const bytes = recordBytes(answer.committed)
  const { compression, crc32c } = client.env
  for (const batch of batchesIn(bytes)) {
    if (batchLastOffset(batch, 0) < place.offset) continue
    const { records } = readBatches(batch, {
      compression,
      from: place.offset,
      aborted: answer.committed.abortedTransactions ?? [],
      stableOffset: answer.stableOffset,
    })
    const [record] = records
    if (record?.offset !== place.offset) break
    return { record, batch: batchFacts(batch, place.offset, { isValid: batchCrcIsValid(batch, 0, crc32c), compression }) }
  }
  throw notFound(`there is no record at offset ${place.offset} of partition ${place.partition}: retention or compaction took it`)
}

/** Below the last stable offset a committed reader learns of aborted transactions; behind it only an uncommitted one gets bytes. */
async function fetchAt(client: KafkaClient, place: RecordPlace, signal: AbortSignal) {
  const order = { ...place, bytesMax: readBytes, signal }
  try {
    const committed = await fetchPartition(client, { ...order, isolation: 'read-committed' })
    const stableOffset = committed.lastStableOffset < 0 ? committed.highWatermark : committed.lastStableOffset
    if (place.offset < stableOffset) return { committed, stableOffset }
    return { committed: await fetchPartition(client, { ...order, isolation: 'read-uncommitted' }), stableOffset }
  } catch (error) {
    if (!(error instanceof KafkaClientError) || error.code !== 'OFFSET_OUT_OF_RANGE') throw error
    throw notFound(`offset ${place.offset} is outside of partition ${place.partition} now`)
  }
}

type Compression = KafkaClient['env']['compression']

function batchFacts(batch: Uint8Array, offset: number, about: { isValid: boolean; compression: Compression }): BatchFacts {
  const header = readBatchHeader(batch)
  const delta = offset - header.baseOffset
  return {
    baseOffset: header.baseOffset,
    lastOffset: batchLastOffset(batch, 0),
    recordCount: header.recordCount,
    sizeBytes: header.sizeBytes,
    uncompressedBytes: uncompressedBytes(batch, about.compression),
    magic: header.magic,
    compression: batchCompression(batch, 0) ?? 'unknown',
    crc: header.crc,
    crcValid: about.isValid,
    leaderEpoch: header.leaderEpoch,
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
    sequence: header.baseSequence < 0 ? -1 : sequenceAfter(header.baseSequence, delta),
    isTransactional: batchIsTransactional(batch, 0),
    isControl: batchIsControl(batch, 0),
    firstTimestampMs: header.baseTimestampMs,
    maxTimestampMs: header.maxTimestampMs,
  }
}

/** Of keys, values and headers; null when it cannot be opened. */
function uncompressedBytes(batch: Uint8Array, compression: Compression): number | null {
  try {
    let bytes = 0
    for (const record of recordsOf(batch, compression)) {
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0)
      for (const header of record.headers) bytes += header.key.length + (header.value?.length ?? 0)
    }
    return bytes
  } catch {
    return null
  }
}
