/** CRC-64-AVRO, as the Avro specification defines it for single-object encoding: over the schema's parsing canonical form. */
const empty = 0xc15d213aa4d7a795n

const table = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte)
  for (let bit = 0; bit < 8; bit += 1) value = (value >> 1n) ^ (empty & -(value & 1n))
  return BigInt.asUintN(64, value)
})

export function avroFingerprint(canonical: string): bigint {
  let fingerprint = empty
  for (const byte of new TextEncoder().encode(canonical))
    fingerprint = (fingerprint >> 8n) ^ (table[Number((fingerprint ^ BigInt(byte)) & 0xffn)] as bigint)
  return fingerprint
}

/** The fingerprint in front of a value in single-object encoding (C3 01, eight bytes little-endian), if it can be one. */
export function singleObjectFingerprint(bytes: Uint8Array): bigint | undefined {
  if (bytes.length < 10 || bytes[0] !== 0xc3 || bytes[1] !== 0x01) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(2, true)
}
