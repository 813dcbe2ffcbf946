/**
 * Latest offset of each key, in a fixed number of bytes (CLEAN-08). Keys are kept as 128-bit hashes like in Kafka; the seed is random
 * per pass. Open addressing with linear probing, filled to three quarters at most.
 */
const entryBytes = 24
const loadFactorMax = 0.75

export class OffsetMap {
  readonly #slots: number
  readonly #countMax: number
  readonly #hashes: Int32Array
  readonly #offsets: Float64Array
  readonly #seed: number
  #count = 0
  /** Everything up to here has been taken in; records behind it are unknown to the map. */
  latestOffset = -1

  /** `keysMax`: no more distinct keys will come than that, so a smaller table will do. */
  constructor(bytesMax: number, keysMax: number, seed: number) {
    const wanted = Math.ceil(keysMax / loadFactorMax) + 1
    this.#slots = Math.max(2, Math.min(Math.floor(bytesMax / entryBytes), wanted))
    this.#countMax = Math.max(1, Math.floor(this.#slots * loadFactorMax))
    this.#hashes = new Int32Array(this.#slots * 4)
    this.#offsets = new Float64Array(this.#slots).fill(-1)
    this.#seed = seed
  }

  get count(): number {
    return this.#count
  }

  hasRoomFor(keys: number): boolean {
    return this.#count + keys <= this.#countMax
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Offsets of a key come in ascending order. False when there is no room for a new key. */
  put(bytes: Uint8Array, from: number, to: number, offset: number): boolean {
    const slot = this.#slotOf(bytes, from, to)
    if (this.#offsets[slot]! < 0) {
      if (this.#count === this.#countMax) return false
      this.#count++
      this.#hashes.set(hash, slot * 4)
    }
    this.#offsets[slot] = offset
    return true
  }

  /** -1: the key is not in the map. */
  get(bytes: Uint8Array, from: number, to: number): number {
    return this.#offsets[this.#slotOf(bytes, from, to)]!
  }

  /** The slot of the key, or the empty one where it would go. */
  #slotOf(bytes: Uint8Array, from: number, to: number): number {
    hash128(bytes, from, to, this.#seed)
    const hashes = this.#hashes
    let slot = (hash[0]! >>> 0) % this.#slots
    while (this.#offsets[slot]! >= 0) {
      const at = slot * 4
      if (hashes[at] === hash[0] && hashes[at + 1] === hash[1] && hashes[at + 2] === hash[2] && hashes[at + 3] === hash[3]) break
      slot = slot + 1 === this.#slots ? 0 : slot + 1
    }
    return slot
  }
}

/** Result of the last `hash128`: nothing is allocated per key. */
const hash = new Int32Array(4)

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))

const mixEnd = (value: number): number => {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const word = (bytes: Uint8Array, at: number, to: number): number =>
  at + 4 <= to
    ? bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    : (at < to ? bytes[at]! : 0) | (at + 1 < to ? bytes[at + 1]! << 8 : 0) | (at + 2 < to ? bytes[at + 2]! << 16 : 0)

/** MurmurHash3 x86, 128 bits. */
function hash128(bytes: Uint8Array, from: number, to: number, seed: number): void {
  let h1 = seed
  let h2 = seed
  let h3 = seed
  let h4 = seed
  for (let at = from; at < to; at += 16) {
    const isWhole = at + 16 <= to
    h1 ^= Math.imul(rotate(Math.imul(word(bytes, at, to), 0x239b961b), 15), 0xab0e9789)
    if (isWhole) h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
    h2 ^= Math.imul(rotate(Math.imul(word(bytes, at + 4, to), 0xab0e9789), 16), 0x38b34ae5)
    if (isWhole) h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0
    h3 ^= Math.imul(rotate(Math.imul(word(bytes, at + 8, to), 0x38b34ae5), 17), 0xa1e38b93)
    if (isWhole) h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0
    h4 ^= Math.imul(rotate(Math.imul(word(bytes, at + 12, to), 0xa1e38b93), 18), 0x239b961b)
    if (isWhole) h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0
  }
  const length = to - from
  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = mixEnd(h1)
  h2 = mixEnd(h2)
  h3 = mixEnd(h3)
  h4 = mixEnd(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  hash[0] = h1
  hash[1] = (h2 + h1) | 0
  hash[2] = (h3 + h1) | 0
  hash[3] = (h4 + h1) | 0
}
