import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { batchBaseOffset } from '../../../broker-core/records/batch-header.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { TransferProgress } from '../../contract/views/transfer.ts'
import type { Decoding } from '../decoders/decoding.ts'
import { refused } from '../failures.ts'
import { walkBatches } from '../messages/batch-records.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { newBreath } from '../search/breath.ts'
import { prepareChunk } from '../search/prepare-chunk.ts'
import { readRanges } from '../search/range-reader.ts'
import type { FetchedChunk } from '../search/range-reader.ts'
import { recordFilter } from '../search/record-filter.ts'
import type { RecordFilter } from '../search/record-filter.ts'
import { scanRanges } from '../search/scan-ranges.ts'
import { LineBytes } from './line-bytes.ts'
import { csvHead, putRecordLine } from './record-line.ts'

const progressEveryMs = 250
/** Gathered before it is written. */
const writeBytesMin = 1_048_576

export interface Exporting {
  readonly client: KafkaClient
  readonly order: ParsedOf<'transfer.export'>
  readonly path: string
  readonly decoding: Decoding
  readonly signal: AbortSignal
  readonly emit: (progress: TransferProgress) => void
}

/** While it is written; renamed when it is whole. */
export const partPath = (path: string): string => `${path}.part`

/** Writes a range of a topic to a file; memory stays at a few answers, whatever the size. An unfinished file never has the name asked for. */
export async function exportRecords(exporting: Exporting): Promise<void> {
  const { client, order, path, signal, emit } = exporting
  if (!order.overwrite && existsSync(path))
    throw refused(`${path} exists already`, 'Choose another name, or allow it to be replaced.')
  const startMs = performance.now()
  const { rounds, offsetsTotal, unreadable, known } = await scanRanges(client, order, signal)
  if (unreadable !== null) throw refused(unreadable, 'Wait for its leader, or export the other partitions.')
  const file = openFile(path)
  const counts = { records: 0, scanned: 0, bytes: 0, toldAtMs: startMs }
  const told = (done: boolean) =>
    emit({
      path,
      records: counts.records,
      scanned: counts.scanned,
      bytes: counts.bytes,
      recordsTotal: offsetsTotal,
      tookMs: performance.now() - startMs,
      done,
    })
  try {
    if (order.format === 'csv') await file.write(Buffer.from(csvHead))
    const writer = chunkWriter(exporting, file, counts, () => told(false))
    for (const { ranges } of rounds)
      await readRanges({ client, topic: order.topic, isolation: order.isolation, ranges, known, signal, onChunk: writer.take })
    await writer.finish()
    await file.close()
    renameSync(partPath(path), path)
    told(true)
  } catch (error) {
    file.abandon()
    throw diskRefusal(error, path)
  }
}

interface Counts {
  records: number
  scanned: number
  bytes: number
  toldAtMs: number
}

/** One chunk after the other: leaders answer beside each other, the file is one. */
function chunkWriter(exporting: Exporting, file: ExportFile, counts: Counts, tell: () => void) {
  const { order, decoding, client } = exporting
  const { compression } = client.env
  const filter = order.filter === null ? undefined : recordFilter(order.filter, decoding)
  const breath = newBreath()
  const lines = new LineBytes(writeBytesMin * 1.25)
  let last: Promise<unknown> = Promise.resolve()
  const write = async (chunk: FetchedChunk) => {
    await prepareChunk(decoding, chunk, compression)
    for (const walked of walkBatches(chunk.records, { ...chunk, compression })) {
      if (batchBaseOffset(walked.batch, 0) >= chunk.to) break
      if (walked.isControl || (order.isolation === 'read-committed' && walked.transaction === 'aborted')) continue
      for (const record of walked.open()) {
        if (record.offset >= chunk.to) break
        if (order.untilMs !== null && record.timestampMs >= order.untilMs) continue
        counts.scanned += 1
        if (breath.isDue()) await breath.take()
        if (filter !== undefined && !isWanted(filter, chunk.partition, record)) continue
        putRecordLine(lines, order.format, chunk.partition, record, decoding)
        counts.records += 1
      }
      if (lines.length >= writeBytesMin) counts.bytes += await file.write(lines.take())
    }
    const nowMs = performance.now()
    if (nowMs - counts.toldAtMs < progressEveryMs) return
    counts.toldAtMs = nowMs
    tell()
  }
  return {
    async take(chunk: FetchedChunk): Promise<boolean> {
      const mine = last.then(() => write(chunk))
      last = mine
      await mine
      return true
    },
    /** What is gathered still. */
    async finish() {
      counts.bytes += await file.write(lines.take())
    },
  }
}

/** As in a scan: a record that the filter does not understand is not one that it finds. */
function isWanted(filter: RecordFilter, partition: number, record: LogRecord): boolean {
  try {
    return filter.matches(partition, record)
  } catch {
    return false
  }
}

interface ExportFile {
  /** Resolves with their number when the file can take more. */
  write(bytes: Buffer): Promise<number>
  close(): Promise<void>
  /** Removes what was written. */
  abandon(): void
}

function openFile(wanted: string): ExportFile {
  const path = partPath(wanted)
  try {
    // One folder at most, that of the exports: a path that is mistyped is to be told, not made.
    if (!existsSync(dirname(path))) mkdirSync(dirname(path))
  } catch (error) {
    throw diskRefusal(error, wanted)
  }
  const stream: WriteStream = createWriteStream(path, { mode: 0o600 })
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject))
  failed.catch(() => undefined)
  return {
    async write(bytes) {
      if (bytes.length === 0) return 0
      const isTaken = stream.write(bytes)
      if (!isTaken) await Promise.race([new Promise<void>(resolve => void stream.once('drain', () => resolve())), failed])
      return bytes.length
    },
    async close() {
      stream.end()
      // Also of what was taken last: the callback of `end` comes after a failure too.
      await finished(stream)
    },
    abandon() {
      stream.destroy()
      rmSync(path, { force: true })
    },
  }
}

function diskRefusal(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return refused(`the disk is full: ${path} was not written`, 'Free space, or export less.')
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return refused(`${path} cannot be written: not permitted`)
  if (code === 'EISDIR') return refused(`${path} cannot be written: it is a folder`)
  return code === 'ENOTDIR' || code === 'ENOENT' ? refused(`${path} cannot be written: there is no such folder`) : error
}
