import { createRequire } from 'node:module'
import type { AnyNestedObject, Enum, Field, Root, Type } from 'protobufjs'
import { DecodeError } from './decoder.ts'
import { WireCursor } from './protobuf-wire.ts'
import { valueText } from './value-text.ts'

// Not named `require`: the build declares that name itself.
const load = createRequire(import.meta.url)
const depthMax = 100

interface Protobuf {
  readonly Root: new () => Root
  readonly common: { get(path: string): { readonly nested?: Record<string, AnyNestedObject> } | null }
  parse(source: string, options?: object): { readonly root: Root }
  parse(source: string, root: Root, options?: object): { readonly root: Root; readonly imports?: readonly string[] }
}
let library: Protobuf | undefined
const protobuf = (): Protobuf => (library ??= load('protobufjs') as Protobuf)

/**
 * The messages of a schema of a registry by their indexes in its own file, which may import the files in front of it. Throws DecodeError.
 */
export function registeredMessages(
  source: string,
  references: readonly { readonly schema: string }[],
): (path: readonly number[]) => Type {
  // Alone it says which messages are its own; with the others, what their fields are.
  const own = aloneRoot(source)
  const root = protobufRootOf([...references.map(it => it.schema), source], true)
  return path => root.lookupType(messageAt(own, path).fullName)
}

function aloneRoot(source: string): Root {
  const library = protobuf()
  const root = new library.Root()
  try {
    library.parse(source, root, { keepCase: true })
    return root
  } catch (error) {
    throw new DecodeError(`not a Protobuf schema: ${(error as Error).message}`)
  }
}

/**
 * The messages of several files that may import each other, or some of Google's. Without `resolve`, only names are known. Only the
 * library's parser is used: messages are read here, so that no code is made from a schema. Throws DecodeError.
 */
export function protobufRootOf(sources: readonly string[], resolve: boolean): Root {
  const library = protobuf()
  const root = new library.Root()
  const added = new Set<string>()
  try {
    for (const source of sources)
      for (const path of library.parse(source, root, { keepCase: true }).imports ?? []) {
        if (!added.has(path)) addCommon(root, path)
        added.add(path)
      }
    if (resolve) root.resolveAll()
    return root
  } catch (error) {
    throw new DecodeError(`not a Protobuf schema: ${(error as Error).message}`)
  }
}

function addCommon(root: Root, path: string): void {
  const known = protobuf().common.get(path)
  if (known?.nested !== undefined) root.addJSON(known.nested)
}

/** Full names, those of the outermost first. */
export function messagesIn(root: Root): string[] {
  const names: string[] = []
  const walk = (scope: { readonly nestedArray?: readonly unknown[] }) => {
    for (const nested of scope.nestedArray ?? []) {
      const it = nested as { readonly fullName: string; readonly nestedArray?: readonly unknown[] }
      const isOfGoogle = it.fullName === '.google'
      if ('fieldsArray' in it) names.push(it.fullName.replace(/^\./, ''))
      if (!isOfGoogle) walk(it)
    }
  }
  walk(root)
  return names
}

/** The message that a path of indexes names, as the Confluent wire format writes it: `[0]` is the first of the file. */
function messageAt(root: Root, path: readonly number[]): Type {
  let scope: { readonly nestedArray?: readonly unknown[] } = fileScope(root)
  for (const index of path) {
    const messages: readonly unknown[] = (scope.nestedArray ?? []).filter(it => 'fieldsArray' in (it as object))
    const next = messages[index]
    if (next === undefined) throw new DecodeError(`the schema has no message at ${path.join('.')}`)
    scope = next as Type
  }
  return scope as Type
}

/** Packages are scopes around the messages. */
function fileScope(root: Root): { readonly nestedArray?: readonly unknown[] } {
  let scope = root as unknown as { readonly nestedArray: readonly { nestedArray?: readonly unknown[] }[] }
  while (
    scope.nestedArray.length === 1 &&
    !('fieldsArray' in (scope.nestedArray[0] as object)) &&
    !('values' in (scope.nestedArray[0] as object))
  )
    scope = scope.nestedArray[0] as typeof scope
  return scope
}

/** JSON without layout, fields by their names; unknown fields by their numbers. Throws DecodeError. */
export const readProtobuf = (type: Type, bytes: Uint8Array): string => valueText(readMessage(type, bytes, 0))

