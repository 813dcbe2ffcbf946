import type { Reader } from '../../base/bytes/reader.ts'
import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { Writer } from '../../base/bytes/writer.ts'
import type { Codec, Layout, NullableCodec, Records, Wire } from './wire.ts'

function same<T>(value: T, fallback: T): boolean {
  return value === fallback
}

function fixed<T>(zero: T, layout: Layout<T>): Codec<T> {
  return { zero, layout: () => layout, equals: same }
}

export const bool: Codec<boolean> = fixed(false, {
  sizeBytesMin: 1,
  read: from => from.bool(),
  write: (to, value) => to.bool(value),
})

export const int8: Codec<number> = fixed(0, { sizeBytesMin: 1, read: from => from.int8(), write: (to, value) => to.int8(value) })

export const int16: Codec<number> = fixed(0, {
  sizeBytesMin: 2,
  read: from => from.int16(),
  write: (to, value) => to.int16(value),
})

export const uint16: Codec<number> = fixed(0, {
  sizeBytesMin: 2,
  read: from => from.uint16(),
  write: (to, value) => to.uint16(value),
})

export const int32: Codec<number> = fixed(0, {
  sizeBytesMin: 4,
  read: from => from.int32(),
  write: (to, value) => to.int32(value),
})

export const uint32: Codec<number> = fixed(0, {
  sizeBytesMin: 4,
  read: from => from.uint32(),
  write: (to, value) => to.uint32(value),
})

/** Exact below 2^53, refused beyond. */
export const int64: Codec<number> = fixed(0, {
  sizeBytesMin: 8,
  read: from => from.int64(),
  write: (to, value) => to.int64(value),
})

/** All 64 bits, as a bigint: for hashes and the like, which are no numbers to count with. */
export const int64Exact: Codec<bigint> = fixed(0n, {
  sizeBytesMin: 8,
  read: from => from.int64Exact(),
  write: (to, value) => to.int64Exact(value),
})

const LONG_MAX = 0x7fff_ffff_ffff_ffffn

/** An int64 whose largest value says "no limit" and reads as Infinity. */
export const int64OrInfinity: Codec<number> = fixed(0, {
  sizeBytesMin: 8,
  read: from => {
    if (from.remaining() >= 8 && from.bytes[from.position] === 0x7f && from.int64ExactAhead() === LONG_MAX) {
      from.advance(8)
      return Number.POSITIVE_INFINITY
    }
    return from.int64()
  },
  write: (to, value) => (value === Number.POSITIVE_INFINITY ? to.int64Exact(LONG_MAX) : to.int64(value)),
})

export const float64: Codec<number> = {
  zero: 0,
  layout: () => float64Layout,
  equals: Object.is,
}
const float64Layout: Layout<number> = { sizeBytesMin: 8, read: from => from.float64(), write: (to, value) => to.float64(value) }

/** 22 characters of unpadded URL-safe base64. */
export const uuid: Codec<string> = fixed(zeroUuid, {
  sizeBytesMin: 16,
  read: from => from.uuid(),
  write: (to, value) => to.uuid(value),
})

/** -1: null. Lengths below that are refused. */
function readInt16Length(from: Reader): number {
  const length = from.int16()
  return length < -1 ? from.fail(`length ${length}`) : length
}

function readInt32Length(from: Reader): number {
  const length = from.int32()
  return length < -1 ? from.fail(`length ${length}`) : length
}

/** Length plus one on the wire, so that 0 is null. */
function readCompactLength(from: Reader): number {
  return from.unsignedVarint() - 1
}

function notNull(from: Reader): never {
  return from.fail('null where it is not allowed')
}

const shortString: Layout<string> = {
  sizeBytesMin: 2,
  read: from => {
    const length = readInt16Length(from)
    return length < 0 ? notNull(from) : from.text(length)
  },
  write: (to, value) => to.shortString(value),
}
const compactString: Layout<string> = {
  sizeBytesMin: 1,
  read: from => {
    const length = readCompactLength(from)
    return length < 0 ? notNull(from) : from.text(length)
  },
  write: (to, value) => to.compactString(value),
}
const nullableShortString: Layout<string | null> = {
  sizeBytesMin: 2,
  read: from => {
    const length = readInt16Length(from)
    return length < 0 ? null : from.text(length)
  },
  write: (to, value) => (value === null ? to.int16(-1) : to.shortString(value)),
}
const nullableCompactString: Layout<string | null> = {
  sizeBytesMin: 1,
  read: from => {
    const length = readCompactLength(from)
    return length < 0 ? null : from.text(length)
  },
  write: (to, value) => (value === null ? to.unsignedVarint(0) : to.compactString(value)),
}

