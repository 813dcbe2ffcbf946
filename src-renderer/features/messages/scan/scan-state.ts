import type { Failure } from '../../../../src-main/contract/failure.ts'
import type { RecordRow } from '../../../../src-main/contract/views/records.ts'
import type { OffsetRange, ScanEnd, ScanItem, ScanProgress } from '../../../../src-main/contract/views/search.ts'
import { groupBy } from './group-by.ts'

/** Rows kept of one scan, however often it goes on: then it has to be made narrower. */
export const rowsKeptMax = 100_000

export interface ScanCounts {
  readonly offsetsDone: number
  readonly scanned: number
  readonly matched: number
  readonly undecodable: number
  readonly bytes: number
  readonly tookMs: number
}

export type ScanPhase =
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly reason: ScanEnd | 'cancelled' | 'reloaded'; readonly message: string | null }
  /** It could not be asked: a broken filter, a topic that is gone, a connection lost. */
  | { readonly kind: 'failed'; readonly failure: Failure }

/** One scan with all its goings on after a stop. */
export interface ScanState {
  readonly phase: ScanPhase
  readonly rows: readonly RecordRow[]
  /** Found, but not kept over a reload of the page. */
  readonly lostRows: number
  /** What the first run was to read: 100 %. */
  readonly whole: readonly OffsetRange[]
  readonly offsetsTotal: number
  /** What nobody has looked at yet; null before the first word of it. */
  readonly remaining: readonly OffsetRange[] | null
  /** Of all runs before this one. */
  readonly before: ScanCounts
  /** Of the present run. */
  readonly now: ScanCounts
  readonly firstProblem: string | null
}

const noCounts: ScanCounts = { offsetsDone: 0, scanned: 0, matched: 0, undecodable: 0, bytes: 0, tookMs: 0 }

export const startedScan: ScanState = {
  phase: { kind: 'running' },
  rows: [],
  lostRows: 0,
  whole: [],
  offsetsTotal: 0,
  remaining: null,
  before: noCounts,
  now: noCounts,
  firstProblem: null,
}

export type ScanEvent =
  | { readonly kind: 'item'; readonly item: ScanItem }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'resumed' }

export function scanReducer(state: ScanState, event: ScanEvent): ScanState {
  switch (event.kind) {
    case 'item':
      return withItem(state, event.item)
    case 'cancelled':
      return { ...state, phase: { kind: 'ended', reason: 'cancelled', message: null } }
    case 'failed':
      return { ...state, phase: { kind: 'failed', failure: event.failure } }
    case 'resumed':
      return {
        ...state,
        phase: { kind: 'running' },
        rows: outside(state.rows, state.remaining),
        before: totals(state),
        now: noCounts,
      }
  }
}

function withItem(state: ScanState, item: ScanItem): ScanState {
  if (item.kind === 'hits') return { ...state, rows: [...state.rows, ...item.rows].slice(0, rowsKeptMax) }
  const known = withProgress(state, item)
  return item.kind === 'done' ? { ...known, phase: { kind: 'ended', reason: item.reason, message: item.message } } : known
}

/** What was sent after the last word of progress lies in what a run that goes on reads again: it is taken out, to be found once. */
function outside(rows: readonly RecordRow[], ranges: readonly OffsetRange[] | null): readonly RecordRow[] {
  if (ranges === null) return []
  const byPartition = groupBy(ranges, range => range.partition)
  const isIn = (row: RecordRow) =>
    (byPartition.get(row.partition) ?? []).some(range => row.offset >= range.fromOffset && row.offset < range.toOffset)
  return rows.filter(row => !isIn(row))
}

function withProgress(state: ScanState, progress: Omit<ScanProgress, 'kind'>): ScanState {
  const isFirst = state.whole.length === 0
  return {
    ...state,
    whole: isFirst ? progress.partitions : state.whole,
    offsetsTotal: isFirst ? progress.offsetsTotal : state.offsetsTotal,
    remaining: progress.remaining,
    now: progress,
    firstProblem: state.firstProblem ?? progress.firstProblem,
  }
}

export function totals({ before, now, rows }: ScanState): ScanCounts {
  return {
    offsetsDone: before.offsetsDone + now.offsetsDone,
    scanned: before.scanned + now.scanned,
    matched: rows.length,
    undecodable: before.undecodable + now.undecodable,
    bytes: before.bytes + now.bytes,
    tookMs: before.tookMs + now.tookMs,
  }
}

/** 0 to 1; null before the range is known. */
export function progressOf(state: ScanState): number | null {
  if (state.remaining === null) return null
  // An empty range, unless it ended before the range was known.
  if (state.offsetsTotal === 0) return state.phase.kind === 'ended' && state.phase.reason !== 'range-done' ? null : 1
  return Math.min(1, totals(state).offsetsDone / state.offsetsTotal)
}

/** Of the present run, once it has run for long enough to tell. */
export const rateOf = ({ now }: ScanState): number | null => (now.tookMs < 50 ? null : (now.scanned * 1_000) / now.tookMs)

/** Why it does not go on by itself, and whether it can be made to. */
export function canGoOn(state: ScanState): boolean {
  if (state.phase.kind === 'running' || state.rows.length >= rowsKeptMax) return false
  if (state.phase.kind === 'ended' && state.phase.reason === 'filter-failed') return false
  return state.remaining === null || state.remaining.length > 0
}

/** What one partition has been read of: its bounds, and the pieces not looked at yet, for a bar drawn to scale. */
export interface PartitionRange {
  readonly partition: number
  readonly fromOffset: number
  readonly toOffset: number
  readonly doneOffsets: number
  readonly open: readonly OffsetRange[]
}

export function partitionRanges(state: ScanState): PartitionRange[] {
  const open = groupBy(state.remaining ?? state.whole, range => range.partition)
  return [...groupBy(state.whole, range => range.partition)]
    .map(([partition, ranges]) => {
      const left = open.get(partition) ?? []
      const size = (list: readonly OffsetRange[]) => list.reduce((sum, it) => sum + it.toOffset - it.fromOffset, 0)
      return {
        partition,
        fromOffset: Math.min(...ranges.map(range => range.fromOffset)),
        toOffset: Math.max(...ranges.map(range => range.toOffset)),
        doneOffsets: size(ranges) - size(left),
        open: left,
      }
    })
    .toSorted((a, b) => a.partition - b.partition)
}
