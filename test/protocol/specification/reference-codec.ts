import { inRange, type SpecField, type SpecMessage } from './schema-files.ts'

/** A second, slow implementation of the encoding, straight from the schema files, to hold the real one against. */
export type Value = Record<string, unknown>

/** Chance from a seed, so that a failure can be repeated. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }
}

const fieldsOf = (message: SpecMessage, field: SpecField): readonly SpecField[] | undefined =>
  field.fields ?? message.structs.get(elementType(field.type))

const elementType = (type: string): string => (type.startsWith('[]') ? type.slice(2) : type)

/** Not a number to count with: all 64 bits matter. */
const isHash = (field: SpecField): boolean => field.type === 'int64' && field.name.endsWith('Hash')

/** What a reader sees of a field that is not there. */
export function defaultOf(message: SpecMessage, field: SpecField): unknown {
  if (field.default === 'null') return null
  if (field.type.startsWith('[]')) return []
  const inner = fieldsOf(message, field)
  if (inner !== undefined) return Object.fromEntries(inner.map(it => [it.name, defaultOf(message, it)]))
  switch (field.type) {
    case 'bool':
      return field.default?.toLowerCase() === 'true'
    case 'string':
      return field.default ?? ''
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAA'
    case 'bytes':
      return new Uint8Array(0)
    case 'records':
      return null
    case 'int64':
      if (isHash(field)) return 0n
      return field.default === '9223372036854775807' ? Number.POSITIVE_INFINITY : Number(field.default ?? 0)
    default:
      return Number(field.default ?? 0)
  }
}

const extremes: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
  int64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
}

function scalar(field: SpecField, type: string, chance: Chance): unknown {
  const [min, max] = extremes[type] ?? [0, 0]
  switch (type) {
    case 'bool':
      return chance.next() < 0.5
    case 'float64':
      return chance.oneOf([0, -1.5, 1e300, chance.next()])
    case 'string':
      return chance.oneOf(['', 'a', 'topic-1', 'größer ✓ 𝄞', 'x'.repeat(chance.below(300))])
    case 'uuid':
      return Buffer.from(bytesBy(chance, 16)).toString('base64url')
    case 'bytes':
      return bytesBy(chance, chance.below(40))
    case 'records': {
      const bytes = bytesBy(chance, chance.below(6000))
      return { chunks: [bytes], sizeBytes: bytes.length }
    }
    case 'int64':
      if (isHash(field)) return BigInt.asIntN(64, BigInt(`0x${Buffer.from(bytesBy(chance, 8)).toString('hex')}`))
      if (field.default === '9223372036854775807' && chance.next() < 0.3) return Number.POSITIVE_INFINITY
      return chance.oneOf([0, 1, -1, min, max, Math.floor((chance.next() - 0.5) * 2 ** 52)])
    default:
      return chance.oneOf([0, 1, min, max, min + chance.below(max - min)])
  }
}

const bytesBy = (chance: Chance, count: number): Uint8Array => Uint8Array.from({ length: count }, () => chance.below(256))

/** A value of the message as a reader of `version` sees it: absent fields have their defaults. */
export function valueBy(message: SpecMessage, fields: readonly SpecField[], version: number, chance: Chance): Value {
  return Object.fromEntries(fields.map(field => [field.name, fieldValue(message, field, version, chance)]))
}

function fieldValue(message: SpecMessage, field: SpecField, version: number, chance: Chance): unknown {
  if (!inRange(field.versions, version)) return defaultOf(message, field)
  if (inRange(field.taggedVersions, version) && chance.next() < 0.4) return defaultOf(message, field)
  if (inRange(field.nullableVersions, version) && chance.next() < 0.2) return null
  const inner = fieldsOf(message, field)
  const one = (): unknown =>
    inner === undefined ? scalar(field, elementType(field.type), chance) : valueBy(message, inner, version, chance)
  return field.type.startsWith('[]') ? Array.from({ length: chance.below(4) }, one) : one()
}

/** The bytes of a value in one version. */
export function encodeBy(message: SpecMessage, fields: readonly SpecField[], value: Value, version: number): Uint8Array {
  const out: number[] = []
  writeStruct(out, message, fields, value, version)
  return Uint8Array.from(out)
}

