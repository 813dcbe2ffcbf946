import type { Type } from 'avsc'
import { DecodeError } from './decoder.ts'
import { parseExactly } from './exact-json.ts'

/** What the library keeps of its types, as far as values are made for them. */
interface TypeParts {
  readonly typeName: string
  readonly branchName?: string
  readonly fields: readonly { readonly name: string; readonly type: Type; defaultValue(): unknown }[]
  readonly itemsType: Type
  readonly valuesType: Type
  readonly types: readonly Type[]
}

/** Bytes of JSON as the decoder writes it: longs keep their digits, bytes are `"0x…"`. Throws DecodeError that says where it does not fit. */
export function writeAvro(type: Type, text: string): Uint8Array {
  try {
    const value = valueFor(type, parseExactly(text))
    const wrong = wrongField(type, value)
    if (wrong !== undefined) throw new Error(wrong)
    return Uint8Array.from(type.toBuffer(value))
  } catch (error) {
    throw new DecodeError(`not of its Avro schema: ${(error as Error).message}`)
  }
}

/** The first field that does not fit, in words; undefined when all do. */
function wrongField(type: Type, value: unknown): string | undefined {
  let wrong: string | undefined
  type.isValid(value, {
    errorHook(path, part, expected) {
      const name = path.map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('')
      const { typeName, branchName } = expected as unknown as TypeParts
      const wanted = (branchName ?? typeName).replace(/^(abstract|logical):/, '')
      wrong ??= part === undefined ? `field ${name} is missing` : `field ${name}: ${shown(part)} is no ${wanted}`
    },
  })
  return wrong
}

function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function valueFor(type: Type, json: unknown): unknown {
  const parts = type as unknown as TypeParts
  switch (parts.typeName) {
    case 'long':
    case 'abstract:long':
      return typeof json === 'number' && Number.isInteger(json) ? BigInt(json) : json
    case 'bytes':
    case 'fixed':
      return typeof json === 'string' && /^0x([0-9a-f]{2})*$/i.test(json) ? Buffer.from(json.slice(2), 'hex') : json
    case 'float':
    case 'double':
      return typeof json === 'bigint' ? Number(json) : json
    case 'array':
      return Array.isArray(json) ? json.map(it => valueFor(parts.itemsType, it)) : json
    case 'map':
      return isObject(json) ? mapped(json, value => valueFor(parts.valuesType, value)) : json
    case 'record':
      return isObject(json) ? recordFor(parts, json) : json
    case 'union:unwrapped':
    case 'union:wrapped':
      return unionFor(parts, json)
    default:
      return json
  }
}

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

const mapped = (json: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(json).map(([name, value]) => [name, change(value)]))

/** A name that the schema has not would be lost without a word. */
function recordFor({ fields }: TypeParts, json: Record<string, unknown>): Record<string, unknown> {
  const unknown = Object.keys(json).find(name => !fields.some(field => field.name === name))
  if (unknown !== undefined) throw new Error(`it has no field ${JSON.stringify(unknown)}`)
  return Object.fromEntries(
    fields.map(field => [field.name, field.name in json ? valueFor(field.type, json[field.name]) : field.defaultValue()]),
  )
}

/** The first branch that takes it; one may be named, as Avro's own JSON does: `{"long": 5}`. */
function unionFor({ types, typeName }: TypeParts, json: unknown): unknown {
  if (json === null) return null
  const names = isObject(json) ? Object.keys(json) : []
  for (const type of types) {
    const branch = (type as unknown as TypeParts).branchName ?? ''
    const isNamed = names.length === 1 && names[0] === branch
    const value = isNamed ? valueFor(type, (json as Record<string, unknown>)[branch]) : attempt(() => valueFor(type, json))
    if (value === undefined || !type.isValid(value)) continue
    return typeName === 'union:wrapped' ? { [branch]: value } : value
  }
  throw new Error(`no branch of ${types.map(it => (it as unknown as TypeParts).branchName).join(', ')} takes ${String(json)}`)
}

function attempt(make: () => unknown): unknown {
  try {
    return make()
  } catch {
    return undefined
  }
}
