import { putUuid } from './uuid.ts'
import { putUnsignedVarint, putVarlong } from './varint.ts'
import { WireFormatError } from './wire-format-error.ts'

const utf8 = new TextEncoder()

/** One slab serves many small messages; a small chunk that is kept for long keeps no more than this alive. */
const SLAB_BYTES = 16 * 1024

/** Longer byte fields go out by reference instead of being copied. */
const COPY_BYTES_MAX = 4 * 1024

/** What finished writers left of their slabs: one each for a writer, those nested in it, and a few that overlap. */
const spareSlabs: Uint8Array[] = []
const SPARE_SLABS_MAX = 4
const SLAB_REST_BYTES_MIN = 256

function takeSlab(bytesMin: number): Uint8Array {
  const spare = spareSlabs.pop()
  if (spare !== undefined && spare.length >= bytesMin) return spare
  return new Uint8Array(bytesMin > SLAB_BYTES ? bytesMin : SLAB_BYTES)
}

function giveBackSlab(rest: Uint8Array): void {
  if (rest.length >= SLAB_REST_BYTES_MIN && spareSlabs.length < SPARE_SLABS_MAX) spareSlabs.push(rest)
}

/**
 * Big-endian bytes into a list of chunks. Small values are collected in a buffer, large ones (`reference`, long byte fields) join
 * the list as they are and must not change until sent. Integers out of range throw WireFormatError, as does an absent value: a
 * writer never invents data.
 */
export class Writer {
  private readonly chunks: Uint8Array[] = []
  private buffer: Uint8Array
  /** Start of what is not yet in `chunks`. */
  private start = 0
  private position = 0
  private chunkedBytes = 0
  private frameBuffer: Uint8Array | undefined

  constructor() {
    this.buffer = takeSlab(SLAB_REST_BYTES_MIN)
  }

  sizeBytes(): number {
    return this.chunkedBytes + this.position - this.start
  }

  /** To be called first: puts an int32 in front that `finish` sets to the number of bytes after it. */
  startFrame(): void {
    this.frameBuffer = this.buffer
    this.position = 4
  }

  /** Ends the writer and gives the chunks. */
  finish(): Uint8Array[] {
    this.closeChunk()
    if (this.frameBuffer !== undefined) putInt32(this.frameBuffer, 0, this.chunkedBytes - 4)
    giveBackSlab(this.buffer.subarray(this.position))
    return this.chunks
  }

