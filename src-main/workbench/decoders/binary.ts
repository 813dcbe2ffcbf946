import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'

const bytesPerLine = 16
const lineCharsMin = 60

/** Offset, bytes, and what of them is ASCII: sixteen to a line. */
export const hex: Decoder = {
  name: 'hex',
  language: 'plaintext',
  recognise: () => 'bytes that are no text',
  decode(bytes) {
    const lines: string[] = []
    for (let at = 0; at < bytes.length; at += bytesPerLine) lines.push(hexLine(bytes.subarray(at, at + bytesPerLine), at))
    return lines.join('\n')
  },
  decodeStart: (bytes, charsMax) => hex.decode(bytes.subarray(0, Math.ceil(charsMax / lineCharsMin) * bytesPerLine)),
  preview: bytes => hexOf(bytes, ' '),
}

export const uuid: Decoder = {
  name: 'uuid',
  language: 'plaintext',
  recognise(bytes) {
    const version = (bytes[6] ?? 0) >> 4
    const hasVariant = ((bytes[8] ?? 0) & 0xc0) === 0x80
    return bytes.length === 16 && hasVariant && version >= 1 && version <= 8 ? `16 bytes, UUID version ${version}` : undefined
  },
  decode(bytes) {
    if (bytes.length !== 16) throw new DecodeError(`a UUID has 16 bytes, not ${bytes.length}`)
    return hexOf(bytes, '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  },
  preview: bytes => uuid.decode(bytes),
}

export const int32 = fixedNumber('int32', 4, view => String(view.getInt32(0)))
export const int64 = fixedNumber('int64', 8, view => String(view.getBigInt64(0)))
export const float64 = { ...fixedNumber('float64', 8, view => String(view.getFloat64(0))), recognise: () => undefined }

function fixedNumber(name: 'int32' | 'int64' | 'float64', size: number, read: (view: DataView) => string): Decoder {
  const decode = (bytes: Uint8Array) => {
    if (bytes.length !== size) throw new DecodeError(`${name} has ${size} bytes, not ${bytes.length}`)
    return read(new DataView(bytes.buffer, bytes.byteOffset, size))
  }
  return {
    name,
    language: 'plaintext',
    recognise: bytes => (bytes.length === size ? `${size} bytes, big-endian integer` : undefined),
    decode,
    preview: decode,
  }
}

function hexLine(bytes: Uint8Array, at: number): string {
  const offset = at.toString(16).padStart(8, '0')
  const ascii = Array.from(bytes, byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
  return `${offset}  ${hexOf(bytes, ' ').padEnd(bytesPerLine * 3 - 1)}  ${ascii}`
}

function hexOf(bytes: Uint8Array, between: string): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(between)
}
