import { createServer } from 'node:http'
import { deflateRawSync } from 'node:zlib'
import { encode as encodeMessagePack } from '@msgpack/msgpack'
import avsc from 'avsc'
import { encode as encodeCbor } from 'cborg'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeRecordKey, encodeRecordValue } from '../../../broker-core/protocol/persisted/coordinator-record.ts'
import { offsetCommitRecord } from '../../../broker-core/protocol/persisted/group/offsets.ts'
import { decodedText, decodePart, previewOf } from '../../../src-main/workbench/decoders/decode.ts'
import { DecodeError } from '../../../src-main/workbench/decoders/decoder.ts'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { registrySchemas } from '../../../src-main/workbench/decoders/registry.ts'
import { valueText } from '../../../src-main/workbench/decoders/value-text.ts'

const bytes = (...parts: (number | readonly number[] | Uint8Array | string)[]) =>
  Uint8Array.from(
    parts.flatMap(part =>
      typeof part === 'number' ? [part] : typeof part === 'string' ? [...new TextEncoder().encode(part)] : [...part],
    ),
  )
const compact = (value: Uint8Array, choice: 'auto' | 'msgpack' | 'cbor' | 'avro' | 'protobuf' = 'auto') =>
  JSON.stringify(JSON.parse(decodedText(value, choice)))

