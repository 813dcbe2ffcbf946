import { getInt32, getInt64, setInt32, setInt64 } from '../base/bytes/big-endian.ts'
import type { DirectoryFiles } from './directory-files.ts'
import { IndexFile } from './index-file.ts'

export const timeIndexEntryBytes = 12

/** `.timeindex` (SEMANTICS 2.5): the largest timestamp so far, and the last offset of the batch that carried it. */
export class TimeIndex {
  readonly file: IndexFile
  readonly #baseOffset: number
  #lastTimestampMs: number

  constructor(files: DirectoryFiles, path: string, baseOffset: number, count: number) {
    this.file = new IndexFile(files, path, timeIndexEntryBytes, count)
    this.#baseOffset = baseOffset
    this.#lastTimestampMs = count === 0 ? -1 : getInt64(this.file.entry(count - 1), 0)
  }

  get lastTimestampMs(): number {
    return this.#lastTimestampMs
  }

  lastOffset(): number {
    return this.file.count === 0 ? this.#baseOffset : this.#baseOffset + getInt32(this.file.entry(this.file.count - 1), 8)
  }

  /** False for one whose zeros were not cut off, after a loss of power. */
  isAscending(): boolean {
    return this.file.count < 2 || getInt64(this.file.entry(0), 0) < this.#lastTimestampMs
  }

  /** DISK-15, DISK-16: only a larger timestamp makes an entry. */
  append(timestampMs: number, offset: number): void {
    if (timestampMs <= this.#lastTimestampMs) return
    const { bytes, at } = this.file.add()
    setInt64(bytes, at, timestampMs)
    setInt32(bytes, at + 8, offset - this.#baseOffset)
    this.#lastTimestampMs = timestampMs
  }

  /** One slot stays free for the final maximum (DISK-15). */
  isFull(indexBytesMax: number): boolean {
    return this.file.count >= Math.floor(indexBytesMax / timeIndexEntryBytes) - 1
  }

  /** Offset of the greatest entry whose timestamp is below `timestampMs`: records that reach it lie behind. Base offset without one. */
  offsetBefore(timestampMs: number): number {
    const count = this.file.countWhile((bytes, at) => getInt64(bytes, at) < timestampMs)
    return count === 0 ? this.#baseOffset : this.#baseOffset + getInt32(this.file.entry(count - 1), 8)
  }

  /** Keeps the entries below `offset`. */
  truncateTo(offset: number): void {
    const relative = offset - this.#baseOffset
    const count = this.file.countWhile((bytes, at) => getInt32(bytes, at + 8) < relative)
    this.file.truncate(count)
    this.#lastTimestampMs = count === 0 ? -1 : getInt64(this.file.entry(count - 1), 0)
  }
}
