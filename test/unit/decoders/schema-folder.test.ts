import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { avroFingerprint } from '../../../src-main/workbench/decoders/avro-fingerprint.ts'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { readSchemas } from '../../../src-main/workbench/decoders/local-schemas.ts'
import { openSchemaFolder } from '../../../src-main/workbench/decoders/schema-folder.ts'

const money = {
  path: 'money.avsc',
  text: '{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"cents","type":"long"}]}',
}
const payment = {
  path: 'a/payments-value.avsc',
  text: '{"type":"record","name":"Payment","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"sum","type":"Money"}]}',
}
const order = {
  path: 'orders.proto',
  text: 'syntax = "proto3"; package shop; import "line.proto"; import "google/protobuf/timestamp.proto";\nmessage Order { uint64 id = 1; Line line = 2; google.protobuf.Timestamp at = 3; message Inner { string x = 1; } }',
}
const line = { path: 'line.proto', text: 'syntax = "proto3"; package shop; message Line { string sku = 1; }' }

/** `{id: "A", sum: {cents: 2^53 + 1}}` in Avro: a text of one character, then a zigzag number of 64 bits. */
const paymentBytes = Uint8Array.from([2, 0x41, 0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20])
const paymentText = '{"id":"A","sum":{"cents":9007199254740993}}'
/** `id: 2^64 - 1`, `line { sku: "KB" }`, `at { seconds: 5 }`. */
const orderBytes = Uint8Array.from([8, ...Array.from({ length: 9 }, () => 0xff), 1, 0x12, 4, 0x0a, 2, 0x4b, 0x42, 0x1a, 2, 8, 5])
const orderText = '{"id":18446744073709551615,"line":{"sku":"KB"},"at":{"seconds":5}}'

const valueOf = (topic: string, bytes: Uint8Array, value: Parameters<typeof newDecoding>[0]['value'] = 'auto') =>
  newDecoding({ topic, key: 'auto', value, local: readSchemas([payment, money, order, line]) }).preview('value', bytes)

