import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newDecoding } from '../../../../src-main/workbench/decoders/decoding.ts'
import { exactValues, pathTree } from '../../../../src-main/workbench/messages/exact-fields.ts'
import type { LogRecord } from '../../../../src-main/workbench/messages/log-record.ts'
import { rowColumns } from '../../../../src-main/workbench/messages/row-columns.ts'
import { parsePath, valuesAt } from '../../../../src-main/workbench/search/json-path.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto' })

const record = (value: string | null, more: Partial<LogRecord> = {}): LogRecord => ({
  offset: 7,
  timestampMs: 1_000,
  timestampType: 'create',
  key: null,
  value: value === null ? null : utf8(value),
  headers: [],
  transaction: null,
  control: null,
  ...more,
})
const shown = (fields: readonly string[], of: LogRecord) => rowColumns({ fields, batchFacts: false }, decoding).fields(of)

describe('payload columns', () => {
  it('show numbers as written, texts without quotes, the rest on one line', () => {
    const value =
      '{"id": 9007199254740993, "total": 129.90, "big": 1E400, "name": "Ä\\n\\"b\\"", "ok": true, "no": null, "sub": { "a": [1, 2] }}'
    expect(shown(['id', 'total', 'big', 'name', 'ok', 'no', 'sub', 'missing'], record(value))).toEqual([
      '9007199254740993',
      '129.90',
      '1E400',
      'Ä "b"',
      'true',
      'null',
      '{"a":[1,2]}',
      null,
    ])
  })

  it('follow indexes, all elements, quoted names; the last of equal names counts', () => {
    const value = '{"lines":[{"sku":"A","n":1},{"sku":"B"}],"odd name":{"x":1},"twice":1,"twice":2.0}'
    expect(shown(['lines[1].sku', 'lines[*].sku', "['odd name'].x", 'twice', '$.lines[0].n', 'lines[9]'], record(value))).toEqual(
      ['B', 'A, B', '1', '2.0', '1', null],
    )
  })

  it('read headers and JSON keys', () => {
    const of = record('plain', {
      key: utf8('{"customer":{"id":18446744073709551615}}'),
      headers: [{ name: 'trace-id', value: utf8('t-1') }],
    })
    expect(shown(['header:trace-id', 'header:none', 'key:customer.id', 'total'], of)).toEqual([
      't-1',
      null,
      '18446744073709551615',
      null,
    ])
  })

  it('are empty for tombstones and other formats, and never longer than 200 characters', () => {
    expect(shown(['a'], record(null))).toEqual([null])
    expect(shown(['a', 'b'], record('{"a":1,"b'))).toEqual(['1', null])
    expect(shown(['a'], record('a: 1'))).toEqual([null])
    expect(shown(['a'], record('[1]'))).toEqual([null])
    const [long] = shown(['a'], record(JSON.stringify({ a: '😀'.repeat(500) })))
    expect(long?.length).toBeLessThanOrEqual(200)
    expect(/\p{Surrogate}/u.test(long ?? '')).toBe(false)
  })

  it('refuse a path that is none', () => {
    expect(() => rowColumns({ fields: ['a..b'], batchFacts: false }, decoding)).toThrow(/not understood/)
  })

  it('tell of the batch only when asked', () => {
    const batch = {
      baseOffset: 5,
      leaderEpoch: 3,
      producerId: 9,
      producerEpoch: 1,
      baseSequence: 2_147_483_646,
      compression: 'zstd',
    }
    const of = record('x', { batch })
    expect(rowColumns({ fields: [], batchFacts: false }, decoding).batch(of)).toBeNull()
    expect(rowColumns({ fields: [], batchFacts: true }, decoding).batch(of)).toEqual({
      leaderEpoch: 3,
      producerId: 9,
      producerEpoch: 1,
      sequence: 0,
      compression: 'zstd',
    })
  })
})

const path = fc.array(fc.oneof(fc.constantFrom('a', 'b', '["x y"]'), fc.constantFrom('[0]', '[1]', '[*]')), {
  minLength: 1,
  maxLength: 4,
})
const value: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(1, 1.5, 'a"]}', '\\', '', true, null),
    fc.dictionary(fc.constantFrom('a', 'b', 'x y', 'c"\\'), tie('node')),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).node

describe('exact values', () => {
  it('are where JSON.parse has them, in any layout', () => {
    fc.assert(
      fc.property(value, fc.array(path, { minLength: 1, maxLength: 4 }), fc.constantFrom(0, 2), (json, paths, indent) => {
        const steps = paths.map(it => parsePath(it.join('.').replaceAll('.[', '[')))
        const found = exactValues(JSON.stringify(json, null, indent), pathTree(steps), steps.length)
        for (const [at, one] of steps.entries())
          expect(found[at]?.map(it => JSON.parse(it) as unknown)).toEqual(valuesAt(json, one))
      }),
    )
  })

  it('end on any text', () => {
    const tree = pathTree([['a', 0], ['b']])
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', 'a', 'b', ':', ',', '\\', ' ', '1') }),
        text => void exactValues(text, tree, 2),
      ),
    )
    const deep = `${'['.repeat(200_000)}1`
    expect(exactValues(deep, pathTree([['a']]), 1)).toEqual([[]])
  })
})
