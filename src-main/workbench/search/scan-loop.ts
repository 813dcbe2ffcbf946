import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import {
  batchBaseOffset,
  batchCompression,
  batchHeaderBytes,
  batchMaxTimestamp,
  batchRecordCount,
} from '../../../broker-core/records/batch-header.ts'
import { openRecords } from '../../../broker-core/records/record-reader.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { RecordRow } from '../../contract/views/records.ts'
import type { OffsetRange, ScanEnd, ScanItem, ScanProgress } from '../../contract/views/search.ts'
import type { Decoding } from '../decoders/decoding.ts'
import { toFailure } from '../failures.ts'
import { walkBatches } from '../messages/batch-records.ts'
import type { WalkedBatch } from '../messages/batch-records.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { recordRow } from '../messages/record-row.ts'
import { rowColumns } from '../messages/row-columns.ts'
import type { RowColumns } from '../messages/row-columns.ts'
import { newBreath } from './breath.ts'
import type { Breath } from './breath.ts'
import { prepareChunk } from './prepare-chunk.ts'
import { needleSearch } from './needle-search.ts'
import { readRanges } from './range-reader.ts'
import type { FetchedChunk } from './range-reader.ts'
import { recordFilter } from './record-filter.ts'
import type { RecordFilter } from './record-filter.ts'
import { scanRanges } from './scan-ranges.ts'
import type { ScanRound } from './scan-ranges.ts'

const progressEveryMs = 200
const hitsEveryMs = 100
const hitsAtOnce = 500
const problemCharsMax = 300

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
  round: ScanRound
  whole: readonly OffsetRange[]
  offsetsTotal: number
  scanned: number
  matched: number
  undecodable: number
  firstProblem: string | null
  bytes: number
  rows: RecordRow[]
  toldAtMs: number
  sentAtMs: number
}

/** Reads the range, sends hits and progress, and at last `done`. Throws only BAD_INPUT, and what the signal says. */
export async function scan(scanning: Scanning): Promise<void> {
  const { client, order, decoding, signal } = scanning
  const filter = recordFilter(order.filter, decoding)
  const isIn = filter.needle === undefined ? undefined : needleSearch(filter.needle)
  const looking: Looking = { filter, isIn, columns: rowColumns(order, decoding), breath: newBreath() }
  const state: ScanState = {
    startMs: performance.now(),
    round: { ranges: [], later: [] },
    whole: [],
    offsetsTotal: 0,
    scanned: 0,
    matched: 0,
    undecodable: 0,
    firstProblem: null,
    bytes: 0,
    rows: [],
    toldAtMs: performance.now(),
    sentAtMs: Number.NEGATIVE_INFINITY,
  }
  try {
    const { rounds, whole, offsetsTotal, unreadable, known } = await scanRanges(client, order, signal)
    state.whole = whole
    state.offsetsTotal = offsetsTotal
    // The range, before anything of it is read.
    scanning.emit(progressOf({ ...state, round: { ranges: [], later: whole } }))
    for (const round of rounds) {
      state.round = round
      const { ranges } = round
      const onChunk = async (chunk: FetchedChunk) => {
        await prepareChunk(decoding, chunk, client.env.compression)
        return await scanChunk(chunk, looking, scanning, state)
      }
      await readRanges({ client, topic: order.topic, isolation: order.isolation, ranges, known, signal, onChunk })
      if (state.matched >= order.hitsMax) return finish(scanning, state, 'hits-reached', null)
    }
    if (unreadable === null) finish(scanning, state, 'range-done', null)
    else finish(scanning, state, 'cluster-failed', `everything else was read; ${unreadable}`)
  } catch (error) {
    signal.throwIfAborted()
    const { code, message } = toFailure(error)
    if (code === 'BUG' || code === 'BAD_INPUT') throw error
    finish(scanning, state, 'cluster-failed', message)
  }
}

interface Looking {
  readonly breath: Breath
  readonly filter: RecordFilter
  /** Whether a batch may hold a match at all. */
  readonly isIn: ((bytes: Uint8Array) => boolean) | undefined
  readonly columns: RowColumns
}

