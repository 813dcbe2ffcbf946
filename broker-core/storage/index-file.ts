import { assert } from '../base/assert.ts'
import type { DirectoryFiles } from './directory-files.ts'

/** Entries gathered in memory before one write; they are durable no earlier than their segment is, so this loses nothing. */
const tailEntriesMax = 512

/**
 * A file of fixed-size entries in ascending order. New entries gather in memory and go to the file together: an append to the log costs
 * no second system call. Look-ups search the file by positional reads, so an idle or sealed index keeps nothing in memory.
 */
export class IndexFile {
  readonly path: string
  readonly entryBytes: number
  readonly #files: DirectoryFiles
  #count: number
  #writtenCount: number
  #tail: Uint8Array

  constructor(files: DirectoryFiles, path: string, entryBytes: number, count: number) {
    this.#files = files
    this.path = path
    this.entryBytes = entryBytes
    this.#count = count
    this.#writtenCount = count
    this.#tail = noBytes
  }

  get count(): number {
    return this.#count
  }

  /** Where the caller writes its entry, as `bytes` and `at`; counted at once. */
  add(): { bytes: Uint8Array; at: number } {
    if (this.#count - this.#writtenCount === tailEntriesMax) this.write()
    const at = (this.#count - this.#writtenCount) * this.entryBytes
    if (at === this.#tail.length) this.#tail = grown(this.#tail, this.entryBytes)
    this.#count++
    slot.bytes = this.#tail
    slot.at = at
    return slot
  }

  /** Brings the entries in memory to the file. */
  write(): void {
    const pending = this.#count - this.#writtenCount
    if (pending === 0) return
    this.#files.write(this.path, [this.#tail.slice(0, pending * this.entryBytes)], this.#writtenCount * this.entryBytes)
    this.#writtenCount = this.#count
  }

  /** Drops the entries from `count` on. */
  truncate(count: number): void {
    assert(count <= this.#count, 'an index is cut, not grown')
    this.write()
    this.#count = count
    this.#writtenCount = count
  }

  /** DISK-12: zero-filled to `sizeBytes` while active. */
  presize(sizeBytes: number): void {
    this.write()
    this.#files.resize(this.path, this.#count * this.entryBytes)
    this.#files.resize(this.path, Math.max(sizeBytes, this.#count * this.entryBytes))
    this.#files.close(this.path)
  }

  /** DISK-12: cut to what is used, and its memory let go. */
  seal(): void {
    this.write()
    this.#files.resize(this.path, this.#count * this.entryBytes)
    this.#tail = noBytes
    this.#files.close(this.path)
  }

  sync(): void {
    this.write()
    this.#files.sync(this.path)
  }

  /** Entry `index` as bytes; valid until the next call on any index. */
  entry(index: number): Uint8Array {
    assert(index >= 0 && index < this.#count, 'index entry out of range')
    return this.#range(index, index + 1)
  }

  /** Number of entries from the front for which `isBefore` holds; it must hold for a prefix. */
  countWhile(isBefore: (bytes: Uint8Array, at: number) => boolean): number {
    let low = 0
    let high = this.#count
    while (high - low > pageEntries) {
      const middle = (low + high) >>> 1
      if (isBefore(this.#range(middle, middle + 1), 0)) low = middle + 1
      else high = middle
    }
    const bytes = this.#range(low, high)
    let left = 0
    let right = high - low
    while (left < right) {
      const middle = (left + right) >>> 1
      if (isBefore(bytes, middle * this.entryBytes)) left = middle + 1
      else right = middle
    }
    return low + left
  }

  #range(from: number, to: number): Uint8Array {
    const size = (to - from) * this.entryBytes
    if (from >= this.#writtenCount) {
      const start = (from - this.#writtenCount) * this.entryBytes
      return this.#tail.subarray(start, start + size)
    }
    const bytes = page.subarray(0, size)
    const fromFile = Math.min(to, this.#writtenCount) - from
    this.#files.read(this.path, bytes.subarray(0, fromFile * this.entryBytes), from * this.entryBytes)
    if (to > this.#writtenCount)
      bytes.set(this.#tail.subarray(0, (to - this.#writtenCount) * this.entryBytes), fromFile * this.entryBytes)
    return bytes
  }
}

const noBytes: Uint8Array = new Uint8Array(0)
const slot: { bytes: Uint8Array; at: number } = { bytes: noBytes, at: 0 }
const pageEntries = 256
const widestEntryBytes = 34
/** Scratch shared by all indexes: look-ups are synchronous and never nest. */
const page = new Uint8Array(pageEntries * widestEntryBytes)

function grown(bytes: Uint8Array, entryBytes: number): Uint8Array {
  const larger = new Uint8Array(Math.min(tailEntriesMax, Math.max(16, (bytes.length / entryBytes) * 4)) * entryBytes)
  larger.set(bytes)
  return larger
}
