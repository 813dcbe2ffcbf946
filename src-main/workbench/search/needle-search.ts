import type { Needle } from './record-filter.ts'

/** True when the bytes hold the needle, in any case of ASCII letters unless it is case sensitive. */
export function needleSearch(needle: Needle): (bytes: Uint8Array) => boolean {
  if (needle.caseSensitive) {
    const wanted = Buffer.from(needle.bytes)
    return bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(wanted)
  }
  // One character per byte: no byte sequence is lost, and only ASCII letters have two cases below 128.
  const text = Buffer.from(needle.bytes).toString('latin1')
  const pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')
  return bytes => pattern.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'))
}
