import { uuidText } from './uuid.ts'
import { WireFormatError } from './wire-format-error.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Below this length a loop over char codes beats the call into the decoder (measured, Node 20). */
const ASCII_LOOP_BYTES_MAX = 40

/** What one message may hold in all its arrays together: a frame of tiny elements must not grow to many times its size. */
const ELEMENTS_MAX = 4_000_000

/**
 * A cursor over big-endian bytes. Every read is checked against what is left before anything is allocated; bytes come out as views
 * on the input, which must not change while they are in use. Throws WireFormatError.
 */
export class Reader {
  readonly bytes: Uint8Array
  readonly end: number
  position: number
  private elementsLeft = ELEMENTS_MAX

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = position
    this.end = end
  }

  remaining(): number {
    return this.end - this.position
  }

  /** Moves over `count` bytes and returns where they begin. */
  advance(count: number): number {
    const start = this.position
    if (count < 0 || count > this.end - start) this.fail(`${count} bytes wanted, ${this.end - start} left`)
    this.position = start + count
    return start
  }

  bool(): boolean {
    return this.bytes[this.advance(1)] !== 0
  }

  int8(): number {
    return ((this.bytes[this.advance(1)] as number) << 24) >> 24
  }

  uint8(): number {
    return this.bytes[this.advance(1)] as number
  }

  int16(): number {
    const at = this.advance(2)
    return (((this.bytes[at] as number) << 24) >> 16) | (this.bytes[at + 1] as number)
  }

  uint16(): number {
    return this.int16() & 0xffff
  }

  int32(): number {
    const at = this.advance(4)
    const bytes = this.bytes
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    )
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** Refuses what a number cannot hold exactly. */
  int64(): number {
    const high = this.int32()
    const low = this.int32() >>> 0
    if (high > 0x1fffff || high < -0x200000 || (high === -0x200000 && low === 0)) this.fail('int64 beyond 2^53')
    return high * 0x1_0000_0000 + low
  }

  /** All 64 bits. */
  int64Exact(): bigint {
    const high = this.int32()
    return (BigInt(high) << 32n) | BigInt(this.int32() >>> 0)
  }

  /** The next 8 bytes, without moving over them. */
  int64ExactAhead(): bigint {
    const at = this.position
    const value = this.int64Exact()
    this.position = at
    return value
  }

  float64(): number {
    const at = this.advance(8)
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at, 8).getFloat64(0)
  }

  /** 0 to 2^32 - 1, in at most five bytes. */
  unsignedVarint(): number {
    const first = this.uint8()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      const next = this.uint8()
      if (next < 0x80) return value | (next << shift)
      value |= (next & 0x7f) << shift
    }
    const last = this.uint8()
    if (last > 0x0f) this.fail('varint beyond 32 bits')
    return (value | (last << 28)) >>> 0
  }

  /** Zig-zag, 32 bits. */
  varint(): number {
    const raw = this.unsignedVarint()
    return (raw >>> 1) ^ -(raw & 1)
  }

  /** Zig-zag, 64 bits, refused beyond 2^53. */
  varlong(): number {
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const next = this.uint8()
      low |= (next & 0x7f) << shift
      if (next < 0x80) return (low >>> 1) ^ -(low & 1)
    }
    let high = 0
    for (let scale = 1; scale < 2 ** 42; scale *= 128) {
      const next = this.uint8()
      high += (next & 0x7f) * scale
      if (next < 0x80) return this.signedFromHalves(high, low)
    }
    return this.fail('varlong beyond 64 bits')
  }

  private signedFromHalves(high: number, low: number): number {
    const magnitude = high * 0x8000000 + (low >>> 1)
    if (magnitude > Number.MAX_SAFE_INTEGER) this.fail('varlong beyond 2^53')
    return (low & 1) === 1 ? -magnitude - 1 : magnitude
  }

  /** UTF-8 of `length` bytes; what is not UTF-8 becomes U+FFFD, as in Kafka. */
  text(length: number): string {
    const start = this.advance(length)
    const bytes = this.bytes
    if (length > ASCII_LOOP_BYTES_MAX) return utf8.decode(bytes.subarray(start, start + length))
    let text = ''
    for (let i = start; i < start + length; i++) {
      const code = bytes[i] as number
      if (code > 0x7f) return utf8.decode(bytes.subarray(start, start + length))
      text += String.fromCharCode(code)
    }
    return text
  }

  /** A view of `length` bytes. */
  view(length: number): Uint8Array {
    const start = this.advance(length)
    return this.bytes.subarray(start, start + length)
  }

  uuid(): string {
    return uuidText(this.bytes, this.advance(16))
  }

  /** Allows an array of `count` elements that take at least `elementBytesMin` each, or throws before any of it is made. */
  checkCount(count: number, elementBytesMin: number): void {
    if (count > this.remaining() / (elementBytesMin > 1 ? elementBytesMin : 1)) {
      this.fail(`${count} elements claimed, ${this.remaining()} bytes left`)
    }
    this.elementsLeft -= count
    if (this.elementsLeft < 0) this.fail(`more than ${ELEMENTS_MAX} elements`)
  }

  fail(what: string): never {
    throw new WireFormatError(`${what} (at byte ${this.position} of ${this.end})`)
  }
}
