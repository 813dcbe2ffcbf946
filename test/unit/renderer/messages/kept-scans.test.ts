import { describe, expect, it } from 'vitest'
import type { RecordRow } from '../../../../src-main/contract/views/records.ts'
import { rowsKeptMax, scansFromText, scansToText } from '../../../../src-renderer/features/messages/scan/kept-scans.ts'
import type { ScanRun } from '../../../../src-renderer/features/messages/scan/scan-runs.ts'
import {
  canGoOn,
  progressOf,
  scanReducer,
  startedScan,
  totals,
} from '../../../../src-renderer/features/messages/scan/scan-state.ts'
import type { ScanState } from '../../../../src-renderer/features/messages/scan/scan-state.ts'

const row = (offset: number) => ({ partition: 0, offset, value: { text: 'x' } }) as unknown as RecordRow
const order = { connection: 'local', topic: 'orders', filter: { kind: 'text', text: 'x' } } as unknown as ScanRun['order']
const run: ScanState = {
  ...startedScan,
  rows: [row(1), row(2)],
  whole: [{ partition: 0, fromOffset: 0, toOffset: 100 }],
  offsetsTotal: 100,
  remaining: [{ partition: 0, fromOffset: 40, toOffset: 100 }],
  now: { offsetsDone: 40, scanned: 40, matched: 2, undecodable: 1, bytes: 400, tookMs: 50 },
}
const reloaded = (state: ScanState): ScanState => {
  const kept = scansFromText(scansToText(new Map([['local orders', { order, state }]]))).get('local orders')
  if (kept === undefined) throw new Error('not kept')
  return kept.state
}

describe('a scan over a reload of the page', () => {
  it('is there as it was, interrupted, and can go on from where it was', () => {
    const state = reloaded(run)
    expect(state).toMatchObject({ phase: { kind: 'ended', reason: 'reloaded' }, remaining: run.remaining, rows: run.rows })
    expect(totals(state)).toEqual(totals(run))
    expect(progressOf(state)).toBe(0.4)
    expect(canGoOn(state)).toBe(true)
    const resumed = scanReducer(state, { kind: 'resumed' })
    expect(totals(resumed).scanned).toBe(40)
    expect(resumed.rows).toEqual(run.rows)
  })

  it('stays what it was when it had ended', () => {
    const ended: ScanState = { ...run, phase: { kind: 'ended', reason: 'range-done', message: null }, remaining: [] }
    expect(reloaded(ended).phase).toEqual(ended.phase)
    expect(canGoOn(reloaded(ended))).toBe(false)
  })

  it('keeps a bounded number of hits, and says how many are gone', () => {
    const many = { ...run, rows: Array.from({ length: 1_234 }, (_, offset) => row(offset)) }
    expect(reloaded(many).rows).toHaveLength(rowsKeptMax)
    expect(reloaded(reloaded(many)).lostRows).toBe(1_234 - rowsKeptMax)
  })

  it('is forgotten rather than filling the storage, and never read from what is something else', () => {
    const long = { ...run, rows: [{ ...row(1), value: { text: 'x'.repeat(3_000_000) } } as unknown as RecordRow] }
    const text = scansToText(
      new Map([
        ['a', { order, state: long }],
        ['b', { order, state: run }],
      ]),
    )
    expect([...scansFromText(text).keys()]).toEqual(['b'])
    for (const other of [null, '', '{}', '[[1,{}]]', '[["a",{"order":{}}]]']) expect(scansFromText(other).size).toBe(0)
  })
})
