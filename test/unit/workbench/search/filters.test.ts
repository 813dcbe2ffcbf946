import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newDecoding } from '../../../../src-main/workbench/decoders/decoding.ts'
import type { LogRecord } from '../../../../src-main/workbench/messages/log-record.ts'
import { bucketCounts } from '../../../../src-main/workbench/search/histogram.ts'
import { decimalOrder } from '../../../../src-main/workbench/search/exact-compare.ts'
import { parsePath, valuesAt } from '../../../../src-main/workbench/search/json-path.ts'
import { needleSearch } from '../../../../src-main/workbench/search/needle-search.ts'
import { recordFilter } from '../../../../src-main/workbench/search/record-filter.ts'
import type { Filter } from '../../../../src-main/workbench/search/record-filter.ts'
import { rangeGroups, slicesFromEnd } from '../../../../src-main/workbench/search/scan-ranges.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto' })

const order: LogRecord = {
  offset: 7,
  timestampMs: 1_000,
  timestampType: 'create',
  key: utf8('C-1004'),
  value: utf8('{"id":"A-1","total":129.90,"lines":[{"sku":"KB"},{"sku":"Łamp"}],"big":9007199254740993}'),
  headers: [{ name: 'carrier', value: utf8('dhl') }],
  transaction: null,
  control: null,
}
const matches = (filter: Filter, record = order) => recordFilter(filter, decoding).matches(3, record)
const text = (value: string, more: object = {}): Filter => ({
  kind: 'text',
  text: value,
  in: 'any',
  caseSensitive: false,
  ...more,
})

describe('text filters', () => {
  it.each([
    ['a-1', {}, true],
    ['a-1', { caseSensitive: true }, false],
    ['łAMP', {}, true],
    ['c-1004', { in: 'key' }, true],
    ['c-1004', { in: 'value' }, false],
    ['dhl', {}, true],
    ['dhl', { in: 'value' }, false],
    ['CARRIER', { in: 'headers' }, true],
    ['9007199254740993', {}, true],
  ])('%s %j: %s', (value, more, expected) => {
    expect(matches(text(value, more))).toBe(expected)
  })

  it('do not miss what a batch holds: whatever matches has the needle in its bytes', () => {
    for (const [value, caseSensitive] of [
      ['A-1', true],
      ['a-1', false],
      ['(.*', false],
    ] as const) {
      const filter = recordFilter(text(value, { caseSensitive }), decoding)
      if (filter.needle === undefined) throw new Error('a needle was expected')
      const bytes = utf8(`xx ${value.toUpperCase()} yy`)
      expect(needleSearch(filter.needle)(bytes)).toBe(true)
      expect(needleSearch(filter.needle)(utf8('nothing of it'))).toBe(false)
    }
    // Bytes from 0x80 on are none of Latin letters.
    expect(needleSearch({ bytes: Uint8Array.of(0xc3, 0xa9), caseSensitive: false })(Uint8Array.of(0xe3, 0xa9))).toBe(false)
    // Two cases of a letter outside of ASCII have other bytes: such batches are opened.
    expect(recordFilter(text('ł'), decoding).needle).toBeUndefined()
  })

  it('take a regular expression, and refuse one that is none', () => {
    expect(matches({ kind: 'regex', pattern: '"total":\\d+\\.9', in: 'value', caseSensitive: true })).toBe(true)
    expect(() => matches({ kind: 'regex', pattern: '(', in: 'value', caseSensitive: true })).toThrow(/^pattern: /)
  })

  it('look for a header with its value', () => {
    expect(matches({ kind: 'header', name: 'carrier', value: null })).toBe(true)
    expect(matches({ kind: 'header', name: 'carrier', value: 'ups' })).toBe(false)
  })
})

describe('path filters', () => {
  it.each([
    ['total', '>', '100', true],
    ['total', '>', '1000', false],
    ['total', '=', '129.9', true],
    ['lines[*].sku', '=', 'KB', true],
    ['lines[1].sku', '=', 'KB', false],
    ['$.id', 'contains', '-1', true],
    ['lines[5]', 'exists', '', false],
    ['missing', '!=', 'x', false],
    ['big', '=', '9007199254740993', true],
    ['big', '=', '9007199254740992', false],
    ['big', '>', '9007199254740992', true],
    ['big', 'contains', '0993', true],
    ['total', '=', '129.9000000000000000001', false],
    ['total', '=', '1.299e2', true],
  ] as const)('%s %s %s: %s', (path, operator, operand, expected) => {
    expect(matches({ kind: 'path', path, operator, operand })).toBe(expected)
  })

  it('know their steps, and name the character that they do not understand', () => {
    expect(parsePath("a['odd name'][0].b-c")).toEqual(['a', 'odd name', 0, 'b-c'])
    expect(() => parsePath('a..b')).toThrow('path: not understood at character 2')
    expect(() => parsePath('')).toThrow('names no field')
    expect(valuesAt({ a: 1 }, parsePath('a.__proto__'))).toEqual([])
    expect(valuesAt({}, ['constructor'])).toEqual([])
  })

  it('throw on a value that is no JSON: counted as not decodable', () => {
    expect(() =>
      matches({ kind: 'path', path: 'a', operator: 'exists', operand: '' }, { ...order, value: utf8('text') }),
    ).toThrow('not JSON')
  })
})

