import { describe, expect, it } from 'vitest'
import type { Histogram } from '../../../../src-main/contract/views/search.ts'
import { formatOf } from '../../../../src-renderer/features/messages/row-formats.ts'
import { chainOf } from '../../../../src-renderer/places/decoder-chain.ts'
import { decoderTitle } from '../../../../src-renderer/places/decoder-titles.ts'
import {
  axisTimes,
  barHeights,
  brushRange,
  bucketText,
  chosenBuckets,
  movedBrush,
} from '../../../../src-renderer/features/messages/histogram-scale.ts'
import { emptyLive, liveRowsMax, withTailItem } from '../../../../src-renderer/features/messages/live-buffer.ts'
import { markParts, textPattern } from '../../../../src-renderer/features/messages/mark-parts.ts'
import { zonedNote } from '../../../../src-renderer/features/messages/note-line.tsx'
import { offsetText, parseOffset } from '../../../../src-renderer/features/messages/offset-input.ts'
import { openingRow } from '../../../../src-renderer/features/messages/opening-row.ts'
import { columnPaths, pathAt } from '../../../../src-renderer/features/messages/payload-columns.ts'
import {
  expectedTop,
  isAtBottom,
  isNearEnd,
  isNearStart,
  openingTop,
  revealingTop,
  rowsInView,
} from '../../../../src-renderer/features/messages/scroll-places.ts'
import { isAllToday, rowsMatching } from '../../../../src-renderer/features/messages/shown-rows.ts'
import { chosenKind, chosenSpan, firstChoice, rangeOf } from '../../../../src-renderer/features/messages/start-choice.ts'
import { preview, row } from './row-fixtures.ts'

describe('the place that rows are drawn for', () => {
  const next = { rows: 400, firstIndex: 0, rowHeightPx: 20, opensAt: 'end', follows: false } as const
  const lastPx = openingTop('end', 400, 20, 600)
  it('is where the list opens, before any row was shown', () => {
    expect(expectedTop({ topPx: 0, heightPx: 600, firstIndex: null }, next)).toBe(lastPx)
    expect(expectedTop({ topPx: 0, heightPx: 600, firstIndex: null }, { ...next, opensAt: 100 })).toBe(98 * 20)
  })
  it('keeps what is read where it is, as rows come and go in front of it', () => {
    const read = { topPx: 1_000, heightPx: 600, firstIndex: 0 }
    expect(expectedTop(read, next)).toBe(1_000)
    expect(expectedTop(read, { ...next, firstIndex: -200 })).toBe(5_000)
    expect(expectedTop(read, { ...next, firstIndex: 40 })).toBe(200)
  })
  it('stays within what there is', () => {
    expect(expectedTop({ topPx: 1_000, heightPx: 600, firstIndex: 0 }, { ...next, firstIndex: 200 })).toBe(0)
    expect(expectedTop({ topPx: 9_000, heightPx: 600, firstIndex: 0 }, next)).toBe(lastPx)
    expect(expectedTop({ topPx: 9_000, heightPx: 600, firstIndex: 0 }, { ...next, rows: 3 })).toBe(0)
  })
  it('is the end where that is followed', () => {
    expect(expectedTop({ topPx: 1_000, heightPx: 600, firstIndex: 0 }, { ...next, follows: true })).toBe(lastPx)
  })
})

describe('starts', () => {
  const nowMs = 10_000_000
  it('become ranges, null while something is missing', () => {
    const choice = firstChoice(undefined)
    expect(rangeOf(choice, nowMs)).toEqual({ start: { kind: 'newest' }, untilMs: null })
    expect(rangeOf({ ...choice, kind: 'last-15m' }, nowMs)?.start).toEqual({ kind: 'time', timestampMs: nowMs - 900_000 })
    expect(rangeOf({ ...choice, kind: 'between', timestampMs: 5, untilMs: 5 }, nowMs)).toBeNull()
    expect(rangeOf({ ...choice, kind: 'between', timestampMs: 5, untilMs: 6 }, nowMs)).toMatchObject({ untilMs: 6 })
    expect(rangeOf({ ...choice, kind: 'time' }, nowMs)).toBeNull()
  })
  it('have times at once when they need some', () => {
    expect(chosenKind(firstChoice(undefined), 'between', nowMs)).toMatchObject({ timestampMs: nowMs - 900_000, untilMs: nowMs })
    expect(chosenSpan({ ...firstChoice(undefined), kind: 'last-1h' }, { start: { kind: 'time', timestampMs: 7 } })?.fromMs).toBe(
      7,
    )
  })
  it('read offsets for all partitions or for each', () => {
    expect(parseOffset('88,412')).toEqual({ choice: { kind: 'offset', offset: 88_412 } })
    const typed = parseOffset('0:1200 3:88,412')
    expect(typed).toEqual({
      choice: {
        kind: 'offsets',
        offsets: [
          { partition: 0, offset: 1_200 },
          { partition: 3, offset: 88_412 },
        ],
      },
    })
    if ('choice' in typed) expect(offsetText(typed.choice)).toBe('0:1200 3:88412')
    for (const text of ['', 'x', '-1', '0:1 0:2', '0:', '99999999999999999']) expect(parseOffset(text)).toHaveProperty('problem')
  })
})

