import { encode as encodeMessagePack } from '@msgpack/msgpack'
import avsc from 'avsc'
import { encode as encodeCbor } from 'cborg'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodedText } from '../../../src-main/workbench/decoders/decode.ts'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import type { ChosenDecoder } from '../../../src-main/workbench/decoders/decoding.ts'
import { readSchemas } from '../../../src-main/workbench/decoders/local-schemas.ts'
import { fieldAt } from '../../../src-main/workbench/decoders/places/field-places.ts'
import type { PartPlaces } from '../../../src-main/workbench/decoders/places/field-places.ts'

const utf8 = new TextEncoder()
const schemas = readSchemas([
  {
    path: 'order.avsc',
    text: JSON.stringify({
      type: 'record',
      name: 'Order',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'note', type: ['null', 'string'] },
        { name: 'lines', type: { type: 'array', items: 'long' } },
        { name: 'marks', type: { type: 'map', values: 'double' } },
        { name: 'sum', type: ['null', 'int', 'double'] },
      ],
    }),
  },
  {
    path: 'order.proto',
    text: `syntax = "proto3"; package shop;
      message Line { string sku = 1; int64 count = 2; }
      message Order { string id = 1; repeated Line lines = 2; repeated int32 packed = 3; map<string, int32> marks = 4; double total = 5; }`,
  },
])

const reading = (value: ChosenDecoder) => newDecoding({ topic: 'orders', key: 'auto', value, local: schemas })

function placesOf(bytes: Uint8Array, decoder: ChosenDecoder): { places: PartPlaces; text: string } {
  const decoding = reading(decoder)
  const places = decoding.places('value', bytes)
  if (typeof places === 'string') throw new Error(places)
  return { places, text: decoding.text('value', bytes) }
}

