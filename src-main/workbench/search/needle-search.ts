import type { Needle } from './record-filter.ts'

/** Fits the caches of a processor, text and all. */
const pieceBytes = 16_384

/** True when the bytes hold the needle, in any case of ASCII letters unless it is case sensitive. */
export function needleSearch(needle: Needle): (bytes: Uint8Array) => boolean {
  if (!needle.caseSensitive) return patternSearch(needle.bytes)
  const wanted = Buffer.from(needle.bytes)
  return bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(wanted)
}

/**
 * One character per byte: no byte sequence is lost, and only ASCII letters have two cases. The engine's own patterns are compiled
 * to code that skips: in pieces that overlap by what a needle may lack at the end of one, twice as fast as a loop of ours.
 */
function patternSearch(wanted: Uint8Array): (bytes: Uint8Array) => boolean {
  const text = Buffer.from(wanted).toString('latin1')
  const plain = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  // Without the flag for any case: that pairs bytes from 0xC0 on as well, as if they were Latin letters.
  const pattern = new RegExp(plain.replace(/[a-z]/gi, letter => `[${letter.toLowerCase()}${letter.toUpperCase()}]`))
  const step = Math.max(pieceBytes, wanted.length * 2)
  return bytes => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < buffer.length; at += step)
      if (pattern.test(buffer.toString('latin1', at, at + step + wanted.length - 1))) return true
    return false
  }
}
