import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../../broker-core/client/producing/producer.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { TransferProgress } from '../../contract/views/transfer.ts'
import { badInput, notFound } from '../failures.ts'
import { newFlow } from '../produce/flow.ts'
import { csvReader, csvRows } from './csv.ts'
import { lineRecord } from './line-record.ts'
import type { ImportedRecord } from './line-record.ts'

const progressEveryMs = 250
const lineCharsMax = 134_217_728

export interface Importing {
  readonly client: KafkaClient
  readonly order: ParsedOf<'transfer.import'>
  readonly path: string
  readonly signal: AbortSignal
  readonly emit: (progress: TransferProgress) => void
}

/** Sends every line of a file as a record, in its order within each partition. Stops at the first line or record that does not go. */
export async function importRecords(importing: Importing): Promise<void> {
  const { client, order, path, signal, emit } = importing
  const sizeBytes = fileSize(path)
  const { partitions } = await client.topic(order.topic, { signal })
  const producer = createProducer(client, { lingerMs: 20 })
  const startMs = performance.now()
  const flow = newFlow()
  let records = 0
  let bytes = 0
  let toldAtMs = startMs
  const told = (done: boolean) =>
    emit({
      path,
      records,
      scanned: records,
      bytes,
      recordsTotal: done ? records : estimate(records, bytes, sizeBytes),
      tookMs: performance.now() - startMs,
      done,
    })
  try {
    for await (const read of order.format === 'csv' ? csvRecords(path) : lineRecords(path, order.format)) {
      const size = (read.record.key?.length ?? 0) + (read.record.value?.length ?? 0)
      bytes = read.bytes
      await flow.room()
      flow.add(producer.send(toSend(read.record, order, partitions.length)), size)
      records += 1
      if (performance.now() - toldAtMs < progressEveryMs) continue
      toldAtMs = performance.now()
      told(false)
    }
    await flow.empty()
    told(true)
  } finally {
    await producer.close().catch(() => undefined)
  }
}

interface ReadRecord {
  readonly record: ImportedRecord
  /** Read of the file so far. */
  readonly bytes: number
}

async function* lineRecords(path: string, format: 'jsonl' | 'raw'): AsyncGenerator<ReadRecord, void> {
  let number = 0
  let bytes = 0
  const input = createReadStream(path)
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    bytes += Buffer.byteLength(line) + 1
    if (line.trim() === '') continue
    if (line.length > lineCharsMax) throw badInput(`line ${number} is longer than a record can be`)
    yield { record: lineRecord(format, line, number), bytes }
  }
}

/** The first row names the columns. */
async function* csvRecords(path: string): AsyncGenerator<ReadRecord, void> {
  let read: ReturnType<typeof csvReader> | undefined
  for await (const row of csvRows(createReadStream(path))) {
    if (read === undefined) read = csvReader(row)
    else yield { record: read(row), bytes: row.bytes }
  }
}

function fileSize(path: string): number {
  try {
    return statSync(path).size
  } catch {
    throw notFound(`${path} cannot be read`)
  }
}

const estimate = (records: number, bytes: number, sizeBytes: number): number | null =>
  bytes === 0 ? null : Math.round((records * sizeBytes) / bytes)

function toSend(record: ImportedRecord, order: Importing['order'], partitionCount: number) {
  const { partition, timestampMs, key, value, headers } = record
  const isKept = order.keepPartition && partition !== undefined
  if (isKept && partition >= partitionCount)
    throw badInput(`a record is of partition ${partition}, the topic has ${partitionCount}`, 'Import without keeping partitions.')
  return {
    topic: order.topic,
    key,
    value,
    headers,
    ...(isKept ? { partition } : {}),
    ...(order.keepTimestamp && timestampMs !== undefined ? { timestampMs } : {}),
  }
}