/** The bytes of the field whose text stands there. */
function bytesOf(bytes: Uint8Array, decoder: ChosenDecoder, shown: string): { path: string; value: string } {
  const { places, text } = placesOf(bytes, decoder)
  const field = fieldAt(places, { char: text.indexOf(shown) + 1 })
  if (field === undefined) throw new Error(`nothing at ${shown}`)
  const { from, to } = field.valueBytes
  return { path: field.path, value: Buffer.from(bytes.subarray(from, to)).toString('hex') }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('where the fields of a value lie in its bytes', () => {
  it('is told for JSON by its own characters, beyond ASCII and whatever its layout', () => {
    const source = '\ufeff{ "gruß":"🎉 ü", "lines": [ {"price" :129.90} ] , "big":9007199254740993}'
    const bytes = utf8.encode(source)
    expect(bytesOf(bytes, 'json', '129.90')).toEqual({ path: 'lines[0].price', value: hex(utf8.encode('129.90')) })
    expect(bytesOf(bytes, 'json', '9007199254740993')).toMatchObject({ path: 'big' })
    expect(bytesOf(bytes, 'json', '🎉')).toEqual({ path: '["gruß"]', value: hex(utf8.encode('"🎉 ü"')) })
  })

  it('is told for MessagePack, with the name of a field as part of it', () => {
    const bytes = encodeMessagePack({ id: 'A-1', lines: [{ price: 129.5 }], 7: true, bytes: new Uint8Array([1, 2]) })
    expect(bytesOf(bytes, 'msgpack', '129.5')).toEqual({ path: 'lines[0].price', value: `cb${hex(float64(129.5))}` })
    expect(bytesOf(bytes, 'msgpack', '0x0102')).toEqual({ path: 'bytes', value: 'c4020102' })
    expect(bytesOf(bytes, 'msgpack', 'true')).toEqual({ path: '["7"]', value: 'c3' })
    const { places, text } = placesOf(bytes, 'msgpack')
    const field = fieldAt(places, { char: text.indexOf('"id"') + 1 })
    expect(bytes.subarray(field?.bytes.from, field?.bytes.to)).toEqual(
      bytes.subarray(bytes.indexOf(0xa2), bytes.indexOf(0xa2) + 7),
    )
  })

  it('is told for CBOR, tags and lengths that are not known before included', () => {
    const bytes = encodeCbor({ id: 'A-1', lines: [{ price: 129.5 }], big: 2n ** 60n })
    expect(bytesOf(bytes, 'cbor', '129.5')).toMatchObject({ path: 'lines[0].price' })
    expect(bytesOf(bytes, 'cbor', '"A-1"')).toEqual({ path: 'id', value: `63${hex(utf8.encode('A-1'))}` })
    expect(bytesOf(bytes, 'cbor', String(2n ** 60n))).toMatchObject({ path: 'big' })
    // {_ "a": [_ 1, 2], "b": 32("u")}
    const open = Buffer.from('bf6161 9f0102ff 6162 d82061 75ff'.replaceAll(' ', ''), 'hex')
    expect(bytesOf(open, 'cbor', ' 2')).toEqual({ path: 'a[1]', value: '02' })
    expect(bytesOf(open, 'cbor', '"u"')).toEqual({ path: 'b.value', value: '6175' })
  })

  it('is told for Avro by its schema: bare, behind framing, behind a fingerprint, in a container', () => {
    const type = avsc.Type.forSchema({
      type: 'record',
      name: 'Order',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'note', type: ['null', 'string'] },
        { name: 'lines', type: { type: 'array', items: 'long' } },
        { name: 'marks', type: { type: 'map', values: 'double' } },
        { name: 'sum', type: ['null', 'int', 'double'] },
      ],
    })
    const bare = Uint8Array.from(
      type.toBuffer({ id: 'A-1', note: 'hi', lines: [1, 300], marks: { x: 0.5 }, sum: { double: 2.5 } }),
    )
    for (const front of [[], [0, 0, 0, 0, 7]]) {
      const bytes = Uint8Array.from([...front, ...bare])
      expect(bytesOf(bytes, 'schema:Order', '300')).toEqual({ path: 'lines[1]', value: 'd804' })
      expect(bytesOf(bytes, 'schema:Order', '"hi"')).toEqual({ path: 'note', value: `04${hex(utf8.encode('hi'))}` })
      expect(bytesOf(bytes, 'schema:Order', '0.5')).toEqual({ path: 'marks.x', value: hex(float64(0.5, true)) })
      expect(bytesOf(bytes, 'schema:Order', '2.5')).toMatchObject({ path: 'sum.double' })
    }
  })

  it('is told for Protobuf, by its schema and without', () => {
    const line = [0x0a, 2, 0x4b, 0x42, 0x10, 3]
    const bytes = Uint8Array.from([
      ...[0x0a, 3, 0x41, 0x2d, 0x31],
      ...[0x12, line.length, ...line],
      ...[0x1a, 3, 7, 0xac, 0x02],
      ...[0x22, 5, 0x0a, 1, 0x78, 0x10, 9],
      ...[0x29, ...float64(12.5, true)],
      ...[0x12, 4, 0x0a, 2, 0x4c, 0x4c],
    ])
    expect(bytesOf(bytes, 'schema:shop.Order', '"KB"')).toEqual({ path: 'lines[0].sku', value: '4b42' })
    expect(bytesOf(bytes, 'schema:shop.Order', '"LL"')).toEqual({ path: 'lines[1].sku', value: '4c4c' })
    expect(bytesOf(bytes, 'schema:shop.Order', '300')).toEqual({ path: 'packed[1]', value: 'ac02' })
    expect(bytesOf(bytes, 'schema:shop.Order', ': 9')).toEqual({ path: 'marks.x', value: '09' })
    expect(bytesOf(bytes, 'schema:shop.Order', '12.5')).toEqual({ path: 'total', value: hex(float64(12.5, true)) })
    expect(bytesOf(bytes, 'protobuf', '"KB"')).toEqual({ path: '["2"][0]["1"]', value: '4b42' })
    expect(bytesOf(bytes, 'protobuf', '"A-1"')).toEqual({ path: '["1"]', value: '412d31' })
  })

  it('is the innermost field around chosen bytes', () => {
    const source = '{"a":{"b":12},"c":[1,2]}'
    const { places } = placesOf(utf8.encode(source), 'json')
    const at = (part: string) => {
      const from = source.indexOf(part)
      return fieldAt(places, { from, to: from + part.length - 1 })?.path
    }
    expect([at('12'), at('"b"'), at('{"b"'), at('1,2'), at('2]'), at('"a":{"b":12},"c"')]).toEqual([
      'a.b',
      'a.b',
      'a',
      'c',
      'c',
      '',
    ])
    expect(fieldAt(places, { from: source.length, to: source.length })).toBeUndefined()
  })

  it('moves with bytes that a chain leaves out, and says why there is none behind packing steps', () => {
    const inner = utf8.encode('{"a":12}')
    expect(bytesOf(Uint8Array.from([9, 9, 9, ...inner]), 'skip-3>json', '12')).toEqual({
      path: 'a',
      value: hex(utf8.encode('12')),
    })
    expect(reading('base64>json').places('value', utf8.encode('eyJhIjoxMn0='))).toMatch(/behind base64/)
    expect(reading('auto').places('value', utf8.encode('plain words'))).toBe('it has no fields')
    expect(reading('json').places('value', new Uint8Array(1_048_577))).toMatch(/1 MiB/)
  })

  it('never points outside of the bytes, and each field at its own, for any value', () => {
    const json = fc.jsonValue({ maxDepth: 4 })
    fc.assert(
      fc.property(json, value => {
        for (const [decoder, bytes] of [
          ['json', utf8.encode(JSON.stringify({ value }))],
          ['msgpack', encodeMessagePack({ value })],
          ['cbor', encodeCbor({ value: noUndefined(value) })],
        ] as const) {
          const { places, text } = placesOf(bytes, decoder)
          for (let char = 0; char < text.length; char += 7) {
            const field = fieldAt(places, { char })
            if (field === undefined) continue
            expect(field.valueBytes.from).toBeGreaterThanOrEqual(field.bytes.from)
            expect(field.bytes.to).toBeLessThanOrEqual(bytes.length)
            const part = bytes.subarray(field.valueBytes.from, field.valueBytes.to)
            const shown = text.slice(field.chars.from, field.chars.to).replace(/^"(?:[^"\\]|\\.)*": /, '')
            expect(JSON.parse(decodedText(part, decoder))).toEqual(JSON.parse(shown))
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

const noUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function float64(value: number, isLittleEndian = false): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value, isLittleEndian)
  return bytes
}
