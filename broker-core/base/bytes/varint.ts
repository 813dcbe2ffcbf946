import { WireFormatError } from './wire-format-error.ts'

/**
 * LEB128 numbers in place (WIRE-05): unsigned, and zig-zag signed as records have them. Signed 64-bit values are numbers and stay
 * within 2^53.
 */

/** Bytes of an unsigned 32-bit value. */
export function unsignedVarintSizeBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5
}

/** Bytes of a signed 32-bit value. */
export function varintSizeBytes(value: number): number {
  return unsignedVarintSizeBytes(((value << 1) ^ (value >> 31)) >>> 0)
}

/** Bytes of a signed 64-bit value. */
export function varlongSizeBytes(value: number): number {
  let magnitude = value < 0 ? -(value + 1) : value
  let size = 1
  // The first byte has six bits of magnitude beside the sign, the others seven.
  for (magnitude = Math.floor(magnitude / 64); magnitude > 0; magnitude = Math.floor(magnitude / 128)) size++
  return size
}

/** Writes at `position`, returns the position after. The caller has made room. */
export function putUnsignedVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value >>> 0
  while (rest > 0x7f) {
    bytes[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[position++] = rest
  return position
}

export function putVarint(bytes: Uint8Array, position: number, value: number): number {
  return putUnsignedVarint(bytes, position, (value << 1) ^ (value >> 31))
}

export function putVarlong(bytes: Uint8Array, position: number, value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return putVarint(bytes, position, value)
  if (!Number.isSafeInteger(value)) throw new WireFormatError(`not an exact integer: ${value}`)
  const magnitude = value < 0 ? -(value + 1) : value
  // Zig-zag needs 54 bits; split so that each half is exact: 28 bits below, the rest above.
  let low = ((magnitude % 0x8000000) * 2 + (value < 0 ? 1 : 0)) >>> 0
  for (let i = 0; i < 4; i++) {
    bytes[position++] = (low & 0x7f) | 0x80
    low >>>= 7
  }
  let high = Math.floor(magnitude / 0x8000000)
  while (high > 0x7f) {
    bytes[position++] = (high % 0x80) | 0x80
    high = Math.floor(high / 0x80)
  }
  bytes[position++] = high
  return position
}
