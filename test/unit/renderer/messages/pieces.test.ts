import { describe, expect, it } from 'vitest'
import type { RecordDetail, RecordRow } from '../../../../src-main/contract/views/records.ts'
import { barHeights, brushRange } from '../../../../src-renderer/features/messages/histogram-scale.ts'
import { emptyLive, liveRowsMax, withTailItem } from '../../../../src-renderer/features/messages/live-buffer.ts'
import { markParts, textPattern } from '../../../../src-renderer/features/messages/mark-parts.ts'
import { columnPaths } from '../../../../src-renderer/features/messages/payload-columns.ts'
import { clientCode, jsonEnvelope, kcatLine } from '../../../../src-renderer/features/messages/row-copies.ts'
import { firstChoice, rangeOf } from '../../../../src-renderer/features/messages/start-choice.ts'

const row = (change: object): RecordRow =>
  ({ partition: 0, offset: 0, headers: [], fields: [], key: null, value: null, ...change }) as unknown as RecordRow
const part = (text: string, language = 'plaintext') => ({
  text,
  language,
  truncated: false,
  decoder: 'text',
  reason: '',
  sizeBytes: text.length,
})

describe('pieces of the messages', () => {
  it('marks what was looked for, as text whatever it holds', () => {
    const pattern = textPattern('<b>')
    expect(pattern && markParts('a <B> b', pattern).map(one => [one.text, one.isHit])).toEqual([
      ['a ', false],
      ['<B>', true],
      [' b', false],
    ])
    expect(textPattern('  ')).toBeNull()
    expect(markParts('aaa', /x*/g)).toEqual([{ at: 0, text: 'aaa', isHit: false }])
  })

  it('offers the fields of a value as columns, also odd names, and no more than it can show', () => {
    const value = { text: '{"id":1,"a b":{"c":[{"price":2}]},"n":null}', truncated: false }
    const headers = [{ name: 'trace', value: null }]
    expect(columnPaths(row({ value, headers }))).toEqual(['id', '["a b"].c[0]', 'n', 'header:trace'])
    expect(columnPaths(row({ value: { text: '{"id":', truncated: true } }))).toEqual([])
  })

  it('where to start becomes a range, and nothing while a time is missing', () => {
    const choice = firstChoice(undefined)
    expect(rangeOf(choice, 0)).toEqual({ start: { kind: 'newest' }, untilMs: null })
    expect(rangeOf({ ...choice, kind: 'last-1h' }, 7_200_000)?.start).toEqual({ kind: 'time', timestampMs: 3_600_000 })
    expect(rangeOf({ ...choice, kind: 'time' }, 0)).toBeNull()
    expect(rangeOf({ ...choice, kind: 'between', timestampMs: 5, untilMs: 5 }, 0)).toBeNull()
    expect(rangeOf({ ...choice, kind: 'between', timestampMs: 5, untilMs: 9 }, 0)).toEqual({
      start: { kind: 'time', timestampMs: 5 },
      untilMs: 9,
    })
    expect(rangeOf(firstChoice({ kind: 'record', partition: 2, offset: 7 }), 0)?.start).toEqual({ kind: 'offset', offset: 7 })
  })

  it('a brush spans whole buckets, and a bucket with one record can be seen', () => {
    const data = { fromMs: 1_000, toMs: 2_000, bucketMs: 100, counts: [], total: 0, missing: [] }
    expect(brushRange(data, [4, 2])).toEqual([1_200, 1_500])
    expect(barHeights([0, 1, 1_000])).toEqual([0, 6, 100])
  })

  it('a live tail keeps the last rows and counts all that came', () => {
    const rows = Array.from({ length: liveRowsMax - 10 }, (_, offset) => row({ offset }))
    const item = (offset: number) =>
      ({ kind: 'rows', rows: [row({ offset })], seen: 40, seenTotal: offset, next: [], heldBytes: 3 }) as const
    const full = withTailItem(emptyLive, {
      kind: 'rows',
      rows,
      seen: rows.length,
      seenTotal: rows.length,
      next: [],
      heldBytes: 1,
    })
    const more = Array.from({ length: 30 }, (_, index) => item(20_000 + index)).reduce(withTailItem, full)
    expect([more.rows.length, more.firstIndex, more.lastShown, more.lastSeen]).toEqual([liveRowsMax, 20, 1, 40])
    expect(more.rows.at(-1)?.offset).toBe(20_029)
    expect(withTailItem(more, { kind: 'failure', message: 'gone', retriable: true })).toMatchObject({
      problem: 'gone',
      rows: more.rows,
    })
  })

  it('copies say exactly what was there', () => {
    const detail = {
      ...{ topic: 'orders', partition: 1, offset: 7, timestampMs: 0 },
      ...{ key: part("it's"), value: part('{\n  "id": 9007199254740993\n}', 'json'), headers: [{ name: 'h', value: part('v') }] },
    } as unknown as RecordDetail
    expect(jsonEnvelope(detail)).toContain('"value": {\n    "id": 9007199254740993\n  }')
    expect((JSON.parse(jsonEnvelope(detail)) as { key: string }).key).toBe("it's")
    expect(kcatLine(detail, 'b:1')).toContain(String.raw`'it'\''s`)
    expect(clientCode(detail, 'b:1')).toContain(`partition: 1, offset: '7'`)
  })
})
