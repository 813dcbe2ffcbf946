import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newDecoding } from '../../../../src-main/workbench/decoders/decoding.ts'
import type { LogRecord } from '../../../../src-main/workbench/messages/log-record.ts'
import { jsonParts } from '../../../../src-main/workbench/transfer/json-parts.ts'
import { type CsvRow, csvReader, csvRows } from '../../../../src-main/workbench/transfer/csv.ts'
import { lineRecord } from '../../../../src-main/workbench/transfer/line-record.ts'
import { csvHead, recordLine } from '../../../../src-main/workbench/transfer/record-line.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto' })
async function* chunksOf(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}
const record = (value: Uint8Array | null, key: Uint8Array | null = null): LogRecord => ({
  offset: 5,
  timestampMs: 1_700_000_000_000,
  timestampType: 'create',
  key,
  value,
  headers: [
    { name: 'h', value: utf8('x') },
    { name: 'h', value: null },
  ],
  transaction: null,
  control: null,
})

describe('an export that is imported again', () => {
  it('raw: has every byte, whatever it was', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 200 }), { nil: null })
    fc.assert(
      fc.property(bytes, bytes, (key, value) => {
        const line = recordLine('raw', 3, record(value, key), decoding)
        const back = lineRecord('raw', line, 1)
        expect(back).toMatchObject({ partition: 3, timestampMs: 1_700_000_000_000 })
        expect([back.key, back.value]).toEqual([key, value])
        expect(back.headers).toEqual([
          { key: 'h', value: utf8('x') },
          { key: 'h', value: null },
        ])
      }),
    )
  })

  it('JSON lines: text and JSON come back by their characters, numbers beyond 2^53 included', () => {
    for (const text of ['{"n":12345678901234567890,"t":1.50}', 'plain "text"', 'two\nlines', '', '42', 'null', '[]']) {
      const line = recordLine('jsonl', 0, record(utf8(text)), decoding)
      expect(line.endsWith('\n') && !line.slice(0, -1).includes('\n')).toBe(true)
      expect(new TextDecoder().decode(lineRecord('jsonl', line, 1).value as Uint8Array)).toBe(text)
    }
  })

  it('JSON lines: bytes that are no text come back as they were', () => {
    const bytes = Uint8Array.of(0, 255, 1, 2, 3)
    const line = recordLine('jsonl', 0, record(bytes), decoding)
    expect(JSON.parse(line)).toMatchObject({ value: { $base64: 'AP8BAgM=' } })
    expect(lineRecord('jsonl', line, 1).value).toEqual(bytes)
  })

  it('JSON lines: text with a byte that is no UTF-8 far from its beginning comes back as it was', () => {
    const bytes = Uint8Array.of(...utf8('{"name":"a long beginning of text, '), 0xff, ...utf8('"}'))
    const back = lineRecord('jsonl', recordLine('jsonl', 0, record(bytes), decoding), 1)
    expect(back.value).toEqual(bytes)
    const marked = Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8('{"a":1}'))
    expect(lineRecord('jsonl', recordLine('jsonl', 0, record(marked), decoding), 1).value).toEqual(marked)
  })

  it('JSON lines: JSON is one line, however it was laid out', () => {
    const line = recordLine('jsonl', 0, record(utf8('{\n  "a b": [1, "x\\ny z"]\n}')), decoding)
    expect(line).toContain('"value":{"a b":[1,"x\\ny z"]},')
    expect(line.indexOf('\n')).toBe(line.length - 1)
  })

  it('JSON lines: no byte is changed where a value is shown as its own characters, valid or not', () => {
    const readable = fc.uint8Array({ maxLength: 20 }).map(tail => Uint8Array.from([...utf8('readable at first, then '), ...tail]))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), readable), bytes => {
        const line = recordLine('jsonl', 0, record(bytes), newDecoding({ topic: 't', key: 'auto', value: 'text' }))
        if (/"value":[{[]/.test(line) && !line.includes('$base64')) return
        expect(lineRecord('jsonl', line, 1).value).toEqual(bytes)
      }),
    )
    for (const value of [
      utf8('\uFEFFwith a mark'),
      utf8('{"$base64":"AA=="}'),
      Uint8Array.from([...utf8('{"long enough":"to look'), 0xff]),
    ])
      expect(lineRecord('jsonl', recordLine('jsonl', 0, record(value), decoding), 1).value).toEqual(value)
  })

  it('keeps a tombstone apart from an empty value', () => {
    expect(lineRecord('jsonl', recordLine('jsonl', 0, record(null), decoding), 1).value).toBeNull()
    expect(lineRecord('jsonl', recordLine('jsonl', 0, record(new Uint8Array(0)), decoding), 1).value).toEqual(new Uint8Array(0))
  })
})