describe('JavaScript filters', () => {
  it('see the same in one field as in the whole value', () => {
    const values = [1.5, -0, 1e21, 123, 'x', '', 'a"b\\c\n', 'Łé', true, null, [1, { b: 'x' }], { b: {} }]
    for (const field of values) {
      const record = { ...order, value: utf8(JSON.stringify({ other: 'y', field, last: 1 })) }
      const shown = (expression: string, wanted: unknown) =>
        matches(
          { kind: 'javascript', expression: `JSON.stringify(${expression}) === ${JSON.stringify(JSON.stringify(wanted))}` },
          record,
        )
      expect(shown('value.field', field)).toBe(true)
      expect(shown('(whole => whole.field)(value)', field)).toBe(true)
      expect(shown('[value.last, value.absent]', [1, undefined])).toBe(true)
    }
  })

  const js = (expression: string, record = order) => matches({ kind: 'javascript', expression }, record)

  it('see key, value, headers, offset, partition and timestamp', () => {
    expect(js('value.total > 100 && key === "C-1004" && headers.carrier === "dhl"')).toBe(true)
    expect(js('offset === 7 && partition === 3 && timestamp === 1000')).toBe(true)
    expect(js('value === null', { ...order, value: null })).toBe(true)
    expect(js('value.startsWith("plain")', { ...order, value: utf8('plain') })).toBe(true)
    expect(js('"anything that is true"')).toBe(true)
  })

  it('see whole numbers beyond 2^53 with all their digits', () => {
    expect(js('value.big === 9007199254740993n && value.big > 9007199254740992n && value.total === 129.9')).toBe(true)
    const value = '{"text":"1234567890123456789","list":[12345678901234567890,1.5],"f":1234567890123456789.5}'
    const nested = { ...order, value: utf8(value) }
    expect(js('value.list[0] === 12345678901234567890n && value.list[1] === 1.5', nested)).toBe(true)
    expect(js('value.text === "1234567890123456789" && typeof value.f === "number"', nested)).toBe(true)
  })

  it.each(['value.total >', 'true) || (', '} {', 'true; process.exit()'])('refuse %s before it runs', expression => {
    expect(() => js(expression)).toThrow(/^expression: /)
  })

  it.each([
    'process.exit()',
    'require("node:fs")',
    'globalThis.process !== undefined',
    'typeof fetch !== "undefined" || typeof WebSocket !== "undefined" || typeof setTimeout !== "undefined"',
    'this !== undefined && this.process !== undefined',
    'key.constructor.constructor("return process")() !== undefined',
    '(() => {}).constructor("return process")()',
    'headers.constructor.constructor("return this")().process !== undefined',
    'eval("1") === 1',
  ])('reach nothing of this process: %s', expression => {
    let reached: boolean
    try {
      reached = js(expression)
    } catch {
      reached = false
    }
    expect(reached).toBe(false)
  })
})

describe('exact order of numbers', () => {
  it('is that of their values', () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -20, max: 20 }))
    fc.assert(
      fc.property(decimal, decimal, ([a, e], [b, f]) => {
        const left = a * 10n ** BigInt(e + 20)
        const right = b * 10n ** BigInt(f + 20)
        expect(decimalOrder(`${a}e${e}`, `${b}E${f}`)).toBe(left < right ? -1 : left > right ? 1 : 0)
      }),
    )
    expect(decimalOrder('1.50', '1.5')).toBe(0)
    expect(decimalOrder('-0.5', '0.25')).toBe(-1)
    expect(decimalOrder('x', '1')).toBeUndefined()
    expect(decimalOrder('1e999999999', '1')).toBeUndefined()
  })
})

describe('ranges', () => {
  it('from the newest come in slices that cover every offset once', () => {
    const rounds = [
      ...slicesFromEnd([
        [
          { partition: 0, fromOffset: 5, toOffset: 250_005 },
          { partition: 1, fromOffset: 0, toOffset: 10 },
        ],
      ]),
    ]
    expect(rounds.map(round => round.ranges.map(it => [it.partition, it.from, it.to]))).toEqual([
      [
        [0, 150_005, 250_005],
        [1, 0, 10],
      ],
      [[0, 50_005, 150_005]],
      [[0, 5, 50_005]],
    ])
    expect(rounds[0]?.later).toEqual([{ partition: 0, fromOffset: 5, toOffset: 150_005 }])
    expect(rounds[2]?.later).toEqual([])
  })

  it('of a scan that goes on: the rest of each slice first, then what lies before it', () => {
    const groups = rangeGroups([
      { partition: 0, fromOffset: 90, toOffset: 100 },
      { partition: 1, fromOffset: 7, toOffset: 7 },
      { partition: 0, fromOffset: 0, toOffset: 50 },
      { partition: 1, fromOffset: 0, toOffset: 5 },
    ])
    expect([...slicesFromEnd(groups)].map(round => round.ranges.map(it => [it.partition, it.from, it.to]))).toEqual([
      [
        [0, 90, 100],
        [1, 0, 5],
      ],
      [[0, 0, 50]],
    ])
  })

  it('of a histogram never count an offset twice when times run backwards', () => {
    expect(bucketCounts([0, 10, 8, 15])).toEqual([10, 0, 5])
  })
})
