import { createRequire } from 'node:module'
import { inflateRawSync } from 'node:zlib'
import type { Type } from 'avsc'
import { DecodeError } from './decoder.ts'
import { nextAvroPlace } from './places/avro-places.ts'
import { ByteReader } from './places/byte-reader.ts'
import { leaf } from './places/place-node.ts'
import type { PlaceNode } from './places/place-node.ts'
import { structuredDecoder } from './structured.ts'
import { valueText } from './value-text.ts'

// Not named `require`: the build declares that name itself.
const load = createRequire(import.meta.url)
const magic = [0x4f, 0x62, 0x6a, 0x01]
const syncBytes = 16
const inflatedBytesMax = 134_217_728
const recordsMax = 100_000

interface Avsc {
  readonly Type: { forSchema(schema: unknown, options?: object): Type }
  readonly types: { readonly LongType: { __with(methods: object): Type } }
}

let library: Avsc | undefined
/** Loaded with the first Avro value: it is the largest of the decoders' libraries. */
const avsc = (): Avsc => (library ??= load('avsc') as Avsc)

/** `registry`: types that the schema may name; its own are added. Throws DecodeError for a schema that is none. Longs become bigints, so that none of their digits is lost. */
export function avroType(schema: unknown, registry: Record<string, Type> = {}): Type {
  const { Type, types } = avsc()
  const long = types.LongType.__with({
    fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64LE(value)
      return bytes
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: (left: bigint, right: bigint) => (left === right ? 0 : left < right ? -1 : 1),
  })
  try {
    registry['long'] ??= long
    return Type.forSchema(schema, { registry })
  } catch (error) {
    throw new DecodeError(`not an Avro schema: ${(error as Error).message}`)
  }
}

/** JSON without layout. Throws DecodeError. */
export function readAvro(type: Type, bytes: Uint8Array): string {
  try {
    return valueText(type.fromBuffer(asBuffer(bytes)))
  } catch (error) {
    throw new DecodeError(`not of its Avro schema: ${(error as Error).message}`)
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** Files of records with their schema in front (`Obj` and 1), as some producers send them. */
export const avroContainer = structuredDecoder({
  name: 'avro',
  recognise: bytes => (magic.every((byte, at) => bytes[at] === byte) ? 'Avro container: begins with Obj' : undefined),
  read(bytes) {
    if (!magic.every((byte, at) => bytes[at] === byte))
      throw new DecodeError('no Avro container, and no schema is known for the bytes')
    const records = containerRecords(asBuffer(bytes))
    return records.length === 1 ? (records[0] as string) : `[${records.join(',')}]`
  },
  places: containerPlaces,
})

interface Block {
  readonly type: Type
  readonly codec: string
  readonly count: number
  readonly from: number
  readonly to: number
}

function* containerBlocks(bytes: Buffer): Generator<Block> {
  const { Type } = avsc()
  const header = Type.forSchema({ type: 'map', values: 'bytes' }).decode(bytes, magic.length) as {
    value: Record<string, Buffer>
    offset: number
  }
  if (header.offset < 0) throw new DecodeError('the header is cut off')
  const type = avroType(JSON.parse(String(header.value['avro.schema'])))
  const codec = String(header.value['avro.codec'] ?? 'null')
  const long = Type.forSchema('long')
  let at = header.offset + syncBytes
  let records = 0
  while (at < bytes.length) {
    const count = long.decode(bytes, at) as { value: number; offset: number }
    const size = long.decode(bytes, count.offset) as { value: number; offset: number }
    const to = size.offset + size.value
    if (count.offset < 0 || size.offset < 0 || size.value < 0 || to > bytes.length) throw new DecodeError('a block is cut off')
    records += count.value
    if (records > recordsMax) throw new DecodeError(`more than ${recordsMax} records in one value`)
    yield { type, codec, count: count.value, from: size.offset, to }
    at = to + syncBytes
  }
}

function containerRecords(bytes: Buffer): string[] {
  const records: string[] = []
  for (const { type, codec, count, from, to } of containerBlocks(bytes)) {
    const block = unpacked(codec, bytes.subarray(from, to))
    for (let index = 0, at = 0; index < count; index += 1) {
      const record = type.decode(block, at) as { value: unknown; offset: number }
      if (record.offset < 0) throw new DecodeError('a record is cut off')
      records.push(valueText(record.value))
      at = record.offset
    }
  }
  return records
}

/** Packed blocks have no bytes of single fields. */
function containerPlaces(bytes: Uint8Array): PlaceNode | undefined {
  const records: PlaceNode[] = []
  for (const { type, codec, count, from, to } of containerBlocks(asBuffer(bytes))) {
    if (codec !== 'null') return undefined
    const reader = new ByteReader(bytes.subarray(0, to), from)
    for (let index = 0; index < count; index += 1) records.push(nextAvroPlace(type, reader))
  }
  return records.length === 1 ? records[0] : { ...leaf(0, bytes.length), elements: records }
}

function unpacked(codec: string, block: Buffer): Buffer {
  if (codec === 'null') return block
  if (codec === 'deflate') return inflateRawSync(block, { maxOutputLength: inflatedBytesMax })
  throw new DecodeError(`blocks packed with ${codec} are not read`)
}
