import type { Field, Type } from 'protobufjs'
import { DecodeError } from '../decoder.ts'
import { guess } from '../protobuf-wire.ts'
import { keyTypeOf, wireTypeOf } from '../protobuf-typed.ts'
import { ByteReader } from './byte-reader.ts'
import { leaf, named } from './place-node.ts'
import type { PlaceNode } from './place-node.ts'

const depthMax = 100

/** A field and all that came under its number; the tag belongs to it. With a schema names, else numbers. Throws DecodeError. */
export const protobufPlaces = (bytes: Uint8Array, type?: Type, from = 0): PlaceNode =>
  readMessage(new ByteReader(bytes, from), { type, to: bytes.length, depth: 0 })

interface Message {
  readonly type: Type | undefined
  readonly to: number
  readonly depth: number
}

type Seen = Map<string, { readonly field: Field | undefined; readonly places: PlaceNode[] }>

function readMessage(reader: ByteReader, { type, to, depth }: Message): PlaceNode {
  if (depth > depthMax) throw new DecodeError('nested too deep')
  const from = reader.at
  const seen: Seen = new Map()
  while (reader.at < to) {
    const tagFrom = reader.at
    const tag = reader.varint()
    const field = type?.fieldsById[Number(tag >> 3n)]
    const name = field?.name ?? String(tag >> 3n)
    const known = seen.get(name) ?? { field, places: [] }
    seen.set(name, known)
    known.places.push(...valuePlaces(reader, { tagFrom, wireType: Number(tag & 7n), field, isTyped: type !== undefined, depth }))
  }
  if (reader.at !== to) throw new DecodeError('cut off')
  const members = new Map([...seen].flatMap(([name, { field, places }]) => memberOf(name, field, places)))
  return { ...leaf(from, to), members }
}

interface ValueAt {
  readonly tagFrom: number
  readonly wireType: number
  readonly field: Field | undefined
  readonly isTyped: boolean
  readonly depth: number
}

function valuePlaces(reader: ByteReader, at: ValueAt): PlaceNode[] {
  const { tagFrom, wireType, field } = at
  const lengthFrom = reader.at
  if (wireType !== 2) {
    skipPlain(reader, wireType)
    return [named(tagFrom, leaf(lengthFrom, reader.at))]
  }
  const length = Number(reader.varint())
  const from = reader.at
  reader.skip(length)
  const to = reader.at
  if (field !== undefined && field.repeated && wireTypeOf(field) !== 2 && keyTypeOf(field) === undefined)
    return packed(reader.bytes, { from, to, wireType: wireTypeOf(field) })
  const inner = innerMessage(reader.bytes, { ...at, from, to })
  return [named(tagFrom, inner ?? leaf(from, to))]
}

function skipPlain(reader: ByteReader, wireType: number): void {
  if (wireType === 0) reader.varint()
  else if (wireType === 1) reader.skip(8)
  else if (wireType === 5) reader.skip(4)
  else throw new DecodeError(`wire type ${wireType}`)
}

function packed(bytes: Uint8Array, at: { readonly from: number; readonly to: number; readonly wireType: number }): PlaceNode[] {
  const reader = new ByteReader(bytes.subarray(0, at.to), at.from)
  const places: PlaceNode[] = []
  while (!reader.isAtEnd()) {
    const from = reader.at
    skipPlain(reader, at.wireType)
    places.push(leaf(from, reader.at))
  }
  return places
}

/** By its schema, or by what the decoder without one takes it for; an unknown field of a schema stays bytes. */
function innerMessage(bytes: Uint8Array, at: ValueAt & { readonly from: number; readonly to: number }): PlaceNode | undefined {
  const { field, isTyped, from, to, depth } = at
  const part = () => new ByteReader(bytes.subarray(0, to), from)
  if (field !== undefined && keyTypeOf(field) !== undefined) return mapEntry(part(), field, { to, depth })
  const resolved = field?.resolvedType ?? null
  if (resolved !== null && !('values' in resolved)) return readMessage(part(), { type: resolved, to, depth: depth + 1 })
  if (isTyped || !(guess(bytes.subarray(from, to), depth) instanceof Map)) return undefined
  return readMessage(part(), { type: undefined, to, depth: depth + 1 })
}

/** The key as its text, the value under it: what a map becomes when it is shown. */
function mapEntry(reader: ByteReader, field: Field, { to, depth }: { readonly to: number; readonly depth: number }): PlaceNode {
  const from = reader.at
  let name = ''
  let value: PlaceNode = leaf(from, to)
  while (reader.at < to) {
    const tag = reader.varint()
    const wireType = Number(tag & 7n)
    if (tag >> 3n !== 1n) {
      const [place] = valuePlaces(reader, { tagFrom: reader.at, wireType, field: valueField(field), isTyped: true, depth })
      value = place ?? value
    } else if (wireType === 2) name = reader.text(Number(reader.varint()))
    else if (wireType === 0) name = keyText(keyTypeOf(field), reader.varint())
    else skipPlain(reader, wireType)
  }
  return { ...leaf(from, to), members: new Map([[name, { ...value, from, to: Math.max(to, value.to) }]]) }
}

/** The field without its being a map: its type is that of the values. */
const valueField = (field: Field): Field =>
  ({ name: field.name, type: field.type, resolvedType: field.resolvedType, repeated: false }) as Field

function keyText(type: string | undefined, value: bigint): string {
  if (type === 'bool') return String(value !== 0n)
  if (type === 'sint32' || type === 'sint64') return String((value >> 1n) ^ -(value & 1n))
  return String(type === 'int32' || type === 'int64' ? BigInt.asIntN(64, value) : value)
}

function memberOf(name: string, field: Field | undefined, places: readonly PlaceNode[]): [string, PlaceNode][] {
  const [first, last] = [places[0], places.at(-1)]
  if (first === undefined || last === undefined) return []
  const whole = { from: first.from, valueFrom: first.from, to: last.to }
  if (field !== undefined && keyTypeOf(field) !== undefined)
    return [[name, { ...whole, members: new Map(places.flatMap(place => [...(place.members ?? [])])) }]]
  // Without a schema, what came once is one value.
  const isList = field === undefined ? places.length > 1 : field.repeated
  return [[name, isList ? { ...whole, elements: places } : last]]
}