describe('the strip', () => {
  const data: Histogram = {
    fromMs: 1_000,
    toMs: 2_000,
    bucketMs: 100,
    counts: [0, 1, 50, 100, 0, 0, 0, 0, 0, 2],
    total: 153,
    missing: [],
  }
  it('shows every bucket that holds something', () => expect(barHeights(data.counts).slice(0, 4)).toEqual([0, 6, 50, 100]))
  it('chooses whole buckets, in either direction of the brush', () => {
    expect(brushRange(data, [2, 4])).toEqual([1_200, 1_500])
    expect(brushRange(data, [4, 2])).toEqual([1_200, 1_500])
    expect(chosenBuckets(data, { fromMs: 1_200, untilMs: 1_500 })).toEqual([2, 4])
    expect(chosenBuckets(data, { fromMs: 1_250, untilMs: Number.POSITIVE_INFINITY })).toEqual([2, 9])
    const [first, last] = chosenBuckets(data, { fromMs: 5_000, untilMs: 6_000 })
    expect(first).toBeGreaterThan(last)
  })
  it('moves by keys', () => {
    const press = (key: string, shiftKey = false) => movedBrush([5, 7], { key, shiftKey }, 9)
    expect(press('ArrowRight')).toEqual([8, 8])
    expect(press('ArrowRight', true)).toEqual([5, 8])
    expect(press('End', true)).toEqual([5, 9])
    expect(press('x')).toBeUndefined()
  })
  it('says what is under the brush', () => {
    expect(bucketText(data, [3, 1], 'UTC')).toBe('151 records · 1970-01-01 00:00:01.100 to 00:00:01.400')
    expect(axisTimes(data, 'UTC').at(-1)?.text).toBe('00:00:02.000')
  })
})

describe('the live tail', () => {
  it('keeps the last rows, counts all, and lets the oldest go', () => {
    let live = withTailItem(emptyLive, { kind: 'ready', partitions: [0], from: [0] })
    for (let page = 0; page < 12; page += 1) {
      const rows = Array.from({ length: 1_000 }, (_, index) => row(0, page * 1_000 + index))
      live = withTailItem(live, { kind: 'rows', rows, seen: 40_000, seenTotal: (page + 1) * 40_000, next: [0], heldBytes: 9 })
    }
    expect(live).toMatchObject({ firstIndex: 2_000, seenTotal: 480_000, sentTotal: 12_000, lastShown: 1_000, lastSeen: 40_000 })
    expect(live.rows).toHaveLength(liveRowsMax)
    expect(live.rows[0]?.offset).toBe(2_000)
    expect(withTailItem(live, { kind: 'failure', message: 'gone', retriable: true })).toMatchObject({
      problem: 'gone',
      rows: live.rows,
    })
  })
})

describe('filters and marks', () => {
  const rows = [
    row(0, 1, { value: preview('<b>Zoë</b> open') }),
    row(1, 2, { key: null, value: null }),
    row(2, 3, { fields: ['129.90'] }),
  ]
  it('find every word anywhere in the row, whatever the case', () => {
    expect(rowsMatching(rows, 'OPEN zoë')).toEqual([rows[0]])
    expect(rowsMatching(rows, '129')).toEqual([rows[2]])
    expect(rowsMatching(rows, 'open 129')).toEqual([])
    expect(rowsMatching(rows, '  ')).toBe(rows)
  })
  it('mark what was found, and lose no character', () => {
    const parts = markParts('a.b A.B aXb', textPattern('a.b') as RegExp)
    expect(parts.filter(part => part.isHit).map(part => part.text)).toEqual(['a.b', 'A.B'])
    expect(parts.map(part => part.text).join('')).toBe('a.b A.B aXb')
    expect(markParts('abc', /x*/g)).toEqual([{ at: 0, text: 'abc', isHit: false }])
  })
  it('leave the date out only when all is of today', () => {
    const day = 86_400_000
    expect(isAllToday([row(0, 1, { timestampMs: day * 3 + 5 })], day * 3 + 9, 0)).toBe(true)
    expect(isAllToday([row(0, 1, { timestampMs: day * 3 - 5 }), row(0, 2, { timestampMs: day * 3 + 5 })], day * 3 + 9, 0)).toBe(
      false,
    )
  })
})

