/** Up to here a loop is faster than a call that copies. */
const shortBytesMax = 32
const zero = 0x30
/** Digits of 2^53. */
const digitsMax = 16
/** What lies below it is counted in whole numbers of 32 bits, which are divided fast. */
const upperUnit = 1_000_000_000
const upperDigits = 9

function digitsOf(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit && count < upperDigits; limit *= 10) count += 1
  return count
}

/** Text and bytes gathered in the order they come, as one piece of UTF-8: what lies in a record as it is to stand in the file is copied. */
export class LineBytes {
  readonly #sizeBytes: number
  #bytes: Buffer
  #length = 0

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes
    this.#bytes = Buffer.allocUnsafe(sizeBytes)
  }

  get length(): number {
    return this.#length
  }

  text(text: string): void {
    // A code unit takes three bytes at most.
    this.#reserve(text.length * 3)
    this.#length += this.#bytes.write(text, this.#length)
  }

  bytes(bytes: Uint8Array): void {
    const { length } = bytes
    this.#reserve(length)
    if (length > shortBytesMax) this.#bytes.set(bytes, this.#length)
    else for (let at = 0; at < length; at += 1) this.#bytes[this.#length + at] = bytes[at] as number
    this.#length += length
  }

  /** Text that the caller knows to be ASCII, and short: made here it costs less than a call of the encoder. */
  ascii(text: string): void {
    const { length } = text
    this.#reserve(length)
    for (let at = 0; at < length; at += 1) this.#bytes[this.#length + at] = text.charCodeAt(at)
    this.#length += length
  }

  /** A whole number, digit by digit: no text is made of it. */
  integer(value: number): void {
    if (value < 0 || !Number.isSafeInteger(value)) return this.ascii(String(value))
    this.#reserve(digitsMax)
    if (value < upperUnit) return this.#digits(value, digitsOf(value))
    const upper = Math.floor(value / upperUnit)
    this.integer(upper)
    this.#digits(value - upper * upperUnit, upperDigits)
  }

  /** What was gathered; begins anew, for the bytes may still be on their way to the disk. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = Buffer.allocUnsafe(this.#sizeBytes)
    this.#length = 0
    return taken
  }

  #digits(value: number, count: number): void {
    let rest = value
    for (let at = this.#length + count - 1; at >= this.#length; at -= 1) {
      const tenth = (rest / 10) | 0
      this.#bytes[at] = zero + rest - tenth * 10
      rest = tenth
    }
    this.#length += count
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