function writeStruct(out: number[], message: SpecMessage, fields: readonly SpecField[], value: Value, version: number): void {
  const flexible = inRange(message.flexibleVersions, version)
  const present = fields.filter(field => inRange(field.versions, version))
  for (const field of present) {
    if (!inRange(field.taggedVersions, version)) writeField(out, message, field, value[field.name], version, flexible)
  }
  if (!flexible) return
  const tagged = present
    .filter(field => inRange(field.taggedVersions, version))
    .filter(field => !same(value[field.name], defaultOf(message, field)))
    .sort((a, b) => (a.tag as number) - (b.tag as number))
  writeUnsigned(out, tagged.length)
  for (const field of tagged) {
    const payload: number[] = []
    writeField(payload, message, field, value[field.name], version, flexible)
    writeUnsigned(out, field.tag as number)
    writeUnsigned(out, payload.length)
    for (const byte of payload) out.push(byte)
  }
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(plain(a)) === JSON.stringify(plain(b))

/** A form that can be compared: byte fields as hex, records by content. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'bigint') return `int64 ${value}`
  if (value === Number.POSITIVE_INFINITY) return 'Infinity'
  if (Object.is(value, -0)) return 0
  if (value === null || typeof value !== 'object') return value
  if ('chunks' in value) return `records ${Buffer.concat((value as { chunks: Uint8Array[] }).chunks).toString('hex')}`
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, plain(it)]))
}

function writeField(
  out: number[],
  message: SpecMessage,
  field: SpecField,
  value: unknown,
  version: number,
  flexible: boolean,
): void {
  const inner = fieldsOf(message, field)
  const element = (into: number[], it: unknown): void => {
    if (inner === undefined) writeScalar(into, elementType(field.type), it, flexible)
    else writeStruct(into, message, inner, it as Value, version)
  }
  if (field.type.startsWith('[]')) {
    const items = value as readonly unknown[] | null
    if (flexible) writeUnsigned(out, items === null ? 0 : items.length + 1)
    else writeInteger(out, items === null ? -1n : BigInt(items.length), 4)
    for (const it of items ?? []) element(out, it)
  } else if (inner !== undefined && inRange(field.nullableVersions, version)) {
    // Seen in the logs of a real broker: a tagged field says null by an unsigned varint.
    out.push(value !== null ? 1 : inRange(field.taggedVersions, version) ? 0 : 255)
    if (value !== null) element(out, value)
  } else {
    element(out, value)
  }
}

const widths: Readonly<Record<string, number>> = { int8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, int64: 8 }

function writeScalar(out: number[], type: string, value: unknown, flexible: boolean): void {
  const width = widths[type]
  if (width !== undefined) {
    writeInteger(out, value === Number.POSITIVE_INFINITY ? 2n ** 63n - 1n : BigInt(value as number | bigint), width)
  } else if (type === 'bool') {
    out.push(value === true ? 1 : 0)
  } else if (type === 'float64') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value as number)
    out.push(...bytes)
  } else if (type === 'uuid') {
    out.push(...Buffer.from(value as string, 'base64url'))
  } else {
    writeBlock(out, blockOf(type, value), type === 'string' ? 2 : 4, flexible)
  }
}

function blockOf(type: string, value: unknown): Uint8Array | null {
  if (value === null) return null
  if (type === 'string') return Buffer.from(value as string, 'utf8')
  return type === 'bytes' ? (value as Uint8Array) : Buffer.concat((value as { chunks: Uint8Array[] }).chunks)
}

function writeBlock(out: number[], block: Uint8Array | null, prefixWidth: number, flexible: boolean): void {
  if (flexible) writeUnsigned(out, block === null ? 0 : block.length + 1)
  else writeInteger(out, block === null ? -1n : BigInt(block.length), prefixWidth)
  for (const byte of block ?? []) out.push(byte)
}

function writeInteger(out: number[], value: bigint, width: number): void {
  for (let i = width - 1; i >= 0; i--) out.push(Number((value >> BigInt(8 * i)) & 255n))
}

function writeUnsigned(out: number[], value: number): void {
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  out.push(rest)
}
