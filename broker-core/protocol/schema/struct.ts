import type { Reader } from '../../base/bytes/reader.ts'
import { WireFormatError } from '../../base/bytes/wire-format-error.ts'
import { Writer } from '../../base/bytes/writer.ts'
import type { AnyCodec, Codec, Layout, NullableCodec, Wire } from './wire.ts'

/** When and how a field is on the wire. */
export interface FieldOptions<T> {
  /** First version with the field. */
  readonly since?: number
  /** Last version with the field. */
  readonly until?: number
  /** What a reader sees without the field, and what a tagged field need not say. */
  readonly default?: T
  /** Number among the tagged fields; since `tagSince`, or always. */
  readonly tag?: number
  readonly tagSince?: number
  /** The field may be dropped silently when a version without it is written. Others are refused unless they have their default. */
  readonly ignorable?: boolean
}

export interface Field<T> extends FieldOptions<T> {
  readonly codec: Codec<T>
  readonly default: T
}

/** A codec alone is a field of all versions. */
export type Fields = Readonly<Record<string, AnyCodec | Field<unknown>>>

export type Shape<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Codec<infer T> ? T : F[K] extends Field<infer T> ? T : never
}

export function field<T>(codec: Codec<T>, options: FieldOptions<NoInfer<T>> = {}): Field<T> {
  return { default: codec.zero, ...options, codec }
}

/** What a struct carries that its schema does not know (WIRE-04), so that passing a message on loses nothing. */
export const unknownTags: unique symbol = Symbol('unknown tagged fields')

interface UnknownTag {
  readonly tag: number
  readonly bytes: Uint8Array
}

/** What codecs see of a struct's value: its type is known only outside. */
type Value = Record<string, unknown> & { [unknownTags]?: readonly UnknownTag[] }

/** Schema data of a struct, for tests that compare it with the specification. */
export interface StructCodec<T> extends NullableCodec<T> {
  readonly fields: Readonly<Record<string, Field<unknown>>>
}

export function struct<F extends Fields>(declared: F): StructCodec<Shape<F>> {
  const fields: Record<string, Field<unknown>> = {}
  for (const [name, given] of Object.entries(declared)) fields[name] = 'codec' in given ? given : field(given)
  const zero: Value = Object.fromEntries(Object.entries(fields).map(([name, it]) => [name, it.default]))
  const layouts: (Layout<Value> | undefined)[] = []
  const layout = (wire: Wire): Layout<Value> => {
    const index = wire.version * 2 + (wire.flexible ? 1 : 0)
    layouts[index] ??= structLayout(planOf(fields, wire), zero)
    return layouts[index]
  }
  const names = Object.keys(fields)
  const codecs = Object.values(fields).map(it => it.codec)
  // On the hot path: Fetch has such fields in every partition, nearly always with their defaults.
  const equals = (value: Value, fallback: Value): boolean => {
    if (value === fallback) return true
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string
      if (!(codecs[i] as AnyCodec).equals(value[name], fallback[name])) return false
    }
    return true
  }
  // From here on the value has its inferred type; inside, fields are looked up by name.
  return {
    fields,
    zero,
    layout,
    nullableLayout: (wire: Wire) => nullableStructLayout(layout(wire)),
    equals,
  } as unknown as StructCodec<Shape<F>>
}

interface TaggedField {
  readonly name: string
  readonly tag: number
  readonly layout: Layout<unknown>
  readonly field: Field<unknown>
}

/** A struct in one version. Parallel lists, because the loops over them are the hottest of the protocol. */
interface Plan {
  readonly flexible: boolean
  readonly names: readonly string[]
  readonly layouts: readonly Layout<unknown>[]
  /** Ascending. */
  readonly tagged: readonly TaggedField[]
  /** Fields that this version cannot carry and that must not be lost unnoticed. */
  readonly missing: readonly { readonly name: string; readonly field: Field<unknown> }[]
  readonly version: number
}

function planOf(fields: Readonly<Record<string, Field<unknown>>>, wire: Wire): Plan {
  const { version, flexible } = wire
  const all = Object.entries(fields).map(([name, it]) => ({ name, field: it, place: placeOf(it, version) }))
  const plain = all.filter(it => it.place === 'plain')
  const tagged = all
    .filter(it => it.place === 'tagged')
    .map(it => ({ name: it.name, tag: it.field.tag as number, layout: it.field.codec.layout(wire), field: it.field }))
  if (tagged.length > 0 && !flexible) throw new WireFormatError(`tagged fields in version ${version}, which is not flexible`)
  return {
    version,
    flexible,
    names: plain.map(it => it.name),
    layouts: plain.map(it => it.field.codec.layout(wire)),
    tagged: tagged.sort((a, b) => a.tag - b.tag),
    missing: all.filter(it => it.place === 'absent' && it.field.ignorable !== true),
  }
}

function placeOf(it: FieldOptions<unknown>, version: number): 'absent' | 'plain' | 'tagged' {
  if (version < (it.since ?? 0) || version > (it.until ?? Number.POSITIVE_INFINITY)) return 'absent'
  return it.tag !== undefined && version >= (it.tagSince ?? 0) ? 'tagged' : 'plain'
}

