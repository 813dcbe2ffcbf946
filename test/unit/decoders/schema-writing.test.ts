import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { readSchemas } from '../../../src-main/workbench/decoders/local-schemas.ts'
import { registrySchemas, registrySubjects } from '../../../src-main/workbench/decoders/registry.ts'
import { partEncoders } from '../../../src-main/workbench/produce/part-encoders.ts'

const proto = `syntax = "proto3"; package shop;
  enum Method { CARD = 0; CASH = 3; }
  message Line { string sku = 1; sint64 count = 2; }
  message Order {
    string id = 1; repeated Line lines = 2; repeated int32 numbers = 3; map<string, int64> marks = 4; double total = 5;
    Method method = 6; bytes raw = 7; bool paid = 8; fixed64 big = 9; uint64 wide = 10; float half = 11; map<int32, Line> by_id = 12;
  }`
const avro = JSON.stringify({
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'string' },
    {
      name: 'lines',
      type: { type: 'array', items: { type: 'record', name: 'Line', fields: [{ name: 'price', type: 'double' }] } },
    },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
})
const schemas = readSchemas([
  { path: 'order.proto', text: proto },
  { path: 'order.avsc', text: avro },
])
const protobuf = (text: string) => schemas.encoder('shop.Order')?.(text) as Uint8Array
const readBack = (bytes: Uint8Array) =>
  newDecoding({ topic: 't', key: 'auto', value: 'schema:shop.Order', local: schemas }).compact('value', bytes)

describe('writing Protobuf by its schema', () => {
  it('gives the bytes that Protobuf names, and what is read back is what was written', () => {
    expect(Buffer.from(protobuf('{"id":"A","lines":[{"sku":"K","count":-1}]}')).toString('hex')).toBe('0a014112050a014b1001')
    const text =
      '{"id":"A-1","lines":[{"sku":"KB","count":-3},{"sku":"","count":0}],"numbers":[1,-2],"marks":{"x":9007199254740993},"total":12.5,' +
      '"method":"CASH","raw":"0x00ff","paid":true,"big":18446744073709551615,"wide":1,"half":0.5,"by_id":{"7":{"sku":"Z","count":1}}}'
    expect(readBack(protobuf(text))).toBe(text)
    expect(readBack(protobuf('{"byId":{"1":{"sku":"x"}},"id":null}'))).toBe('{"by_id":{"1":{"sku":"x"}}}')
  })

  it('reads back any order', () => {
    const line = fc.record({
      sku: fc.string(),
      count: fc
        .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        .map(Number)
        .filter(Number.isSafeInteger),
    })
    const order = fc.record({
      id: fc.string(),
      lines: fc.array(line, { minLength: 1 }),
      paid: fc.boolean(),
      numbers: fc.array(fc.integer(), { minLength: 1 }),
    })
    const property = fc.property(order, value => {
      expect(JSON.parse(readBack(protobuf(JSON.stringify(value))))).toEqual(value)
    })
    fc.assert(property, { numRuns: 60 })
  })

  it.each([
    ['{"id":12}', 'field id: 12 is no text'],
    ['{"lines":[{"sku":"a"},{"price":1}]}', 'field lines[1].price: Line has no such field'],
    ['{"lines":{}}', 'field lines: {} is no list'],
    ['{"numbers":[1,2147483648]}', 'field numbers[1]: 2147483648 does not fit into int32'],
    ['{"method":"GOLD"}', 'field method: "GOLD" is no value of Method: CARD, CASH'],
    ['{"marks":{"a":1.5}}', 'field marks["a"]: 1.5 is no whole number'],
    ['{"raw":"ff"}', 'field raw: "ff" is not bytes: "0x…" is'],
    ['[]', '[] is no object'],
  ])('names the field that does not fit: %s', (text, problem) => {
    expect(() => protobuf(text)).toThrow(`not of its Protobuf schema: ${problem}`)
  })
})

describe('writing Avro by its schema', () => {
  it.each([
    ['{"id":12,"lines":[]}', 'field id: 12 is no string'],
    ['{"id":"a","lines":[{"price":1},{"price":"x"}]}', 'field lines[1].price: "x" is no double'],
    ['{"lines":[]}', 'field id is missing'],
  ])('names the field that does not fit: %s', (text, problem) => {
    expect(() => schemas.encoder('Order')?.(text)).toThrow(`not of its Avro schema: ${problem}`)
  })
})

describe('writing by a registry', () => {
  const answers: Record<string, unknown> = {
    '/subjects': ['orders-value', 'a/b'],
    '/subjects/orders-value/versions/latest': {
      id: 7,
      schemaType: 'PROTOBUF',
      schema: proto.replace('message Line', 'message Line '),
    },
    '/subjects/a%2Fb/versions/latest': { id: 8, schema: avro },
    '/schemas/ids/7': { schemaType: 'PROTOBUF', schema: proto },
    '/schemas/ids/8': { schema: avro },
  }
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    response.statusCode = answer === undefined ? 404 : 200
    response.end(JSON.stringify(answer ?? {}))
  })
  let registry = { url: '', username: null, password: null }
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    registry = { ...registry, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  })
  afterAll(() => new Promise(resolve => server.close(resolve)))

  const write = async (subject: string, text: string) => {
    const part = { encoding: 'registry', text, subject } as const
    return (await partEncoders([part, null], { local: schemas, registry })).registered(subject)?.(text) as Uint8Array
  }
  const read = async (bytes: Uint8Array) => {
    const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto', schemas: registrySchemas(registry) })
    await decoding.prepare([bytes])
    return decoding.compact('value', bytes)
  }

  it('puts the id of the newest schema of the subject in front, and a reader understands it', async () => {
    expect(await registrySubjects(registry)).toEqual(['a/b', 'orders-value'])
    const order = await write('a/b', '{"id":"A","lines":[{"price":1.5}]}')
    expect([...order.subarray(0, 5)]).toEqual([0, 0, 0, 0, 8])
    expect(await read(order)).toBe('{"id":"A","lines":[{"price":1.5}],"note":null}')
    const line = await write('orders-value', '{"sku":"K","count":2}')
    expect([...line.subarray(0, 6)]).toEqual([0, 0, 0, 0, 7, 0])
    expect(await read(line)).toBe('{"sku":"K","count":2}')
  })

  it('says what is missing: the subject, the registry, the fit', async () => {
    await expect(write('gone', '{}')).rejects.toThrow('the schema of subject "gone" cannot be had: the registry answers 404')
    const part = { encoding: 'registry', text: '{}', subject: 'x' } as const
    await expect(partEncoders([part], { local: undefined, registry: null })).rejects.toThrow(
      'the connection has no schema registry',
    )
    await expect(write('a/b', '{"id":1}')).rejects.toThrow('field id: 1 is no string')
  })
})
