import type { Decoder } from './decoder.ts'
import { avroType, readAvro } from './avro.ts'
import { writeAvro } from './avro-write.ts'
import { DecodeError } from './decoder.ts'
import { hex } from './binary.ts'
import { json } from './json.ts'
import { writeProtobuf } from './protobuf-write.ts'
import { readProtobuf, registeredMessages } from './protobuf-typed.ts'
import type { ReferencedSchema } from './schema-references.ts'
import { WireCursor } from './protobuf-wire.ts'
import { avroPlaces } from './places/avro-places.ts'
import { moved } from './places/place-node.ts'
import type { PlaceNode } from './places/place-node.ts'
import { protobufPlaces } from './places/protobuf-places.ts'
import { structuredDecoder } from './structured.ts'

/** A schema as a registry gives it. */
export interface RegisteredSchema {
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly schema: string
  /** What it is built on, what is needed first in front. */
  readonly references: readonly ReferencedSchema[]
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

function newFramedDecoder(id: number, registered: RegisteredSchema): Decoder {
  const { type } = registered
  if (type === 'JSON') {
    const inner = (bytes: Uint8Array) => bytes.subarray(framingBytes)
    return {
      ...json,
      recognise: bytes => (framedSchemaId(bytes) === id ? `JSON framed with schema ${id} of the registry` : undefined),
      decode: bytes => json.decode(inner(bytes)),
      decodeStart: (bytes, charsMax) => json.decodeStart?.(inner(bytes), charsMax) ?? json.decode(inner(bytes)),
      places(bytes) {
        const places = json.places?.(inner(bytes))
        return places === undefined ? undefined : moved(places, framingBytes)
      },
      preview: (bytes, isWhole) => json.preview(inner(bytes), isWhole),
    }
  }
  const { read, places } = type === 'AVRO' ? avroReader(registered) : protobufReader(registered)
  return structuredDecoder({
    name: type === 'AVRO' ? 'avro' : 'protobuf',
    recognise: bytes =>
      framedSchemaId(bytes) === id
        ? `${type === 'AVRO' ? 'Avro' : 'Protobuf'} framed with schema ${id} of the registry`
        : undefined,
    read(bytes) {
      if (framedSchemaId(bytes) !== id) throw new DecodeError(`not framed with schema ${id}`)
      return read(bytes)
    },
    places,
  })
}

/** Of framed bytes. */
interface FramedReader {
  readonly read: (bytes: Uint8Array) => string
  readonly places: (bytes: Uint8Array) => PlaceNode
}

function avroReader(registered: RegisteredSchema): FramedReader {
  const type = registeredAvro(registered)
  return {
    read: bytes => readAvro(type, bytes.subarray(framingBytes)),
    places: bytes => avroPlaces(type, bytes, framingBytes),
  }
}

/** The types of what it refers to are known to it by their names. Throws DecodeError. */
function registeredAvro({ schema, references }: RegisteredSchema) {
  const types = {}
  for (const { name, schema: referenced } of references) {
    try {
      avroType(JSON.parse(referenced), types)
    } catch (error) {
      throw new DecodeError(`reference "${name}": ${(error as Error).message}`)
    }
  }
  return avroType(JSON.parse(schema), types)
}

/** Behind the id stand the indexes that lead to the message: a count and as many numbers, all zigzag; a single zero means `[0]`. */
function protobufReader({ schema, references }: RegisteredSchema): FramedReader {
  const messageAt = registeredMessages(schema, references)
  const messageIn = (bytes: Uint8Array) => {
    const cursor = new WireCursor(bytes.subarray(framingBytes))
    const zigzag = () => {
      const number = cursor.varint()
      return Number((number >> 1n) ^ -(number & 1n))
    }
    const count = zigzag()
    if (count < 0 || count > 100) throw new DecodeError('no message index')
    const path = count === 0 ? [0] : Array.from({ length: count }, zigzag)
    return { type: messageAt(path), rest: cursor.rest() }
  }
  return {
    read(bytes) {
      const { type, rest } = messageIn(bytes)
      return readProtobuf(type, rest)
    },
    places(bytes) {
      const { type, rest } = messageIn(bytes)
      return protobufPlaces(bytes, type, bytes.length - rest.length)
    },
  }
}

/** Makes bytes of JSON in the Confluent wire format; of a Protobuf file, its first message. Throws DecodeError. */
export function framedEncoder(id: number, registered: RegisteredSchema): (text: string) => Uint8Array {
  const { type, schema, references } = registered
  const front = new Uint8Array(framingBytes)
  new DataView(front.buffer).setUint32(1, id)
  const framed = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat([front, ...parts]))
  if (type === 'JSON') return text => framed(new TextEncoder().encode(text))
  if (type === 'AVRO') {
    const avro = registeredAvro(registered)
    return text => framed(writeAvro(avro, text))
  }
  const message = registeredMessages(schema, references)([0])
  // A single zero stands for the path to the first message.
  return text => framed(new Uint8Array(1), writeProtobuf(message, text))
}