describe('schemas of a folder', () => {
  it('are known by name; files may name types of each other, whatever their order', () => {
    const { schemas, problems } = readSchemas([payment, money, order, line])
    expect(problems).toEqual([])
    expect(schemas.map(it => [it.name, it.type, it.topic, it.part])).toEqual([
      ['shop.Money', 'AVRO', 'money', 'value'],
      ['shop.Payment', 'AVRO', 'payments', 'value'],
      ['shop.Order', 'PROTOBUF', 'orders', 'value'],
      ['shop.Order.Inner', 'PROTOBUF', null, null],
      ['shop.Line', 'PROTOBUF', 'line', 'value'],
    ])
  })

  it('decode by their own name, and by that of the topic without being chosen; no digit is lost', () => {
    expect(valueOf('t', paymentBytes, 'schema:shop.Payment')).toMatchObject({ text: paymentText, decoder: 'avro' })
    expect(valueOf('payments', paymentBytes)).toMatchObject({ text: paymentText, reason: 'Avro by a/payments-value.avsc' })
    expect(valueOf('orders', orderBytes)).toMatchObject({ text: orderText, reason: 'Protobuf by orders.proto' })
    expect(valueOf('t', orderBytes, 'schema:shop.Order')).toMatchObject({ text: orderText })
    expect(valueOf('t', orderBytes, 'skip-2>schema:shop.Order').decoder).toBeDefined()
  })

  it('write what they read, with every digit; what does not fit is told', () => {
    const union = {
      path: 'u.avsc',
      text: '{"type":"record","name":"U","fields":[{"name":"a","type":["null","long","string"],"default":null},{"name":"b","type":{"type":"array","items":"bytes"},"default":[]},{"name":"m","type":{"type":"map","values":"double"}}]}',
    }
    const read = readSchemas([payment, money, union])
    expect(read.encoder('shop.Payment')?.(paymentText)).toEqual(paymentBytes)
    for (const text of [
      '{"a":9007199254740993,"b":["0x00ff"],"m":{"x":1.5}}',
      '{"a":"text","b":[],"m":{}}',
      '{"a":null,"b":[],"m":{"y":2}}',
    ]) {
      const decoding = newDecoding({ topic: 't', key: 'auto', value: 'schema:U', local: read })
      expect(decoding.compact('value', read.encoder('U')?.(text) ?? new Uint8Array(0))).toBe(text)
    }
    expect(read.encoder('U')?.('{"m":{}}')).toEqual(Uint8Array.of(0, 0, 0))
    expect(() => read.encoder('U')?.('{"m":{},"z":1}')).toThrow(/no field "z"/)
    expect(() => read.encoder('U')?.('{"a":true,"m":{}}')).toThrow(/no branch/)
    expect(() => read.encoder('shop.Money')?.('{"cents":1.5}')).toThrow(/Avro schema/)
    expect(read.encoder('gone')).toBeUndefined()
  })

  it('read what is framed for a registry that is not asked, and single objects by their fingerprint', () => {
    const framed = Uint8Array.from([0, 0, 0, 0, 7, ...paymentBytes])
    expect(valueOf('payments', framed)).toMatchObject({
      text: paymentText,
      reason: expect.stringContaining('5 bytes of framing') as string,
    })
    const canonical =
      '{"name":"shop.Payment","type":"record","fields":[{"name":"id","type":"string"},{"name":"sum","type":{"name":"shop.Money","type":"record","fields":[{"name":"cents","type":"long"}]}}]}'
    const head = new DataView(new ArrayBuffer(10))
    head.setUint16(0, 0xc301)
    head.setBigUint64(2, avroFingerprint(canonical), true)
    const single = Uint8Array.from([...new Uint8Array(head.buffer), ...paymentBytes])
    expect(valueOf('any', single)).toMatchObject({ text: paymentText, decoder: 'avro' })
  })

  it('fingerprints are those of the Avro specification', () => {
    expect(avroFingerprint('"int"').toString(16)).toBe('7275d51a3f395c8f')
    expect(avroFingerprint('"string"').toString(16)).toBe('8f014872634503c7')
  })

  it('that cannot be understood are problems, and do not stop the others; a name that is not there says so', () => {
    const read = readSchemas([
      money,
      { path: 'bad.avsc', text: '{' },
      { path: 'bad.proto', text: 'message {' },
      payment,
      { path: 'lost.avsc', text: '{"type":"record","name":"L","fields":[{"name":"x","type":"Nowhere"}]}' },
    ])
    expect(read.schemas.map(it => it.name)).toEqual(['shop.Money', 'shop.Payment'])
    expect(read.problems.map(it => it.file)).toEqual(['bad.avsc', 'lost.avsc', 'bad.proto'])
    const decoding = newDecoding({ topic: 't', key: 'auto', value: 'schema:gone', local: read })
    expect(decoding.whole('value', paymentBytes).failure).toBe('there is no schema gone in the schema folder')
    expect(decoding.preview('value', paymentBytes).decoder).toBe('hex')
  })

  it('of JSON files: Avro where they are, else a description of JSON', () => {
    const { schemas } = readSchemas([
      { ...money, path: 'm.json' },
      { path: 'profiles-key.json', text: '{"$id":"x","type":"object"}' },
    ])
    expect(schemas.map(it => [it.name, it.type, it.topic, it.part])).toEqual([
      ['shop.Money', 'AVRO', 'm', 'value'],
      ['profiles-key', 'JSON', 'profiles', 'key'],
    ])
  })
})

describe('the schema folder', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'brokerbench-unit-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is read anew when files come and change; an open decoding sees it; a problem is told once', async () => {
    mkdirSync(join(folder, 'a'))
    writeFileSync(join(folder, money.path), money.text)
    const told: string[] = []
    const store = openSchemaFolder(
      () => 1,
      file => told.push(file),
    )
    await store.use(folder)
    const decoding = newDecoding({ topic: 'payments', key: 'auto', value: 'auto', local: store.schemas })
    expect(decoding.preview('value', paymentBytes).decoder).not.toBe('avro')
    writeFileSync(join(folder, payment.path), payment.text)
    await expect.poll(() => store.view.value.schemas.map(it => it.file), { timeout: 10_000 }).toEqual([money.path, payment.path])
    expect(decoding.preview('value', paymentBytes).text).toBe(paymentText)
    writeFileSync(join(folder, payment.path), '{')
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([payment.path])
    writeFileSync(join(folder, 'other.txt'), '')
    rmSync(join(folder, money.path))
    await expect.poll(() => store.view.value.schemas, { timeout: 10_000 }).toEqual([])
    expect(told).toEqual([payment.path])
    store.close()
  })

  it('that is not there is a problem, not a failure', async () => {
    const store = openSchemaFolder(
      () => 1,
      () => undefined,
    )
    await store.use(join(folder, 'nowhere'))
    expect(store.view.value.problems[0]?.message).toContain('cannot be read')
    await store.use(null)
    expect(store.view.value).toMatchObject({ folder: null, problems: [] })
  })
})
