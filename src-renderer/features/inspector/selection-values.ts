export interface SelectionValue {
  readonly name: string
  readonly value: string
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Characters of text shown of a selection. */
const textCharsMax = 120

/** What bytes mean as numbers, read from the first of them on, and the first `textBytes` of them as text. */
export function selectionValues(bytes: Uint8Array, textBytes: number, isLittleEndian: boolean): SelectionValue[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const values: SelectionValue[] = []
  for (const [name, size, read] of readers) if (bytes.length >= size) values.push({ name, value: read(view, isLittleEndian) })
  const varint = zigzag(bytes)
  if (varint !== undefined) values.push({ name: 'varint', value: varint })
  values.push({ name: 'UTF-8', value: textOf(bytes.subarray(0, textBytes)) })
  return values
}

type Reader = readonly [name: string, size: number, read: (view: DataView, isLittleEndian: boolean) => string]

const readers: readonly Reader[] = [
  ['int8', 1, view => String(view.getInt8(0))],
  ['uint8', 1, view => String(view.getUint8(0))],
  ['int16', 2, (view, little) => String(view.getInt16(0, little))],
  ['uint16', 2, (view, little) => String(view.getUint16(0, little))],
  ['int32', 4, (view, little) => String(view.getInt32(0, little))],
  ['uint32', 4, (view, little) => String(view.getUint32(0, little))],
  ['float32', 4, (view, little) => floatText(view.getFloat32(0, little))],
  ['int64', 8, (view, little) => String(view.getBigInt64(0, little))],
  ['uint64', 8, (view, little) => String(view.getBigUint64(0, little))],
  ['float64', 8, (view, little) => floatText(view.getFloat64(0, little))],
]

const floatText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** A signed variable-length integer as Kafka and Protobuf's sint write it; undefined when it does not end within ten bytes. */
export function zigzag(bytes: Uint8Array): string | undefined {
  let value = 0n
  for (let at = 0; at < Math.min(10, bytes.length); at += 1) {
    const byte = bytes[at] as number
    value |= BigInt(byte & 0x7f) << BigInt(7 * at)
    if (byte < 0x80) return String(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)))
  }
  return undefined
}

function textOf(bytes: Uint8Array): string {
  try {
    const text = utf8.decode(bytes)
    return JSON.stringify(text.length > textCharsMax ? `${text.slice(0, textCharsMax)}…` : text)
  } catch {
    return 'not UTF-8'
  }
}
