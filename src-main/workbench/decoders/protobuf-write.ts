import type { Enum, Field, Type } from 'protobufjs'
import { DecodeError } from './decoder.ts'
import { parseExactly } from './exact-json.ts'
import { keyTypeOf, wireTypeOf } from './protobuf-typed.ts'

const depthMax = 100

/** Bytes of JSON as the decoder writes it: fields by their names, 64-bit numbers with all digits, bytes as `"0x…"`. Throws DecodeError that names the field. */
export function writeProtobuf(type: Type, text: string): Uint8Array {
  const out = new WireWriter()
  writeMessage(out, type, parseExactly(text), { path: '', depth: 0 })
  return out.finish()
}

interface Where {
  readonly path: string
  readonly depth: number
}

const fail = (path: string, problem: string): never => {
  throw new DecodeError(
    path === '' ? `not of its Protobuf schema: ${problem}` : `not of its Protobuf schema: field ${path}: ${problem}`,
  )
}

function writeMessage(out: WireWriter, type: Type, value: unknown, { path, depth }: Where): void {
  if (depth > depthMax) fail(path, 'nested too deep')
  if (!isObject(value)) return fail(path, `${shown(value)} is no object`)
  for (const [name, of] of Object.entries(value)) {
    const field = type.fields[name] ?? type.fieldsArray.find(it => lowerCamel(it.name) === name)
    const at = path === '' ? name : `${path}.${name}`
    if (field === undefined) return fail(at, `${type.name} has no such field`)
    if (of === null || of === undefined) continue
    if (keyTypeOf(field) !== undefined) writeEntries(out, field, of, { path: at, depth })
    else if (field.repeated) writeList(out, field, of, { path: at, depth })
    else writeField(out, field, of, { path: at, depth })
  }
}

/** Protobuf's own JSON names fields so. */
const lowerCamel = (name: string): string => name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())

function writeList(out: WireWriter, field: Field, value: unknown, { path, depth }: Where): void {
  if (!Array.isArray(value)) return fail(path, `${shown(value)} is no list`)
  for (const [index, element] of value.entries()) writeField(out, field, element, { path: `${path}[${index}]`, depth })
}

function writeEntries(out: WireWriter, field: Field, value: unknown, { path, depth }: Where): void {
  if (!isObject(value)) return fail(path, `${shown(value)} is no object`)
  const keyType = keyTypeOf(field) ?? 'string'
  for (const [key, of] of Object.entries(value)) {
    const entry = new WireWriter()
    const at = { path: `${path}[${JSON.stringify(key)}]`, depth }
    entry.tag(1, scalarWireType(keyType))
    writeScalar(entry, keyType, mapKey(keyType, key), at)
    writeField(entry, { ...plain(field), id: 2 } as Field, of, at)
    out.tag(field.id, 2)
    out.bytes(entry.finish())
  }
}

const plain = ({ name, type, resolvedType }: Field) => ({ name, type, resolvedType, repeated: false })

function mapKey(type: string, key: string): unknown {
  if (type === 'string') return key
  if (type === 'bool') return key === 'true' ? true : key === 'false' ? false : key
  return /^-?\d+$/.test(key) ? BigInt(key) : key
}

function writeField(out: WireWriter, field: Field, value: unknown, at: Where): void {
  const { resolvedType } = field
  out.tag(field.id, wireTypeOf(field))
  if (resolvedType === null) writeScalar(out, field.type, value, at)
  else if ('values' in resolvedType) out.varint(BigInt.asUintN(64, BigInt(enumNumber(resolvedType as Enum, value, at.path))))
  else {
    const inner = new WireWriter()
    writeMessage(inner, resolvedType, value, { path: at.path, depth: at.depth + 1 })
    out.bytes(inner.finish())
  }
}

function enumNumber({ values, name }: Enum, value: unknown, path: string): number {
  const number = typeof value === 'string' ? values[value] : value
  if (typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 2 ** 31) return number
  return fail(path, `${shown(value)} is no value of ${name}: ${Object.keys(values).slice(0, 10).join(', ')}`)
}

function writeScalar(out: WireWriter, type: string, value: unknown, { path }: Where): void {
  switch (type) {
    case 'double':
    case 'float':
      return out.float(floatOf(value, path), type === 'float' ? 4 : 8)
    case 'bool':
      if (typeof value !== 'boolean') return fail(path, `${shown(value)} is neither true nor false`)
      return out.varint(value ? 1n : 0n)
    case 'string':
      if (typeof value !== 'string') return fail(path, `${shown(value)} is no text`)
      return out.bytes(new TextEncoder().encode(value))
    case 'bytes':
      if (typeof value !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(value))
        return fail(path, `${shown(value)} is not bytes: "0x…" is`)
      return out.bytes(Buffer.from(value.slice(2), 'hex'))
    default:
      return writeInteger(out, type, integerOf(type, value, path))
  }
}

function writeInteger(out: WireWriter, type: string, value: bigint): void {
  if (type.includes('fixed')) out.fixed(value, type.endsWith('32') ? 4 : 8)
  else if (type.startsWith('sint')) out.varint(value < 0n ? -value * 2n - 1n : value * 2n)
  else out.varint(BigInt.asUintN(64, value))
}

const scalarWireType = (type: string): number =>
  ['double', 'fixed64', 'sfixed64'].includes(type)
    ? 1
    : ['float', 'fixed32', 'sfixed32'].includes(type)
      ? 5
      : type === 'string' || type === 'bytes'
        ? 2
        : 0

function integerOf(type: string, value: unknown, path: string): bigint {
  const isDigits = typeof value === 'string' && /^-?\d{1,20}$/.test(value)
  const isWhole = typeof value === 'bigint' || isDigits || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!isWhole) return fail(path, `${shown(value)} is no whole number`)
  const number = BigInt(value as bigint | number | string)
  const bits = type.endsWith('32') ? 32 : 64
  const isUnsigned = type.startsWith('u') || type.startsWith('fixed')
  const fits = isUnsigned ? BigInt.asUintN(bits, number) === number : BigInt.asIntN(bits, number) === number
  return fits ? number : fail(path, `${number} does not fit into ${type}`)
}

function floatOf(value: unknown, path: string): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  return fail(path, `${shown(value)} is no number`)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function shown(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Protobuf's wire primitives, the other way round. */
class WireWriter {
  readonly #parts: Uint8Array[] = []

  tag(number: number, wireType: number): void {
    this.varint((BigInt(number) << 3n) | BigInt(wireType))
  }

  varint(value: bigint): void {
    const bytes: number[] = []
    let rest = value
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
    this.#parts.push(Uint8Array.from([...bytes, Number(rest)]))
  }

  fixed(value: bigint, size: 4 | 8): void {
    const bytes = new Uint8Array(size)
    const view = new DataView(bytes.buffer)
    if (size === 4) view.setUint32(0, Number(BigInt.asUintN(32, value)), true)
    else view.setBigUint64(0, BigInt.asUintN(64, value), true)
    this.#parts.push(bytes)
  }

  float(value: number, size: 4 | 8): void {
    const bytes = new Uint8Array(size)
    const view = new DataView(bytes.buffer)
    if (size === 4) view.setFloat32(0, value, true)
    else view.setFloat64(0, value, true)
    this.#parts.push(bytes)
  }

  bytes(value: Uint8Array): void {
    this.varint(BigInt(value.length))
    this.#parts.push(value)
  }

  finish(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#parts))
  }
}
