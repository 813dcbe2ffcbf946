/**
 * Zig-zag varints as they stand inside records (WIRE-05), on plain byte arrays: records are walked one by one, so nothing may be
 * allocated per number. Values beyond 2^53 are refused rather than rounded.
 */
export class CorruptRecords extends Error {
  override readonly name = 'CorruptRecords'
}

/** Length in bytes of the varint of an int32 or a safe int64. */
export function varintBytes(value: number): number {
  let rest = zigZag(value)
  let count = 1
  while (rest >= 128) {
    rest = Math.floor(rest / 128)
    count++
  }
  return count
}

/** Writes and returns the position behind. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  let rest = zigZag(value)
  while (rest >= 128) {
    into[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  into[at++] = rest
  return at
}

const zigZag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1)

/** Reads varints forward from `at`; `value()` advances. One per record cursor, so that no pair of results is allocated. */
export class VarintReader {
  readonly bytes: Uint8Array
  at: number
  readonly limit: number

  constructor(bytes: Uint8Array, at: number, limit: number) {
    this.bytes = bytes
    this.at = at
    this.limit = limit
  }

  next(): number {
    const { bytes, limit } = this
    let at = this.at
    if (at >= limit) throw new CorruptRecords('varint cut off')
    let byte = bytes[at++]!
    let raw = byte & 127
    let scale = 128
    while (byte >= 128) {
      if (at >= limit) throw new CorruptRecords('varint cut off')
      byte = bytes[at++]!
      raw += (byte & 127) * scale
      if (raw > Number.MAX_SAFE_INTEGER) throw new CorruptRecords('varint beyond 2^53')
      scale *= 128
      if (scale > 2 ** 70) throw new CorruptRecords('varint longer than ten bytes')
    }
    this.at = at
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2
  }
}