describe('payload columns', () => {
  const text = '{"id":"A","lines":[{"sku":"x"},{"sku":"y","odd name":1}],"deep":{"a":{"b":2}},"":3,"total":129.9}'
  const at = (word: string, from = 0) => pathAt(text, text.indexOf(word, from) + 1)
  it('know the field under the pointer', () => {
    expect([at('"A"'), at('"y"'), at('odd'), at('"b"'), at('129')]).toEqual([
      'id',
      'lines[1].sku',
      'lines[1]["odd name"]',
      'deep.a.b',
      'total',
    ])
    expect(pathAt('plain text', 3)).toBeUndefined()
    expect(pathAt('{"a":{"b":"cut of', 14)).toBe('a.b')
  })
  it('offer the fields of a value that is cut, and its headers', () => {
    const cut = row(0, 1, {
      value: preview('{"id":"A-1","total":129.9,"items":[{"sku":"s4', { truncated: true, decoder: 'json' }),
      headers: [
        { name: 'trace', value: null },
        { name: 'trace', value: null },
      ],
    })
    expect(columnPaths(cut)).toEqual(expect.arrayContaining(['id', 'total', 'header:trace']))
    expect(columnPaths(cut).filter(path => path === 'header:trace')).toHaveLength(1)
    expect(columnPaths(row(0, 1, { value: null }))).toEqual([])
  })
})

describe('places on screen', () => {
  const shape = { topPx: 0, heightPx: 527, rowHeightPx: 25, rows: 1_000 }
  it('draw what is seen and a little more', () => {
    expect(rowsInView(shape)).toEqual({ from: 0, to: 29, rowsVisible: 20 })
    expect(rowsInView({ ...shape, topPx: 99_999 }).to).toBe(1_000)
    expect(rowsInView({ ...shape, rows: 3 })).toMatchObject({ from: 0, to: 3 })
  })
  it('know the edges', () => {
    expect([isNearStart(shape), isNearEnd(shape), isAtBottom(shape)]).toEqual([true, false, false])
    const last = { ...shape, topPx: openingTop('end', 1_000, 25, 527) }
    expect([isNearStart(last), isNearEnd(last), isAtBottom(last)]).toEqual([false, true, true])
    expect(openingTop(100, 1_000, 25, 527)).toBe(98 * 25)
  })
  it('move no more than is needed to show a row', () => {
    expect(revealingTop(10, 25, 0, 527)).toBe(0)
    expect(revealingTop(100, 25, 0, 527)).toBe(100 * 25 + 25 + 27 - 527)
    expect(revealingTop(3, 25, 1_000, 527)).toBe(75)
  })
  it('open at the first row that is not before the anchor', () => {
    const session = {
      partitions: [{ partition: 0, startOffset: 0, endOffset: 9 }],
      anchor: [5],
      firstDirection: 'forward',
    } as never
    const rows = [row(0, 3), row(0, 4), row(0, 5)]
    const input = { rows, isReading: true, isLive: false, isFiltered: false, session, place: null }
    expect(openingRow(input)).toBe(2)
    expect(openingRow({ ...input, place: '0:4' })).toBe(1)
    expect(openingRow({ ...input, isLive: true })).toBe('end')
    expect(openingRow({ ...input, isFiltered: true })).toBe('start')
  })
})

describe('words', () => {
  it('name decoders and chains', () => {
    expect([decoderTitle('json'), decoderTitle('base64>gunzip>json'), decoderTitle('schema:shop.Order')]).toEqual([
      'JSON',
      'base64 › gunzip › JSON',
      'shop.Order',
    ])
    expect(chainOf(' base64>gunzip>json ')).toBe('base64>gunzip>json')
    for (const text of ['json', 'base64>', 'foo>json', 'base64>empty', '']) expect(chainOf(text)).toBeUndefined()
  })
  it('tell the format of what is loaded', () => {
    const json = row(0, 1, { value: preview('{}', { decoder: 'json', reason: 'starts with {' }) })
    expect(formatOf([json, json, row(0, 2)], 'value')).toEqual({
      title: 'JSON, Text',
      reason: 'Read as JSON, Text: starts with {',
    })
    expect(formatOf([row(0, 1, { value: null })], 'value')).toBeNull()
  })
  it('tell times of main in the zone', () =>
    expect(zonedNote('nothing at or after that time; the last record is of 2026-11-20T13:03:00.012Z', 'Europe/Berlin')).toBe(
      'Nothing at or after that time; the last record is of 2026-11-20 14:03:00.012 (Europe/Berlin)',
    ))
})