export const string: NullableCodec<string> = {
  zero: '',
  layout: wire => (wire.flexible ? compactString : shortString),
  nullableLayout: wire => (wire.flexible ? nullableCompactString : nullableShortString),
  equals: same,
}

/** Never compact, whatever the version: the client id of request headers (WIRE-02). */
export const classicNullableString: Codec<string | null> = { zero: '', layout: () => nullableShortString, equals: same }

/** A prefix that says how many bytes follow, or that the value is null. */
interface Prefix {
  readonly sizeBytes: number
  readonly read: (from: Reader) => number
  readonly write: (to: Writer, length: number) => void
}
const classicPrefix: Prefix = { sizeBytes: 4, read: readInt32Length, write: (to, length) => to.int32(length) }
const compactPrefix: Prefix = { sizeBytes: 1, read: readCompactLength, write: (to, length) => to.unsignedVarint(length + 1) }
const prefixOf = (wire: Wire): Prefix => (wire.flexible ? compactPrefix : classicPrefix)

function bytesLayout(prefix: Prefix): Layout<Uint8Array> {
  return {
    sizeBytesMin: prefix.sizeBytes,
    read: from => {
      const length = prefix.read(from)
      return length < 0 ? notNull(from) : from.view(length)
    },
    write: (to, value) => {
      prefix.write(to, value.length)
      to.raw(value)
    },
  }
}

function nullableBytesLayout(prefix: Prefix): Layout<Uint8Array | null> {
  return {
    sizeBytesMin: prefix.sizeBytes,
    read: from => {
      const length = prefix.read(from)
      return length < 0 ? null : from.view(length)
    },
    write: (to, value) => {
      prefix.write(to, value === null ? -1 : value.length)
      if (value !== null) to.raw(value)
    },
  }
}

const noBytes = new Uint8Array(0)

/** Views on the frame when read: copy what outlives it. */
export const bytes: NullableCodec<Uint8Array> = {
  zero: noBytes,
  layout: wire => bytesLayout(prefixOf(wire)),
  nullableLayout: wire => nullableBytesLayout(prefixOf(wire)),
  equals: sameBytes,
}

function sameBytes(value: Uint8Array, fallback: Uint8Array): boolean {
  return value === fallback || (value.length === fallback.length && value.every((byte, index) => byte === fallback[index]))
}

function recordsLayout(prefix: Prefix, nullable: boolean): Layout<Records | null> {
  return {
    sizeBytesMin: prefix.sizeBytes,
    read: from => {
      const length = prefix.read(from)
      if (length >= 0) return { chunks: [from.view(length)], sizeBytes: length }
      return nullable ? null : notNull(from)
    },
    write: (to, value) => {
      if (value === null && !nullable) prefix.write(to, 0)
      else prefix.write(to, value === null ? -1 : value.sizeBytes)
      if (value !== null) for (const chunk of value.chunks) to.reference(chunk)
    },
  }
}

function recordsCodec(isNullable: (version: number) => boolean): Codec<Records | null> {
  return { zero: null, layout: wire => recordsLayout(prefixOf(wire), isNullable(wire.version)), equals: same }
}

/** Record batches as opaque bytes. Null is refused on reading; on writing it is the same as nothing. */
export const records: Codec<Records | null> = recordsCodec(() => false)
export const nullableRecords: Codec<Records | null> = recordsCodec(() => true)

/** Null has a form of its own up to version `last`. */
export function recordsNullableUntil(last: number): Codec<Records | null> {
  return recordsCodec(version => version <= last)
}

/** A codec with null added, from version `since` on; earlier versions refuse null. The zero value stays that of `codec`. */
export function nullable<T>(codec: NullableCodec<T>, range: { since?: number } = {}): Codec<T | null> {
  const since = range.since ?? 0
  return {
    zero: codec.zero,
    layout: wire => (wire.version >= since ? codec.nullableLayout(wire) : refuseNull(codec.layout(wire))),
    equals: (value, fallback) => (value === null || fallback === null ? value === fallback : codec.equals(value, fallback)),
  }
}

function refuseNull<T>(layout: Layout<T>): Layout<T | null> {
  // A null that reaches a layout without room for it is refused there, as every value of a wrong type is.
  return layout as Layout<T | null>
}

export const nullableString: Codec<string | null> = nullable(string)
export const nullableBytes: Codec<Uint8Array | null> = nullable(bytes)