describe('MessagePack and CBOR', () => {
  const order = { id: 'A-1009', total: 129.9, lines: [{ sku: 'KB' }], paid: true, note: null }

  it('are recognised by a map that uses every byte, and say so', () => {
    expect(previewOf(encodeMessagePack(order), 'auto')).toMatchObject({
      decoder: 'msgpack',
      reason: 'MessagePack map with 5 fields',
    })
    expect(previewOf(encodeCbor(order), 'auto')).toMatchObject({ decoder: 'cbor', reason: 'CBOR map with 5 fields' })
    expect(compact(encodeMessagePack(order))).toBe(JSON.stringify(order))
    expect(compact(encodeCbor(order))).toBe(
      JSON.stringify({ id: 'A-1009', note: null, paid: true, lines: [{ sku: 'KB' }], total: 129.9 }),
    )
  })

  it('keep integers beyond 2^53', () => {
    expect(decodedText(bytes(0x81, 0xa1, 'n', 0xcf, [0x7f, 255, 255, 255, 255, 255, 255, 255]), 'auto')).toContain(
      '9223372036854775807',
    )
    expect(decodedText(bytes(0xa1, 0x61, 'n', 0x1b, [255, 255, 255, 255, 255, 255, 255, 255]), 'auto')).toContain(
      '18446744073709551615',
    )
    expect(decodedText(bytes(0xa1, 0x61, 'n', 0xc2, 0x49, [1, 0, 0, 0, 0, 0, 0, 0, 0]), 'cbor')).toContain('18446744073709551616')
  })

  it('show extensions, tags, bytes and odd keys instead of losing them', () => {
    expect(compact(bytes(0x81, 0xa1, 'e', 0xd4, 5, 0x2a), 'msgpack')).toBe('{"e":{"$extension":5,"data":"0x2a"}}')
    expect(compact(bytes(0xa1, 0x01, 0xd8, 0x64, 0x41, 0xff), 'cbor')).toBe('{"1":{"$tag":100,"value":"0xff"}}')
    expect(compact(bytes(0x81, 0x01, 0xc4, 1, 0xab), 'msgpack')).toBe('{"1":"0xab"}')
  })

  it('shows MessagePack keys as they come, also those that objects treat in a way of their own', () => {
    const names = ['b', '10', '2', '__proto__', 'constructor', '\ufeffé', 'k'.repeat(40)]
    const entries = names.flatMap((name, at) => [...encodeMessagePack(name), at])
    const value = bytes(0x80 + names.length, ...entries)
    const shown = decodedText(value, 'msgpack').replaceAll(/[\n ]/g, '')
    expect(shown).toBe(`{${names.map((name, at) => `${JSON.stringify(name)}:${at}`).join(',')}}`)
    expect(previewOf(bytes(0x81, 0xa1, 0x61, 0x81, 0xa2, 0x31, 0x30, 0xc0), 'auto').text).toBe('{"a":{"10":null}}')
  })

  it('throw nothing but DecodeError, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom('msgpack', 'cbor', 'avro', 'protobuf'),
        (value, choice) => {
          try {
            decodedText(value, choice as 'msgpack')
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError)
          }
          // A row always shows something.
          expect(previewOf(value, 'auto').sizeBytes).toBe(value.length)
          expect(previewOf(value, choice as 'msgpack').sizeBytes).toBe(value.length)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('do not run out of stack on deep nesting', () => {
    const deep = bytes(
      Array.from({ length: 100_000 }, () => 0x91),
      1,
    )
    expect(decodePart(deep, 'msgpack').failure).not.toBeNull()
    expect(
      decodePart(
        bytes(
          Array.from({ length: 100_000 }, () => 0x81),
          1,
        ),
        'cbor',
      ).failure,
    ).not.toBeNull()
  })
})

describe('values as text', () => {
  it('write what JSON has no form for', () => {
    expect(valueText([1n << 70n, Number.NaN, -0, new Date(0), Uint8Array.of(1), undefined, new Map([[1, 'a']])])).toBe(
      '[1180591620717411303424,"NaN",-0.0,"1970-01-01T00:00:00.000Z","0x01",null,{"1":"a"}]',
    )
  })
})

const paymentSchema = {
  type: 'record',
  name: 'Payment',
  fields: [
    { name: 'order', type: 'string' },
    { name: 'cents', type: 'long' },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
}
// Longs beyond 2^53 as avsc would write them: by hand.
const bigLong = bytes([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
const paymentBytes = bytes([12], 'A-1009', bigLong, [0])

function container(codec: 'null' | 'deflate'): Uint8Array {
  const string = (text: string) => bytes([text.length * 2], text)
  const schema = JSON.stringify(paymentSchema)
  const long = avsc.Type.forSchema('long')
  const meta = bytes([4], string('avro.schema'), long.toBuffer(schema.length), schema, string('avro.codec'), string(codec), [0])
  const block = codec === 'deflate' ? deflateRawSync(bytes(paymentBytes, paymentBytes)) : bytes(paymentBytes, paymentBytes)
  const sync = Array.from({ length: 16 }, () => 7)
  return bytes('Obj', [1], meta, sync, long.toBuffer(2), long.toBuffer(block.length), block, sync)
}

describe('Avro containers', () => {
  it.each(['null', 'deflate'] as const)('carry their schema; every digit stays (%s)', codec => {
    const text = decodedText(container(codec), 'auto')
    expect(previewOf(container(codec), 'auto').reason).toBe('Avro container: begins with Obj')
    expect(text).toContain('"cents": 9223372036854775807')
    expect(JSON.parse(text)).toHaveLength(2)
  })

  it('are said to be cut where they are', () => {
    for (let size = 4; size < container('null').length; size += 7) {
      const part = decodePart(container('null').subarray(0, size), 'avro')
      expect(part.text === null || part.text === '[]' || part.text.includes('A-1009')).toBe(true)
    }
  })
})

const proto = `syntax = "proto3";
package shop;
message Address { string city = 1; }
message Order {
  enum State { NEW = 0; PAID = 1; }
  string id = 1; int64 cents = 2; repeated int32 counts = 3; Address address = 4; State state = 5;
  map<string, int32> stock = 6; sint64 delta = 7; double weight = 8; bytes raw = 9; bool express = 10;
}`
const orderBytes = bytes(
  [0x0a, 3],
  'A-1',
  [0x10, 255, 255, 255, 255, 255, 255, 255, 255, 127],
  [0x1a, 2, 1, 2],
  [0x22, 6, 0x0a, 4],
  'Oslo',
  [0x28, 1],
  [0x32, 6, 0x0a, 2],
  'KB',
  [0x10, 5],
  [0x38, 3],
  [0x41, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
  [0x4a, 1, 0xff],
  [0x50, 1],
  [0x98, 6, 9],
)

describe('Protobuf without a schema', () => {
  it('is a tree of field numbers', () => {
    expect(previewOf(orderBytes, 'auto')).toMatchObject({ decoder: 'protobuf', reason: expect.stringContaining('no schema') })
    expect(JSON.parse(decodedText(orderBytes, 'auto'))).toMatchObject({ 1: 'A-1', 4: { 1: 'Oslo' }, 5: 1, 99: 9 })
  })
})

describe('a registry', () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`)
    const id = Number(request.url?.split('/').at(-1))
    if (id === 1) response.end(JSON.stringify({ schema: JSON.stringify(paymentSchema) }))
    else if (id === 2) response.end(JSON.stringify({ schemaType: 'PROTOBUF', schema: proto }))
    else if (id === 3) response.end(JSON.stringify({ schemaType: 'JSON', schema: '{}' }))
    else if (id === 4) response.end(JSON.stringify({ schema: '{"type":"nonsense"}' }))
    else response.writeHead(404).end('{}')
  })
  let url = ''
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  })
  afterAll(() => void server.close())

  const framed = (id: number, ...rest: Parameters<typeof bytes>) => bytes([0, 0, 0, 0, id], ...rest)
  const decodingWith = async (...values: Uint8Array[]) => {
    const schemas = registrySchemas({ url, username: 'u', password: 'p' })
    const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto', schemas })
    await decoding.prepare(values)
    return decoding
  }

  it('says what framed values are: Avro, Protobuf by the message index, JSON', async () => {
    const avro = framed(1, paymentBytes)
    const second = framed(2, [2, 2], orderBytes)
    const json = framed(3, '{"n":12345678901234567890}')
    const decoding = await decodingWith(avro, second, json)
    expect(decoding.whole('value', avro)).toMatchObject({ decoder: 'avro', reason: 'Avro framed with schema 1 of the registry' })
    expect(decoding.compact('value', avro)).toBe('{"order":"A-1009","cents":9223372036854775807,"note":null}')
    expect(decoding.compact('value', second)).toBe(
      '{"id":"A-1","cents":9223372036854775807,"counts":[1,2],"address":{"city":"Oslo"},"state":"PAID","stock":{"KB":5},"delta":-2,"weight":1.5,"raw":"0xff","express":true,"99":9}',
    )
    expect(decoding.preview('value', json).text).toBe('{"n":12345678901234567890}')
    expect(asked[0]).toBe(`/schemas/ids/1 Basic ${Buffer.from('u:p').toString('base64')}`)
  })

  it('is asked once for a schema; what it does not have is said, and the bytes are shown', async () => {
    asked.length = 0
    const gone = framed(9, [1, 2, 3])
    const broken = framed(4, [1, 2, 3])
    const decoding = await decodingWith(gone, gone, broken)
    await decoding.prepare([gone])
    expect(asked.filter(line => line.startsWith('/schemas/ids/9 '))).toHaveLength(1)
    expect(decoding.preview('value', gone)).toMatchObject({
      decoder: 'hex',
      reason: expect.stringContaining('the registry answers 404'),
    })
    expect(decoding.preview('value', broken)).toMatchObject({
      decoder: 'hex',
      reason: expect.stringContaining('not an Avro schema'),
    })
  })
})

describe('internal topics', () => {
  it('show keys and values of committed offsets', () => {
    const key = encodeRecordKey(offsetCommitRecord, { group: 'billing', topic: 'orders', partition: 3 })
    const value = encodeRecordValue(
      offsetCommitRecord,
      { offset: 42, leaderEpoch: 1, metadata: '', commitTimestamp: 5, expireTimestamp: -1, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' },
      3,
    )
    const decoding = newDecoding({ topic: '__consumer_offsets', key: 'auto', value: 'auto' })
    expect(decoding.preview('key', key, key)).toMatchObject({
      decoder: 'internal',
      text: '{"type":"OffsetCommit","group":"billing","topic":"orders","partition":3}',
    })
    expect(decoding.preview('value', value, key).text).toContain('"offset":42')
    expect(newDecoding({ topic: 'orders', key: 'auto', value: 'auto' }).preview('key', key, key).decoder).not.toBe('internal')
  })
})
