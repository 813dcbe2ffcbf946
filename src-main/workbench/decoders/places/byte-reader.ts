import { DecodeError } from '../decoder.ts'

/** A position that moves over bytes. Throws DecodeError at their end. */
export class ByteReader {
  readonly #view: DataView
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.at = at
  }

  isAtEnd(): boolean {
    return this.at >= this.bytes.length
  }

  skip(count: number): void {
    if (!(count >= 0) || count > this.bytes.length - this.at) throw new DecodeError('cut off')
    this.at += count
  }

  /** Big-endian, unsigned. */
  uint(size: 1 | 2 | 4 | 8): number {
    const from = this.at
    this.skip(size)
    if (size === 1) return this.#view.getUint8(from)
    if (size === 2) return this.#view.getUint16(from)
    if (size === 4) return this.#view.getUint32(from)
    return Number(this.#view.getBigUint64(from))
  }

  /** Seven bits a byte, the lowest first. */
  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.uint(1)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new DecodeError('a number longer than ten bytes')
  }

  zigzag(): number {
    const number = this.varint()
    return Number((number >> 1n) ^ -(number & 1n))
  }

  text(length: number): string {
    const from = this.at
    this.skip(length)
    return utf8.decode(this.bytes.subarray(from, this.at))
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
