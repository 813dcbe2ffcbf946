/**
 * Fixed-width big-endian numbers at a place in a byte array, without a DataView: nothing is allocated per call, which the hot path
 * (stamping and walking batch headers) needs. Positions are not checked; callers check lengths once per batch.
 * Int64 values beyond 2^53 lose their low bits: callers that believe a peer's word check with `isSafeInt64`.
 */
const twoTo32 = 4294967296

export const getInt16 = (bytes: Uint8Array, at: number): number => ((bytes[at]! << 24) >> 16) | bytes[at + 1]!

export const getInt32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!

export const getUint32 = (bytes: Uint8Array, at: number): number => getInt32(bytes, at) >>> 0

export const getInt64 = (bytes: Uint8Array, at: number): number => getInt32(bytes, at) * twoTo32 + getUint32(bytes, at + 4)

/** True when the int64 at `at` is exactly a JavaScript number. */
export const isSafeInt64 = (bytes: Uint8Array, at: number): boolean => Number.isSafeInteger(getInt64(bytes, at))

export function setInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

export function setInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

export function setInt64(bytes: Uint8Array, at: number, value: number): void {
  setInt32(bytes, at, Math.floor(value / twoTo32))
  setInt32(bytes, at + 4, value | 0)
  // `value | 0` is the value modulo 2^32 also beyond 32 bits and for negative numbers (ECMAScript ToInt32).
}