  /** Ends the writer and gives everything in one array, of its own when there was more than one chunk. */
  finishBytes(): Uint8Array {
    const chunks = this.finish()
    if (chunks.length === 1) return chunks[0] as Uint8Array
    const all = new Uint8Array(this.chunkedBytes)
    let at = 0
    for (const chunk of chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return all
  }

  bool(value: boolean): void {
    if (typeof value !== 'boolean') refuse('a boolean', value)
    const at = this.room(1)
    this.buffer[at] = value ? 1 : 0
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) refuse('an int8', value)
    const at = this.room(1)
    this.buffer[at] = value
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) refuse('an int16', value)
    const at = this.room(2)
    this.buffer[at] = value >> 8
    this.buffer[at + 1] = value
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) refuse('a uint16', value)
    this.int16((value << 16) >> 16)
  }

  int32(value: number): void {
    if ((value | 0) !== value) refuse('an int32', value)
    const at = this.room(4)
    putInt32(this.buffer, at, value)
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) refuse('a uint32', value)
    this.int32(value | 0)
  }

  /** Refuses what a number cannot hold exactly. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) refuse('an exact int64', value)
    const at = this.room(8)
    putInt32(this.buffer, at, Math.floor(value / 0x1_0000_0000))
    putInt32(this.buffer, at + 4, value | 0)
  }

  /** All 64 bits. */
  int64Exact(value: bigint): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) refuse('an int64', value)
    this.int32(Number(BigInt.asIntN(32, value >> 32n)))
    this.int32(Number(BigInt.asIntN(32, value)))
  }

  float64(value: number): void {
    if (typeof value !== 'number') refuse('a float64', value)
    const at = this.room(8)
    new DataView(this.buffer.buffer, this.buffer.byteOffset + at, 8).setFloat64(0, value)
  }

  unsignedVarint(value: number): void {
    if (value >>> 0 !== value) refuse('an unsigned varint', value)
    const at = this.room(5)
    this.position = putUnsignedVarint(this.buffer, at, value)
  }

  /** Zig-zag, 32 bits. */
  varint(value: number): void {
    if ((value | 0) !== value) refuse('a varint', value)
    this.unsignedVarint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  /** Zig-zag, 64 bits, exact numbers only. */
  varlong(value: number): void {
    if (!Number.isSafeInteger(value)) refuse('an exact varlong', value)
    const at = this.room(10)
    this.position = putVarlong(this.buffer, at, value)
  }

  uuid(value: string): void {
    if (typeof value !== 'string') refuse('a uuid', value)
    const at = this.room(16)
    putUuid(this.buffer, at, value)
  }

  /** UTF-8 behind an int16 length. */
  shortString(value: string): void {
    if (typeof value !== 'string') refuse('a string', value)
    const at = this.room(2 + value.length)
    if (!this.putAscii(at + 2, value)) return this.longString(value, at, false)
    if (value.length > 0x7fff) refuse('a string of at most 32767 bytes', `${value.length} characters`)
    this.buffer[at] = value.length >> 8
    this.buffer[at + 1] = value.length
  }

  /** UTF-8 behind an unsigned varint, length plus one. */
  compactString(value: string): void {
    if (typeof value !== 'string') refuse('a string', value)
    // Up to 126 characters the length takes one byte; above, its size depends on the text.
    if (value.length > 126) return this.longString(value, this.position, true)
    const at = this.room(1 + value.length)
    if (!this.putAscii(at + 1, value)) return this.longString(value, at, true)
    this.buffer[at] = value.length + 1
  }

  /** Copies; the prefix is the caller's. Long ones are taken by reference. */
  raw(bytes: Uint8Array): void {
    if (!(bytes instanceof Uint8Array)) refuse('bytes', bytes)
    if (bytes.length > COPY_BYTES_MAX) return this.reference(bytes)
    const at = this.room(bytes.length)
    this.buffer.set(bytes, at)
  }

  /** The chunk goes out as it is. */
  reference(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.closeChunk()
    this.chunks.push(chunk)
    this.chunkedBytes += chunk.length
  }

  private longString(value: string, at: number, compact: boolean): void {
    this.position = at
    const bytes = utf8.encode(value)
    if (compact) this.unsignedVarint(bytes.length + 1)
    else if (bytes.length <= 0x7fff) this.int16(bytes.length)
    else refuse('a string of at most 32767 bytes', `${bytes.length} bytes`)
    this.raw(bytes)
  }

  /** False at the first character that is not ASCII. */
  private putAscii(at: number, value: string): boolean {
    const buffer = this.buffer
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return false
      buffer[at + i] = code
    }
    return true
  }

  /** Makes room for `count` bytes, moves over them and returns where they begin; `this.buffer` may be a new one afterwards. */
  private room(count: number): number {
    if (this.position + count > this.buffer.length) {
      this.closeChunk()
      this.buffer = takeSlab(count)
      this.start = 0
      this.position = 0
    }
    const at = this.position
    this.position = at + count
    return at
  }

  private closeChunk(): void {
    if (this.position === this.start) return
    this.chunks.push(this.buffer.subarray(this.start, this.position))
    this.chunkedBytes += this.position - this.start
    this.start = this.position
  }
}

function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

function refuse(wanted: string, value: unknown): never {
  throw new WireFormatError(`${String(value)} is not ${wanted}`)
}
