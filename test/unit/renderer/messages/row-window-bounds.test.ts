import { describe, expect, it } from 'vitest'
import type { Cut, RecordPage, RecordRow } from '../../../../src-main/contract/views/records.ts'
import { emptyWindow, rowKey, rowsHeldMax, withPage } from '../../../../src-renderer/features/messages/row-window.ts'
import type { RowWindow } from '../../../../src-renderer/features/messages/row-window.ts'
import { row } from './row-fixtures.ts'

const partitions = [0, 2, 5]
const perPartition = 6_000
const all: RecordRow[] = Array.from({ length: perPartition * 3 }, (_, index) =>
  row(partitions[(index * 7) % 3] as number, 0, { timestampMs: index }),
)
const next = new Map(partitions.map(partition => [partition, 0]))
for (const [index, one] of all.entries()) {
  const offset = next.get(one.partition) as number
  all[index] = { ...one, offset }
  next.set(one.partition, offset + 1)
}
const ends = partitions.map(partition => next.get(partition) as number)

/** The topic as main pages through it: rows in one order, and cuts by partition. */
function pageFrom(from: Cut, direction: 'forward' | 'backward', count: number): RecordPage {
  const isBefore = (one: RecordRow) => one.offset < (from[partitions.indexOf(one.partition)] as number)
  const rows = direction === 'forward' ? all.filter(one => !isBefore(one)).slice(0, count) : all.filter(isBefore).slice(-count)
  const reached = from.map((offset, index) => {
    const own = rows.filter(one => one.partition === partitions[index]).map(one => one.offset)
    if (own.length === 0) return offset
    return direction === 'forward' ? Math.max(...own) + 1 : Math.min(...own)
  })
  return {
    rows,
    ...(direction === 'forward' ? { start: from, end: reached } : { start: reached, end: from }),
    atStart: (direction === 'forward' ? from : reached).every(offset => offset === 0),
    atEnd: (direction === 'forward' ? reached : from).every((offset, index) => offset === ends[index]),
    ...{ endOffsets: ends, missing: [], scannedRecords: rows.length, tookMs: 1 },
  }
}

const step = (window: RowWindow, direction: 'forward' | 'backward', count = 500): RowWindow =>
  withPage(window, pageFrom(direction === 'forward' ? window.end : window.start, direction, count), direction, partitions)

/** Where the rows stand in the topic: one run without a gap. */
function expectOneRun(window: RowWindow): void {
  const first = all.findIndex(one => rowKey(one) === rowKey(window.rows[0] as RecordRow))
  expect(window.rows.map(rowKey)).toEqual(all.slice(first, first + window.rows.length).map(rowKey))
}

describe('the window at its bound', () => {
  it('is bounded, and reads again what it let go: nothing lost, nothing doubled', () => {
    let window = emptyWindow([0, 0, 0])
    for (let page = 0; page < 20; page += 1) window = step(window, 'forward')
    expect(window.rows).toHaveLength(rowsHeldMax)
    expect(window.atStart).toBe(false)
    expectOneRun(window)
    for (let page = 0; page < 40 && !window.atStart; page += 1) {
      window = step(window, 'backward', 333)
      expect(window.rows.length).toBeLessThanOrEqual(rowsHeldMax)
      expectOneRun(window)
    }
    expect(window.atStart).toBe(true)
    expect(window.atEnd).toBe(false)
    expect(window.rows[0]).toEqual(all[0])
  })

  it('comes to the end again after the end was let go', () => {
    let window = emptyWindow(ends)
    for (let page = 0; page < 15; page += 1) window = step(window, 'backward')
    expect(window.atEnd).toBe(false)
    while (!window.atEnd) window = step(window, 'forward', 777)
    expectOneRun(window)
    expect(window.rows.at(-1)).toEqual(all.at(-1))
  })

  it('keeps the place of every row that stays on its line', () => {
    let window = step(emptyWindow([2_000, 2_000, 2_000]), 'forward')
    const place = (of: RowWindow, key: string) => of.firstIndex + of.rows.findIndex(one => rowKey(one) === key)
    const key = rowKey(window.rows[100] as RecordRow)
    const before = place(window, key)
    window = step(window, 'backward', 250)
    expect(place(window, key)).toBe(before)
    for (let page = 0; page < 9; page += 1) window = step(window, 'forward')
    expect(place(window, key)).toBe(before)
  })

  it('keeps its rows as they are when a page brings none', () => {
    const window = step(emptyWindow(ends), 'backward', 10)
    expect(step(window, 'forward').rows).toBe(window.rows)
  })
})