function readMessage(type: Type, bytes: Uint8Array, depth: number): Map<string, unknown> {
  if (depth > depthMax) throw new DecodeError('nested too deep')
  const cursor = new WireCursor(bytes)
  const fields = new Map<string, unknown>()
  while (!cursor.isAtEnd()) {
    const tag = cursor.varint()
    const wireType = Number(tag & 7n)
    const field = type.fieldsById[Number(tag >> 3n)]
    if (field === undefined) fields.set(String(tag >> 3n), rawValue(cursor, wireType))
    else if (keyTypeOf(field) !== undefined) putEntry(fields, field, cursor.bytes(cursor.varint()), depth)
    else if (field.repeated) putRepeated(fields, field, cursor, { wireType, depth })
    else fields.set(field.name, readValue(field, cursor, { wireType, depth }))
  }
  return fields
}

/** Of a map; undefined for other fields. */
export const keyTypeOf = (field: Field): string | undefined => (field as { readonly keyType?: string }).keyType

interface At {
  readonly wireType: number
  readonly depth: number
}

function putRepeated(fields: Map<string, unknown>, field: Field, cursor: WireCursor, at: At): void {
  const list = (fields.get(field.name) ?? []) as unknown[]
  fields.set(field.name, list)
  const isPacked = at.wireType === 2 && wireTypeOf(field) !== 2
  if (!isPacked) {
    list.push(readValue(field, cursor, at))
    return
  }
  const packed = new WireCursor(cursor.bytes(cursor.varint()))
  while (!packed.isAtEnd()) list.push(readValue(field, packed, { ...at, wireType: wireTypeOf(field) }))
}

function putEntry(fields: Map<string, unknown>, field: Field, bytes: Uint8Array, depth: number): void {
  const entries = (fields.get(field.name) ?? new Map()) as Map<unknown, unknown>
  fields.set(field.name, entries)
  const cursor = new WireCursor(bytes)
  let key: unknown = ''
  let value: unknown = null
  while (!cursor.isAtEnd()) {
    const tag = cursor.varint()
    const at = { wireType: Number(tag & 7n), depth }
    if (tag >> 3n === 1n) key = readScalar(keyTypeOf(field) ?? 'string', cursor, at)
    else value = readValue(field, cursor, at)
  }
  entries.set(typeof key === 'bigint' ? String(key) : key, value)
}

function readValue(field: Field, cursor: WireCursor, at: At): unknown {
  const resolved = field.resolvedType
  if (resolved === null) return readScalar(field.type, cursor, at)
  if ('values' in resolved) {
    const number = Number(BigInt.asIntN(32, cursor.varint()))
    return (resolved as Enum).valuesById[number] ?? number
  }
  return readMessage(resolved, cursor.bytes(cursor.varint()), at.depth + 1)
}

const utf8 = new TextDecoder('utf-8')

function readScalar(type: string, cursor: WireCursor, at: At): unknown {
  switch (type) {
    case 'double':
      return cursor.fixed(8).getFloat64(0, true)
    case 'float':
      return cursor.fixed(4).getFloat32(0, true)
    case 'int32':
    case 'int64':
      return BigInt.asIntN(type === 'int32' ? 32 : 64, cursor.varint())
    case 'uint32':
    case 'uint64':
      return BigInt.asUintN(type === 'uint32' ? 32 : 64, cursor.varint())
    case 'sint32':
    case 'sint64': {
      const zigzag = cursor.varint()
      return (zigzag >> 1n) ^ -(zigzag & 1n)
    }
    case 'fixed32':
      return cursor.fixed(4).getUint32(0, true)
    case 'sfixed32':
      return cursor.fixed(4).getInt32(0, true)
    case 'fixed64':
      return cursor.fixed(8).getBigUint64(0, true)
    case 'sfixed64':
      return cursor.fixed(8).getBigInt64(0, true)
    case 'bool':
      return cursor.varint() !== 0n
    case 'string':
      return utf8.decode(cursor.bytes(cursor.varint()))
    case 'bytes':
      return cursor.bytes(cursor.varint())
    default:
      return rawValue(cursor, at.wireType)
  }
}

function rawValue(cursor: WireCursor, wireType: number): unknown {
  if (wireType === 0) return cursor.varint()
  if (wireType === 1) return cursor.fixed(8).getBigUint64(0, true)
  if (wireType === 5) return cursor.fixed(4).getUint32(0, true)
  if (wireType === 2) return cursor.bytes(cursor.varint())
  throw new DecodeError(`wire type ${wireType}`)
}

export function wireTypeOf(field: Field): number {
  if (field.resolvedType !== null) return 'values' in field.resolvedType ? 0 : 2
  if (['double', 'fixed64', 'sfixed64'].includes(field.type)) return 1
  if (['float', 'fixed32', 'sfixed32'].includes(field.type)) return 5
  return ['string', 'bytes'].includes(field.type) ? 2 : 0
}
