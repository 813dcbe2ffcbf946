import { WireFormatError } from '../../base/bytes/wire-format-error.ts'
import type { Reader } from '../../base/bytes/reader.ts'
import type { Writer } from '../../base/bytes/writer.ts'
import type { Codec, Layout, NullableCodec, Wire } from './wire.ts'

const nothing: readonly never[] = []

/** Elements behind an int32 count (-1: null), or an unsigned varint count plus one (0: null). */
export function array<T>(element: Codec<T>): NullableCodec<readonly T[]> {
  return {
    zero: nothing,
    layout: wire => arrayLayout(element.layout(wire), wire) as Layout<readonly T[]>,
    nullableLayout: wire => nullableArrayLayout(element.layout(wire), wire),
    equals: (value, fallback) =>
      value.length === fallback.length && value.every((item, index) => element.equals(item, fallback[index] as T)),
  }
}

function arrayLayout<T>(element: Layout<T>, wire: Wire): Layout<readonly T[]> {
  const readCount = wire.flexible ? readCompactCount : readClassicCount
  const writeCount = wire.flexible ? writeCompactCount : writeClassicCount
  return {
    sizeBytesMin: wire.flexible ? 1 : 4,
    read: from => {
      const count = readCount(from)
      return count < 0 ? from.fail('null where it is not allowed') : readElements(from, count, element)
    },
    write: (to, value) => {
      if (!Array.isArray(value)) throw new WireFormatError(`${String(value)} is not an array`)
      writeCount(to, value.length)
      for (const item of value) element.write(to, item)
    },
  }
}

function nullableArrayLayout<T>(element: Layout<T>, wire: Wire): Layout<readonly T[] | null> {
  const present = arrayLayout(element, wire)
  const readCount = wire.flexible ? readCompactCount : readClassicCount
  const writeCount = wire.flexible ? writeCompactCount : writeClassicCount
  return {
    sizeBytesMin: present.sizeBytesMin,
    read: from => {
      const count = readCount(from)
      return count < 0 ? null : readElements(from, count, element)
    },
    write: (to, value) => (value === null ? writeCount(to, -1) : present.write(to, value)),
  }
}

function readElements<T>(from: Reader, count: number, element: Layout<T>): T[] {
  from.checkCount(count, element.sizeBytesMin)
  const items: T[] = []
  for (let i = 0; i < count; i++) items.push(element.read(from))
  return items
}

function readClassicCount(from: Reader): number {
  const count = from.int32()
  return count < -1 ? from.fail(`count ${count}`) : count
}

function readCompactCount(from: Reader): number {
  return from.unsignedVarint() - 1
}

function writeClassicCount(to: Writer, count: number): void {
  to.int32(count)
}

function writeCompactCount(to: Writer, count: number): void {
  to.unsignedVarint(count + 1)
}
