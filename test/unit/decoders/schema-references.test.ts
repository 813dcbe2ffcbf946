import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { registrySchemas } from '../../../src-main/workbench/decoders/registry.ts'
import {
  referenceDepthMax,
  referencesMax,
  resolveReferences,
  type SchemaReference,
} from '../../../src-main/workbench/decoders/schema-references.ts'
import { partEncoders } from '../../../src-main/workbench/produce/part-encoders.ts'

interface Registered {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly schemaType?: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly schema: string
  readonly references?: readonly SchemaReference[]
}

/** The part of Confluent's interface that a reader and a writer use, over a socket. */
const registered: Registered[] = []
const asked: string[] = []
const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url ?? '')
  asked.push(path)
  const byId = /^\/schemas\/ids\/(\d+)$/.exec(path)
  const byVersion = /^\/subjects\/(.+)\/versions\/(\d+|latest)$/.exec(path)
  const found =
    byId === null
      ? registered.findLast(
          it => it.subject === byVersion?.[1] && (byVersion[2] === 'latest' || it.version === Number(byVersion[2])),
        )
      : registered.find(it => it.id === Number(byId[1]))
  response.statusCode = found === undefined ? 404 : 200
  const { schema, schemaType, references } = found ?? { schema: undefined }
  response.end(JSON.stringify(byId === null ? (found ?? {}) : { schema, schemaType, references }))
})
let registry = { url: '', username: null, password: null }
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  registry = { ...registry, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
afterAll(() => new Promise(resolve => server.close(resolve)))
beforeEach(() => {
  registered.length = 0
  asked.length = 0
})

const avroOf = (name: string, fields: Record<string, unknown>) =>
  JSON.stringify({
    type: 'record',
    name,
    namespace: 'shop',
    fields: Object.entries(fields).map(([at, type]) => ({ name: at, type })),
  })
const refers = (name: string, subject = name, version = 1): SchemaReference => ({ name, subject, version })

const decodingOf = async (...values: Uint8Array[]) => {
  const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto', schemas: registrySchemas(registry) })
  await decoding.prepare(values)
  return decoding
}
const write = async (subject: string, text: string) => {
  const part = { encoding: 'registry', text, subject } as const
  return (await partEncoders([part, null], { local: undefined, registry })).registered(subject)?.(text) as Uint8Array
}
const framed = (id: number) => Uint8Array.from([0, 0, 0, 0, id, 1, 2, 3])

describe('Avro schemas that refer to others', () => {
  beforeEach(() => {
    registered.push(
      { subject: 'money/EUR', version: 3, id: 11, schema: avroOf('Money', { cents: 'long' }) },
      {
        ...{ subject: 'shop.Line', version: 1, id: 12, schema: avroOf('Line', { sku: 'string', price: 'Money' }) },
        references: [refers('shop.Money', 'money/EUR', 3)],
      },
      {
        ...{ subject: 'orders-value', version: 1, id: 13 },
        schema: avroOf('Order', { id: 'string', lines: { type: 'array', items: 'shop.Line' }, total: 'Money' }),
        references: [refers('shop.Line'), refers('shop.Money', 'money/EUR', 3)],
      },
    )
  })

  it('are read and written through all levels, each version asked for once', async () => {
    const text = '{"id":"A-1","lines":[{"sku":"K","price":{"cents":9007199254740993}}],"total":{"cents":7}}'
    const bytes = await write('orders-value', text)
    expect(bytes[4]).toBe(13)
    asked.length = 0
    const decoding = await decodingOf(bytes)
    expect(decoding.compact('value', bytes)).toBe(text)
    expect(decoding.whole('value', bytes).decoder).toBe('avro')
    expect(asked).toEqual(['/schemas/ids/13', '/subjects/shop.Line/versions/1', '/subjects/money/EUR/versions/3'])
  })

  it('say which of those is missing, and show the bytes', async () => {
    registered.splice(0, 1)
    const decoding = await decodingOf(framed(13))
    expect(decoding.preview('value', framed(13))).toMatchObject({
      decoder: 'hex',
      reason: expect.stringContaining('reference "shop.Money" (money/EUR version 3) cannot be had: the registry answers 404'),
    })
  })

  it('say which of those is none', async () => {
    registered[0] = { ...(registered[0] as Registered), schema: '{"type":"nonsense"}' }
    const decoding = await decodingOf(framed(13))
    expect(decoding.preview('value', framed(13)).reason).toContain('reference "shop.Money": not an Avro schema')
  })
})

describe('Protobuf schemas that import others', () => {
  const google = 'import "google/protobuf/timestamp.proto";'
  beforeEach(() => {
    registered.push(
      {
        ...{ subject: 'money.proto', version: 1, id: 21, schemaType: 'PROTOBUF' },
        schema: `syntax = "proto3"; package shop.money; ${google} message Rate { double of = 1; } message Money { int64 cents = 1; google.protobuf.Timestamp at = 2; }`,
      },
      {
        ...{
          subject: 'line',
          version: 4,
          id: 22,
          schemaType: 'PROTOBUF',
          references: [refers('shop/money.proto', 'money.proto')],
        },
        schema: `syntax = "proto3"; package shop; import "shop/money.proto"; message Line { string sku = 1; money.Money price = 2; }`,
      },
      {
        ...{
          subject: 'orders-value',
          version: 1,
          id: 23,
          schemaType: 'PROTOBUF',
          references: [refers('shop/line.proto', 'line', 4)],
        },
        schema: `syntax = "proto3"; package shop; import public "shop/line.proto"; ${google} message Order { string id = 1; repeated Line lines = 2; google.protobuf.Timestamp at = 3; } message Note { message Inner { Line line = 1; } }`,
      },
    )
  })

  it('are read and written through all levels; the indexes count the messages of their own file', async () => {
    const text = '{"id":"A-1","lines":[{"sku":"K","price":{"cents":5,"at":{"seconds":17}}}],"at":{"seconds":18}}'
    const bytes = await write('orders-value', text)
    const decoding = await decodingOf(bytes)
    expect(decoding.compact('value', bytes)).toBe(text)
    // The second message of the file, in it the first: `line { sku: "K" }`.
    const inner = Uint8Array.from([0, 0, 0, 0, 23, 4, 2, 0, 0x0a, 3, 0x0a, 1, 0x4b])
    expect(decoding.compact('value', inner)).toBe('{"line":{"sku":"K"}}')
    expect(() => decoding.compact('value', Uint8Array.from([0, 0, 0, 0, 23, 2, 6, 0]))).toThrow('no message at 3')
  })
})

describe('references', () => {
  it('of JSON schemas are not asked for: their values are shown as they are', async () => {
    const references = [refers('other.json')]
    registered.push({ subject: 'notes-value', version: 1, id: 31, schemaType: 'JSON', schema: '{}', references })
    const bytes = Uint8Array.from([0, 0, 0, 0, 31, ...new TextEncoder().encode('{"n":1}')])
    const decoding = await decodingOf(bytes)
    expect(decoding.preview('value', bytes).text).toBe('{"n":1}')
    expect(asked).toEqual(['/schemas/ids/31'])
  })

  it('that go round in a circle are refused, and how is said', async () => {
    registered.push(
      { subject: 'a', version: 1, id: 41, schema: avroOf('A', { b: 'shop.B' }), references: [refers('shop.B', 'b')] },
      { subject: 'b', version: 1, id: 42, schema: avroOf('B', { a: 'shop.A' }), references: [refers('shop.A', 'a')] },
    )
    const decoding = await decodingOf(framed(41))
    expect(decoding.preview('value', framed(41))).toMatchObject({
      decoder: 'hex',
      reason: expect.stringContaining('go round in a circle: b version 1 → a version 1 → b version 1'),
    })
    await expect(write('a', '{}')).rejects.toThrow('go round in a circle')
    expect(asked.length).toBeLessThan(10)
  })

  it('are bounded in number and depth, and no more are asked for', async () => {
    let reads = 0
    const wide = Array.from({ length: 1_000 }, (_, index) => refers(`s${index}`))
    const leaf = async () => {
      reads += 1
      return { schema: '"string"', references: [] }
    }
    await expect(resolveReferences(wide, leaf)).rejects.toThrow(`more than ${referencesMax} schemas`)
    expect(reads).toBe(referencesMax + 1)
    reads = 0
    const deeper = async (subject: string) => {
      reads += 1
      return { schema: '"string"', references: [refers('next', `${subject}+`)] }
    }
    await expect(resolveReferences([refers('s')], deeper)).rejects.toThrow(`nested deeper than ${referenceDepthMax}`)
    expect(reads).toBe(referenceDepthMax)
    const huge = async () => ({ schema: 'x'.repeat(4_194_304), references: [] })
    await expect(resolveReferences(wide, huge)).rejects.toThrow('8 MiB')
  })
})