describe('CSV', () => {
  const rowsOf = async (text: string) => {
    const rows: CsvRow[] = []
    for await (const row of csvRows(chunksOf(text, 3))) rows.push(row)
    return rows
  }

  it('comes back as it was exported: text, bytes, tombstones, empty values, names of headers', async () => {
    const bytes = fc.option(fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.string({ unit: 'grapheme' }).map(utf8)), { nil: null })
    const headers = fc.array(fc.record({ name: fc.string({ minLength: 1 }), value: bytes }), { maxLength: 3 })
    const fixed = newDecoding({ topic: 't', key: 'text', value: 'text' })
    await fc.assert(
      fc.asyncProperty(bytes, bytes, headers, async (key, value, list) => {
        const of = { ...record(value, key), headers: list }
        const rows = await rowsOf(csvHead + recordLine('csv', 3, of, fixed))
        const back = csvReader(rows[0] as CsvRow)(rows[1] as CsvRow)
        expect(back).toMatchObject({ partition: 3, timestampMs: 1_700_000_000_000 })
        expect([back.key, back.value]).toEqual([key, value])
        expect(back.headers.map(it => it.key)).toEqual(list.map(it => it.name))
      }),
    )
  })

  it('headers come back with their values', async () => {
    const plain = [
      { name: 'a', value: utf8('1') },
      { name: 'b', value: utf8('') },
    ]
    const odd = [
      { name: 'trace', value: utf8('a=b;c') },
      { name: 'none', value: null },
      { name: 'raw', value: Uint8Array.of(0, 255, 1) },
    ]
    for (const list of [plain, odd]) {
      const rows = await rowsOf(csvHead + recordLine('csv', 0, { ...record(null), headers: list }, decoding))
      const back = csvReader(rows[0] as CsvRow)(rows[1] as CsvRow)
      expect(back.headers.map(it => [it.key, it.value])).toEqual(list.map(it => [it.name, it.value]))
    }
  })

  it('of other tools: columns in any order, some missing, times as ISO or milliseconds', async () => {
    const rows = await rowsOf('\uFEFFValue,ignored\r\n"two\r\nlines, ""quoted""",x\r\n,y\r\n')
    const read = csvReader(rows[0] as CsvRow)
    expect(rows.slice(1).map(row => read(row).value)).toEqual([utf8('two\r\nlines, "quoted"'), null])
    const timed = await rowsOf('timestamp,value\n1700000000000,a\n2023-11-14T22:13:20Z,b\n')
    const readTimed = csvReader(timed[0] as CsvRow)
    expect(timed.slice(1).map(row => readTimed(row).timestampMs)).toEqual([1_700_000_000_000, 1_700_000_000_000])
  })

  it('without a column that it could use, or cut in a quoted cell, is refused by its line', async () => {
    const rows = await rowsOf('a,b\n')
    expect(() => csvReader(rows[0] as CsvRow)).toThrow(/line 1: .*value/)
    await expect(rowsOf('value\n"open')).rejects.toThrow(/line 2/)
    const bad = await rowsOf('value,partition\nx,many\n')
    expect(() => csvReader(bad[0] as CsvRow)(bad[1] as CsvRow)).toThrow(/line 2: .*partition/)
  })

  it('csv: a time that no calendar has stands as its number', () => {
    const nanoseconds = { ...record(utf8('v')), timestampMs: 1_700_000_000_000_000_000, headers: [] }
    expect(recordLine('csv', 0, nanoseconds, decoding)).toBe('0,5,1700000000000000000,,v,\n')
  })

  it('quotes what needs it', () => {
    expect(recordLine('csv', 1, record(utf8('a,"b"\nc'), utf8('k')), decoding)).toBe(
      '1,5,2023-11-14T22:13:20.000Z,k,"a,""b""\nc","[[""h"",""x""],[""h"",null]]"\n',
    )
  })
})

describe('lines that are not ours', () => {
  it.each([
    ['jsonl', 'nonsense', /^line 9: /],
    ['jsonl', '[1]', /no JSON object/],
    ['raw', '{"valueBase64":"!"}', /no Base64/],
    ['raw', '{"headers":[1]}', /no pair/],
  ] as const)('%s: %s is refused by its number', (format, line, message) => {
    expect(() => lineRecord(format, line, 9)).toThrow(message)
  })

  it('parts of an object keep their characters', () => {
    const parts = jsonParts('{"a" : {"b":[1,{"c":"}"}]} ,"d":"x,\\"y\\"", "e":1e2, "a":0}')
    expect([...parts]).toEqual([
      ['a', '0'],
      ['d', '"x,\\"y\\""'],
      ['e', '1e2'],
    ])
  })
})
