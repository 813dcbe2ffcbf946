import type { Decoder } from './decoder.ts'
import { avroType, readAvro } from './avro.ts'
import { DecodeError } from './decoder.ts'
import { hex } from './binary.ts'
import { json } from './json.ts'
import { messageAt, protobufRoot, readProtobuf } from './protobuf-typed.ts'
import { WireCursor } from './protobuf-tree.ts'
import { structuredDecoder } from './structured.ts'

/** A schema as a registry gives it. */
export interface RegisteredSchema {
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly schema: string
}

/** Schemas that were loaded, by their registry's ids. */
export interface Schemas {
  /** Undefined: not loaded; an Error says why it cannot be. */
  get(id: number): RegisteredSchema | Error | undefined
  /** Loads what is missing; never rejects. */
  load(ids: Iterable<number>): Promise<void>
}

const framingBytes = 5

/** The schema id in front of a value in the Confluent wire format (a zero byte, four bytes of id), if it can be one. */
export function framedSchemaId(bytes: Uint8Array): number | undefined {
  if (bytes.length < framingBytes || bytes[0] !== 0) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(1)
}

const decoders = new WeakMap<RegisteredSchema, Decoder>()

/** Decoder of values framed with this schema. */
export function framedDecoder(id: number, found: RegisteredSchema | Error): Decoder {
  if (found instanceof Error)
    return { ...hex, recognise: () => `framed with schema ${id}, which could not be had: ${found.message}` }
  const known = decoders.get(found)
  if (known !== undefined) return known
  const made = newFramedDecoder(id, found)
  decoders.set(found, made)
  return made
}

function newFramedDecoder(id: number, { type, schema }: RegisteredSchema): Decoder {
  if (type === 'JSON') {
    const inner = (bytes: Uint8Array) => bytes.subarray(framingBytes)
    return {
      ...json,
      recognise: bytes => (framedSchemaId(bytes) === id ? `JSON framed with schema ${id} of the registry` : undefined),
      decode: bytes => json.decode(inner(bytes)),
      preview: (bytes, isWhole) => json.preview(inner(bytes), isWhole),
    }
  }
  const read = type === 'AVRO' ? avroReader(schema) : protobufReader(schema)
  return structuredDecoder({
    name: type === 'AVRO' ? 'avro' : 'protobuf',
    recognise: bytes =>
      framedSchemaId(bytes) === id
        ? `${type === 'AVRO' ? 'Avro' : 'Protobuf'} framed with schema ${id} of the registry`
        : undefined,
    read(bytes) {
      if (framedSchemaId(bytes) !== id) throw new DecodeError(`not framed with schema ${id}`)
      return read(bytes.subarray(framingBytes))
    },
  })
}

function avroReader(schema: string): (bytes: Uint8Array) => string {
  const type = avroType(JSON.parse(schema))
  return bytes => readAvro(type, bytes)
}

/** Behind the id stand the indexes that lead to the message: a count and as many numbers, all zigzag; a single zero means `[0]`. */
function protobufReader(schema: string): (bytes: Uint8Array) => string {
  const root = protobufRoot(schema)
  return bytes => {
    const cursor = new WireCursor(bytes)
    const zigzag = () => {
      const number = cursor.varint()
      return Number((number >> 1n) ^ -(number & 1n))
    }
    const count = zigzag()
    if (count < 0 || count > 100) throw new DecodeError('no message index')
    const path = count === 0 ? [0] : Array.from({ length: count }, zigzag)
    return readProtobuf(messageAt(root, path), cursor.rest())
  }
}
