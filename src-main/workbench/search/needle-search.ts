import type { Needle } from './record-filter.ts'

/** Shorter needles let the search skip too little: for them the engine's own pattern matching is faster. */
const skippingFrom = 4

/** True when the bytes hold the needle, in any case of ASCII letters unless it is case sensitive. */
export function needleSearch(needle: Needle): (bytes: Uint8Array) => boolean {
  if (needle.caseSensitive) {
    const wanted = Buffer.from(needle.bytes)
    return bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(wanted)
  }
  return needle.bytes.length >= skippingFrom ? skippingSearch(needle.bytes) : patternSearch(needle.bytes)
}

/** One character per byte: no byte sequence is lost, and only ASCII letters have two cases below 128. */
function patternSearch(wanted: Uint8Array): (bytes: Uint8Array) => boolean {
  const text = Buffer.from(wanted).toString('latin1')
  const pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')
  return bytes => pattern.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'))
}

const lowered = new Uint8Array(256).map((_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte))

/** Horspool's algorithm: looks at the last byte of each place and skips as far as that byte allows; nothing is copied. */
function skippingSearch(wanted: Uint8Array): (bytes: Uint8Array) => boolean {
  const lower = wanted.map(byte => lowered[byte] as number)
  const last = lower.length - 1
  const skips = new Int32Array(256).fill(lower.length)
  for (let byte = 0; byte < 256; byte += 1) {
    const at = lower.subarray(0, last).lastIndexOf(lowered[byte] as number)
    if (at >= 0) skips[byte] = last - at
  }
  const lastByte = lower[last] as number
  return bytes => {
    const { length } = bytes
    for (let at = last; at < length; ) {
      const byte = bytes[at] as number
      if (lowered[byte] === lastByte && isAt(bytes, at - last, lower)) return true
      at += skips[byte] as number
    }
    return false
  }
}

function isAt(bytes: Uint8Array, from: number, lower: Uint8Array): boolean {
  for (let index = lower.length - 2; index >= 0; index -= 1)
    if (lowered[bytes[from + index] as number] !== lower[index]) return false
  return true
}