/** False when enough was found. */
async function scanChunk(
  chunk: FetchedChunk,
  { filter, isIn, columns, breath }: Looking,
  scanning: Scanning,
  state: ScanState,
): Promise<boolean> {
  const { order, decoding, client } = scanning
  // Another leader's answer may have waited for its schemas meanwhile.
  if (state.matched >= order.hitsMax) return false
  const { compression } = client.env
  state.bytes += chunk.records.length
  for (const walked of walkBatches(chunk.records, { ...chunk, compression })) {
    if (batchBaseOffset(walked.batch, 0) >= chunk.to) break
    if (walked.isControl || (order.isolation === 'read-committed' && walked.transaction === 'aborted')) continue
    if (isIn !== undefined && isWhole(walked, chunk, order.untilMs) && !mayMatch(walked, isIn, decoding, compression)) {
      state.scanned += batchRecordCount(walked.batch, 0)
      continue
    }
    for (const record of walked.open()) {
      if (record.offset >= chunk.to) break
      if (order.untilMs !== null && record.timestampMs >= order.untilMs) continue
      state.scanned += 1
      if (matches(filter, chunk.partition, record, state)) state.rows.push(recordRow(chunk.partition, record, decoding, columns))
      const isDue = breath.isDue()
      if (!isDue && state.matched < order.hitsMax) continue
      doneBefore(state, chunk.partition, record.offset + 1)
      if (isDue) {
        sendDue(scanning, state)
        await breath.take()
      }
      // Found here, or in another leader's answer meanwhile.
      if (state.matched >= order.hitsMax) return false
    }
  }
  sendDue(scanning, state)
  return true
}

/** Also in the middle of an answer: going on later begins with the very next record. */
function doneBefore(state: ScanState, partition: number, nextOffset: number): void {
  const range = state.round.ranges.find(it => it.partition === partition)
  if (range !== undefined) range.done = Math.min(nextOffset, range.to)
}

/** All its records are asked for, so that they can be counted without being looked at. */
const isWhole = ({ batch, lastOffset }: WalkedBatch, { from, to }: FetchedChunk, untilMs: number | null): boolean =>
  batchBaseOffset(batch, 0) >= from && lastOffset < to && (untilMs === null || batchMaxTimestamp(batch, 0) < untilMs)

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
  } catch (error) {
    // A decoder or the person's expression threw: this record counts as not understood, the next one may be.
    state.undecodable += 1
    state.firstProblem ??= problemText(error)
    return false
  }
}

/** Errors of the expression's own context are of another realm: only their text is used. */
function problemText(error: unknown): string {
  try {
    return String((error as { message?: unknown } | null)?.message ?? error).slice(0, problemCharsMax)
  } catch {
    return 'the filter threw what has no text'
  }
}

function sendDue(scanning: Scanning, state: ScanState): void {
  const nowMs = performance.now()
  if (state.rows.length >= hitsAtOnce || (state.rows.length > 0 && nowMs - state.sentAtMs >= hitsEveryMs))
    sendHits(scanning, state, nowMs)
  if (nowMs - state.toldAtMs < progressEveryMs) return
  state.toldAtMs = nowMs
  if (state.rows.length > 0) sendHits(scanning, state, nowMs)
  scanning.emit(progressOf(state))
}

function sendHits(scanning: Scanning, state: ScanState, nowMs: number): void {
  scanning.emit({ kind: 'hits', rows: state.rows })
  state.rows = []
  state.sentAtMs = nowMs
}

function progressOf(state: ScanState): ScanProgress {
  const { offsetsTotal, scanned, matched, undecodable, firstProblem, bytes } = state
  const remaining = remainingOf(state)
  const open = remaining.reduce((sum, { fromOffset, toOffset }) => sum + toOffset - fromOffset, 0)
  const next = new Map(state.round.ranges.map(({ partition, done }) => [partition, done]))
  return {
    kind: 'progress',
    partitions: state.whole.map(range => ({ ...range, nextOffset: next.get(range.partition) ?? range.fromOffset })),
    remaining,
    offsetsTotal,
    offsetsDone: offsetsTotal - open,
    scanned,
    matched,
    undecodable,
    firstProblem,
    bytes,
    tookMs: performance.now() - state.startMs,
  }
}

function remainingOf({ round }: ScanState): OffsetRange[] {
  const now = round.ranges.flatMap(({ partition, done, to }) =>
    done < to ? [{ partition, fromOffset: done, toOffset: to }] : [],
  )
  return [...now, ...round.later]
}

function finish(scanning: Scanning, state: ScanState, reason: ScanEnd, message: string | null): void {
  if (state.rows.length > 0) sendHits(scanning, state, performance.now())
  scanning.emit({ ...progressOf(state), kind: 'done', reason, message })
}