function structLayout(plan: Plan, zero: Value): Layout<Value> {
  const { names, layouts, flexible, missing } = plan
  const count = names.length
  return {
    sizeBytesMin: layouts.reduce((sum, layout) => sum + layout.sizeBytesMin, flexible ? 1 : 0),
    read: from => {
      const value: Value = { ...zero }
      for (let i = 0; i < count; i++) value[names[i] as string] = (layouts[i] as Layout<unknown>).read(from)
      if (flexible) readTagged(from, plan, value)
      return value
    },
    write: (to, value) => {
      if (missing.length > 0) refuseLoss(plan, value)
      for (let i = 0; i < count; i++) (layouts[i] as Layout<unknown>).write(to, value[names[i] as string])
      if (flexible) writeTagged(to, plan, value)
    },
  }
}

/** An int8 before the fields: -1 null, 1 present (WIRE-06). */
function nullableStructLayout(layout: Layout<Value>): Layout<Value | null> {
  return {
    sizeBytesMin: 1,
    read: from => (from.int8() < 0 ? null : layout.read(from)),
    write: (to, value) => {
      to.int8(value === null ? -1 : 1)
      if (value !== null) layout.write(to, value)
    },
  }
}

/**
 * A struct that may be null in a tagged field. There an unsigned varint says which, 0 null, 1 present, unlike the int8 of WIRE-06: so
 * Kafka writes it.
 */
export function nullableTagged<T>(codec: StructCodec<T>): Codec<T | null> {
  return {
    zero: codec.zero,
    layout: wire => nullableTaggedLayout(codec.layout(wire)),
    equals: (value, fallback) => (value === null || fallback === null ? value === fallback : codec.equals(value, fallback)),
  }
}

function nullableTaggedLayout<T>(layout: Layout<T>): Layout<T | null> {
  return {
    sizeBytesMin: 1,
    read: from => (from.unsignedVarint() === 0 ? null : layout.read(from)),
    write: (to, value) => {
      to.unsignedVarint(value === null ? 0 : 1)
      if (value !== null) layout.write(to, value)
    },
  }
}

function readTagged(from: Reader, plan: Plan, value: Value): void {
  const count = from.unsignedVarint()
  if (count === 0) return
  from.checkCount(count, 2)
  let unknown: UnknownTag[] | undefined
  for (let i = 0, previous = -1; i < count; i++) {
    const tag = from.unsignedVarint()
    if (tag <= previous) from.fail(`tag ${tag} after ${previous}`)
    previous = tag
    const size = from.unsignedVarint()
    const known = plan.tagged.find(it => it.tag === tag)
    if (known !== undefined) value[known.name] = readSized(from, size, known.layout)
    else (unknown ??= []).push({ tag, bytes: from.view(size) })
  }
  if (unknown !== undefined) value[unknownTags] = unknown
}

/** The field must fill exactly the size it came with. */
function readSized(from: Reader, size: number, layout: Layout<unknown>): unknown {
  if (size > from.remaining()) from.fail(`tagged field of ${size} bytes, ${from.remaining()} left`)
  const end = from.position + size
  const value = layout.read(from)
  if (from.position !== end) from.fail(`tagged field of ${size} bytes ended at ${from.position}, not ${end}`)
  return value
}

function writeTagged(to: Writer, plan: Plan, value: Value): void {
  const present = taggedToWrite(plan, value)
  if (present === undefined) return to.unsignedVarint(0)
  to.unsignedVarint(present.length)
  for (const { tag, chunks, sizeBytes } of present) {
    to.unsignedVarint(tag)
    to.unsignedVarint(sizeBytes)
    for (const chunk of chunks) to.raw(chunk)
  }
}

interface TaggedPayload {
  readonly tag: number
  readonly chunks: readonly Uint8Array[]
  readonly sizeBytes: number
}

/** Nearly always nothing, so nothing is made for it. */
function taggedToWrite(plan: Plan, value: Value): TaggedPayload[] | undefined {
  let present: TaggedPayload[] | undefined
  for (const { name, tag, layout, field: it } of plan.tagged) {
    if (value[name] === undefined || it.codec.equals(value[name], it.default)) continue
    const payload = new Writer()
    layout.write(payload, value[name])
    ;(present ??= []).push({ tag, sizeBytes: payload.sizeBytes(), chunks: payload.finish() })
  }
  const unknown = value[unknownTags]
  if (unknown === undefined) return present
  const passedOn = unknown.map(({ tag, bytes }) => ({ tag, chunks: [bytes], sizeBytes: bytes.length }))
  return [...(present ?? []), ...passedOn].sort((a, b) => a.tag - b.tag)
}

function refuseLoss(plan: Plan, value: Value): void {
  for (const { name, field: it } of plan.missing) {
    const given = value[name]
    if (given === undefined || it.codec.equals(given, it.default)) continue
    throw new WireFormatError(`${name} cannot be said in version ${plan.version}`)
  }
}
