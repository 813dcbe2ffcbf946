import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import {
  batchBaseOffset,
  batchCompression,
  batchHeaderBytes,
  batchRecordCount,
} from '../../../broker-core/records/batch-header.ts'
import { openRecords } from '../../../broker-core/records/record-reader.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { RecordRow } from '../../contract/views/records.ts'
import type { ScanEnd, ScanItem, ScanProgress } from '../../contract/views/search.ts'
import type { Decoding } from '../decoders/decoding.ts'
import { toFailure } from '../failures.ts'
import { walkBatches } from '../messages/batch-records.ts'
import type { WalkedBatch } from '../messages/batch-records.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { recordRow } from '../messages/record-row.ts'
import { rowColumns } from '../messages/row-columns.ts'
import type { RowColumns } from '../messages/row-columns.ts'
import { prepareChunk } from './prepare-chunk.ts'
import { needleSearch } from './needle-search.ts'
import { readRanges } from './range-reader.ts'
import type { FetchedChunk, ReadRange } from './range-reader.ts'
import { recordFilter } from './record-filter.ts'
import type { RecordFilter } from './record-filter.ts'
import { scanRanges } from './scan-ranges.ts'

const progressEveryMs = 200
const hitsEveryMs = 100
const hitsAtOnce = 500

export interface Scanning {
  readonly client: KafkaClient
  readonly order: ParsedOf<'records.scan'>
  readonly decoding: Decoding
  readonly signal: AbortSignal
  readonly emit: (item: ScanItem) => void
}

/** Counts and hits on their way out. */
interface ScanState {
  readonly startMs: number
  ranges: readonly ReadRange[]
  offsetsBefore: number
  offsetsTotal: number
  scanned: number
  matched: number
  undecodable: number
  bytes: number
  rows: RecordRow[]
  toldAtMs: number
  sentAtMs: number
}

/** Reads the range, sends hits and progress, and at last `done`. Throws only BAD_INPUT, and what the signal says. */
export async function scan(scanning: Scanning): Promise<void> {
  const { client, order, decoding, signal } = scanning
  const filter = recordFilter(order.filter, decoding)
  const columns = rowColumns(order, decoding)
  const state: ScanState = {
    startMs: performance.now(),
    ranges: [],
    offsetsBefore: 0,
    offsetsTotal: 0,
    scanned: 0,
    matched: 0,
    undecodable: 0,
    bytes: 0,
    rows: [],
    toldAtMs: performance.now(),
    sentAtMs: Number.NEGATIVE_INFINITY,
  }
  try {
    const { rounds, offsetsTotal } = await scanRanges(client, order, signal)
    state.offsetsTotal = offsetsTotal
    for (const ranges of rounds) {
      state.ranges = ranges
      const onChunk = async (chunk: FetchedChunk) => {
        await prepareChunk(decoding, chunk, client.env.compression)
        return scanChunk(chunk, { filter, columns }, scanning, state)
      }
      await readRanges({ client, topic: order.topic, isolation: order.isolation, ranges, signal, onChunk })
      if (state.matched >= order.hitsMax) return finish(scanning, state, 'hits-reached', null)
      state.offsetsBefore += ranges.reduce((sum, range) => sum + range.to - range.from, 0)
    }
    state.ranges = []
    finish(scanning, state, 'range-done', null)
  } catch (error) {
    signal.throwIfAborted()
    const { code, message } = toFailure(error)
    if (code === 'BUG' || code === 'BAD_INPUT') throw error
    finish(scanning, state, 'cluster-failed', message)
  }
}

interface Looking {
  readonly filter: RecordFilter
  readonly columns: RowColumns
}

/** False when enough was found. */
function scanChunk(chunk: FetchedChunk, { filter, columns }: Looking, scanning: Scanning, state: ScanState): boolean {
  const { order, decoding, client } = scanning
  const { compression } = client.env
  const isIn = filter.needle === undefined ? undefined : needleSearch(filter.needle)
  state.bytes += chunk.records.length
  for (const walked of walkBatches(chunk.records, { ...chunk, compression })) {
    if (batchBaseOffset(walked.batch, 0) >= chunk.to) break
    if (walked.isControl || (order.isolation === 'read-committed' && walked.transaction === 'aborted')) continue
    if (isIn !== undefined && !mayMatch(walked, isIn, decoding, compression)) {
      state.scanned += batchRecordCount(walked.batch, 0)
      continue
    }
    for (const record of walked.open()) {
      if (record.offset >= chunk.to) break
      if (order.untilMs !== null && record.timestampMs >= order.untilMs) continue
      state.scanned += 1
      if (matches(filter, chunk.partition, record, state)) state.rows.push(recordRow(chunk.partition, record, decoding, columns))
      if (state.matched >= order.hitsMax) return false
    }
  }
  sendDue(scanning, state)
  return true
}

/** Without opening the batch's records one by one. Those of binary formats are opened: their text is not in their bytes. */
function mayMatch(
  walked: WalkedBatch,
  isIn: (bytes: Uint8Array) => boolean,
  decoding: Decoding,
  compression: KafkaClient['env']['compression'],
): boolean {
  const cursor = openRecords(walked.batch, 0, compression)
  const block = batchCompression(walked.batch, 0) === 'none' ? walked.batch.subarray(batchHeaderBytes) : cursor.bytes
  if (isIn(block)) return true
  if (!cursor.next()) return false
  const value = cursor.value()
  const key = cursor.key()
  return (value !== null && decoding.isBinary('value', value)) || (key !== null && decoding.isBinary('key', key))
}

function matches(filter: RecordFilter, partition: number, record: LogRecord, state: ScanState): boolean {
  try {
    if (!filter.matches(partition, record)) return false
    state.matched += 1
    return true
  } catch {
    // A decoder or the person's expression threw: this record counts as not understood, the next one may be.
    state.undecodable += 1
    return false
  }
}

function sendDue(scanning: Scanning, state: ScanState): void {
  const nowMs = performance.now()
  if (state.rows.length >= hitsAtOnce || (state.rows.length > 0 && nowMs - state.sentAtMs >= hitsEveryMs))
    sendHits(scanning, state, nowMs)
  if (nowMs - state.toldAtMs < progressEveryMs) return
  state.toldAtMs = nowMs
  scanning.emit(progressOf(state))
}

function sendHits(scanning: Scanning, state: ScanState, nowMs: number): void {
  scanning.emit({ kind: 'hits', rows: state.rows })
  state.rows = []
  state.sentAtMs = nowMs
}

function progressOf(state: ScanState): ScanProgress {
  const { offsetsTotal, scanned, matched, undecodable, bytes, ranges } = state
  return {
    kind: 'progress',
    partitions: ranges.map(({ partition, from, to, next }) => ({ partition, fromOffset: from, toOffset: to, nextOffset: next })),
    offsetsTotal,
    offsetsDone: state.offsetsBefore + ranges.reduce((sum, range) => sum + range.next - range.from, 0),
    scanned,
    matched,
    undecodable,
    bytes,
    tookMs: performance.now() - state.startMs,
  }
}

function finish(scanning: Scanning, state: ScanState, reason: ScanEnd, message: string | null): void {
  if (state.rows.length > 0) sendHits(scanning, state, performance.now())
  scanning.emit({ ...progressOf(state), kind: 'done', reason, message })
}
