import { DecodeError } from './decoder.ts'

const depthMax = 50
const strict = new TextDecoder('utf-8', { fatal: true })

/** Field numbers with what their bytes most likely are. Throws DecodeError. */
export function readMessage(bytes: Uint8Array, depth: number): Map<string, unknown> {
  if (depth > depthMax) throw new DecodeError('nested too deep')
  const cursor = new WireCursor(bytes)
  const fields = new Map<string, unknown>()
  while (!cursor.isAtEnd()) {
    const tag = cursor.varint()
    const number = tag >> 3n
    if (number < 1n || number > 536_870_911n) throw new DecodeError(`field number ${number}`)
    const value = readField(cursor, Number(tag & 7n), depth)
    const known = fields.get(String(number))
    // A field that comes again is repeated.
    if (known === undefined) fields.set(String(number), value)
    else if (known instanceof Repeated) known.push(value)
    else fields.set(String(number), Repeated.from([known, value]))
  }
  return fields
}

class Repeated extends Array<unknown> {}

function readField(cursor: WireCursor, wireType: number, depth: number): unknown {
  if (wireType === 0) return cursor.varint()
  if (wireType === 1) return cursor.fixed(8).getBigUint64(0, true)
  if (wireType === 5) return cursor.fixed(4).getUint32(0, true)
  if (wireType !== 2) throw new DecodeError(`wire type ${wireType}`)
  return guess(cursor.bytes(cursor.varint()), depth)
}

/** Text when it reads as some, else a message when it reads as one, else bytes. */
export function guess(bytes: Uint8Array, depth: number): unknown {
  if (bytes.length === 0) return ''
  const text = readable(bytes)
  if (text !== undefined) return text
  try {
    return readMessage(bytes, depth + 1)
  } catch {
    return bytes
  }
}

function readable(bytes: Uint8Array): string | undefined {
  try {
    const text = strict.decode(bytes)
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    return /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** Protobuf's wire primitives; integers as bigints, so that all 64 bits stay. Throws DecodeError at the end of the bytes. */
export class WireCursor {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw new DecodeError('cut off')
      this.#at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new DecodeError('a number longer than ten bytes')
  }

  fixed(size: 4 | 8): DataView {
    const part = this.bytes(BigInt(size))
    return new DataView(part.buffer, part.byteOffset, size)
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }

  bytes(length: bigint): Uint8Array {
    if (length > BigInt(this.#bytes.length - this.#at)) throw new DecodeError('cut off')
    const part = this.#bytes.subarray(this.#at, this.#at + Number(length))
    this.#at += Number(length)
    return part
  }
}
