import { describe, expect, it } from 'vitest'
import type { RecordRow } from '../../../../src-main/contract/views/records.ts'
import type { OffsetRange, ScanProgress } from '../../../../src-main/contract/views/search.ts'
import {
  canGoOn,
  partitionRanges,
  progressOf,
  rateOf,
  rowsKeptMax,
  scanReducer,
  startedScan,
  totals,
} from '../../../../src-renderer/features/messages/scan/scan-state.ts'
import type { ScanEvent, ScanState } from '../../../../src-renderer/features/messages/scan/scan-state.ts'

const row = (partition: number, offset: number): RecordRow => ({
  partition,
  offset,
  timestampMs: 1,
  timestampType: 'create',
  runsBackwards: false,
  key: null,
  value: null,
  headers: [],
  headerCount: 0,
  sizeBytes: 0,
  transaction: null,
  control: null,
  fields: [],
  batch: null,
})
const range = (partition: number, fromOffset: number, toOffset: number): OffsetRange => ({ partition, fromOffset, toOffset })
const hits = (...rows: RecordRow[]): ScanEvent => ({ kind: 'item', item: { kind: 'hits', rows } })
const progress = (remaining: readonly OffsetRange[], more: Partial<ScanProgress> = {}): ScanProgress => ({
  kind: 'progress',
  partitions: [
    { ...range(0, 10, 110), nextOffset: 10 },
    { ...range(1, 0, 100), nextOffset: 0 },
  ],
  remaining,
  offsetsTotal: 200,
  offsetsDone: 200 - remaining.reduce((sum, it) => sum + it.toOffset - it.fromOffset, 0),
  scanned: 0,
  matched: 0,
  undecodable: 0,
  firstProblem: null,
  bytes: 0,
  tookMs: 100,
  ...more,
})
const told = (...args: Parameters<typeof progress>): ScanEvent => ({ kind: 'item', item: progress(...args) })
const after = (...events: ScanEvent[]): ScanState => events.reduce(scanReducer, startedScan)
const offsetsOf = (state: ScanState) => state.rows.map(it => [it.partition, it.offset])

describe('a scan that runs', () => {
  it('adds hits as they come and counts by the last word of progress', () => {
    const state = after(
      hits(row(0, 12)),
      told([range(0, 60, 110), range(1, 0, 100)], { scanned: 50, bytes: 9 }),
      hits(row(0, 70)),
    )
    expect(offsetsOf(state)).toEqual([
      [0, 12],
      [0, 70],
    ])
    expect(totals(state)).toMatchObject({ scanned: 50, matched: 2, bytes: 9, offsetsDone: 50 })
    expect(progressOf(state)).toBe(0.25)
    expect(rateOf(state)).toBe(500)
    expect(canGoOn(state)).toBe(false)
  })

  it('knows no progress before the range is known, and has all of an empty range', () => {
    expect(progressOf(startedScan)).toBeNull()
    expect(progressOf(after(told([], { partitions: [], offsetsTotal: 0, offsetsDone: 0 })))).toBe(1)
  })

  it('keeps no more rows than it may', () => {
    const many = Array.from({ length: rowsKeptMax }, (_, index) => row(0, index))
    const state = after(hits(...many), hits(row(1, 1)), { kind: 'cancelled' })
    expect(state.rows).toHaveLength(rowsKeptMax)
    expect(canGoOn(state)).toBe(false)
  })
})

describe('a scan that stopped', () => {
  it('goes on with what was not looked at, and finds nothing twice and misses nothing', () => {
    const stopped = after(
      hits(row(0, 12)),
      told([range(0, 60, 110), range(1, 0, 100)], { scanned: 50 }),
      // Sent after the last word of progress: will come again.
      hits(row(0, 70), row(1, 3)),
      { kind: 'cancelled' },
    )
    expect(stopped.phase).toEqual({ kind: 'ended', reason: 'cancelled', message: null })
    expect(stopped.rows).toHaveLength(3)
    expect(canGoOn(stopped)).toBe(true)
    const resumed = scanReducer(stopped, { kind: 'resumed' })
    expect(offsetsOf(resumed)).toEqual([[0, 12]])
    const end = [
      hits(row(0, 70), row(1, 3)),
      { kind: 'item', item: { ...progress([], { scanned: 150, offsetsTotal: 150, offsetsDone: 150 }), kind: 'done' } },
    ] as ScanEvent[]
    const done = end
      .map(event =>
        event.kind === 'item' && event.item.kind === 'done' ? { ...event, item: { ...event.item, ...whole } } : event,
      )
      .reduce<ScanState>((state, event) => scanReducer(state, event as ScanEvent), resumed)
    expect(offsetsOf(done)).toEqual([
      [0, 12],
      [0, 70],
      [1, 3],
    ])
    expect(totals(done)).toMatchObject({ scanned: 200, offsetsDone: 200 })
    expect(progressOf(done)).toBe(1)
    expect(canGoOn(done)).toBe(false)
  })

  it('begins anew when it was cancelled before the first word of progress', () => {
    const stopped = after(hits(row(0, 12)), { kind: 'cancelled' })
    expect(canGoOn(stopped)).toBe(true)
    expect(scanReducer(stopped, { kind: 'resumed' }).rows).toEqual([])
  })

  it('does not go on with a filter that came to no end', () => {
    const item = { ...progress([range(0, 60, 110)]), kind: 'done', reason: 'filter-failed', message: 'no end' } as const
    expect(canGoOn(after({ kind: 'item', item }))).toBe(false)
  })

  it('tells the first problem, of whichever run', () => {
    const state = after(told([range(0, 60, 110)], { firstProblem: 'a' }), { kind: 'resumed' }, told([], { firstProblem: 'b' }))
    expect(state.firstProblem).toBe('a')
  })
})

const whole = { reason: 'range-done', message: null } as const

describe('ranges', () => {
  it('show what is open of each partition, also in pieces', () => {
    const state = after(told([range(0, 90, 110), range(0, 10, 50)]))
    expect(partitionRanges(state)).toEqual([
      { partition: 0, fromOffset: 10, toOffset: 110, doneOffsets: 40, open: [range(0, 90, 110), range(0, 10, 50)] },
      { partition: 1, fromOffset: 0, toOffset: 100, doneOffsets: 100, open: [] },
    ])
  })
})
