import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newDecoding } from '../../../../src-main/workbench/decoders/decoding.ts'
import type { LogRecord } from '../../../../src-main/workbench/messages/log-record.ts'
import { jsonParts } from '../../../../src-main/workbench/transfer/json-parts.ts'
import { lineRecord } from '../../../../src-main/workbench/transfer/line-record.ts'
import { recordLine } from '../../../../src-main/workbench/transfer/record-line.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto' })
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

  it('keeps a tombstone apart from an empty value', () => {
    expect(lineRecord('jsonl', recordLine('jsonl', 0, record(null), decoding), 1).value).toBeNull()
    expect(lineRecord('jsonl', recordLine('jsonl', 0, record(new Uint8Array(0)), decoding), 1).value).toEqual(new Uint8Array(0))
  })
})

describe('CSV', () => {
  it('quotes what needs it', () => {
    expect(recordLine('csv', 1, record(utf8('a,"b"\nc'), utf8('k')), decoding)).toBe(
      '1,5,2023-11-14T22:13:20.000Z,k,"a,""b""\nc",h=x;h=\n',
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
