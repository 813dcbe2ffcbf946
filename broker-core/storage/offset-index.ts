import { getInt32, setInt32 } from '../base/bytes/big-endian.ts'
import type { DirectoryFiles } from './directory-files.ts'
import { IndexFile } from './index-file.ts'

export const offsetIndexEntryBytes = 8

/** `.index` (SEMANTICS 2.4): last offset of some batches, relative to the segment, and where these batches start. */
export class OffsetIndex {
  readonly file: IndexFile
  readonly #baseOffset: number

  constructor(files: DirectoryFiles, path: string, baseOffset: number, count: number) {
    this.file = new IndexFile(files, path, offsetIndexEntryBytes, count)
    this.#baseOffset = baseOffset
  }

  append(offset: number, position: number): void {
    const { bytes, at } = this.file.add()
    setInt32(bytes, at, offset - this.#baseOffset)
    setInt32(bytes, at + 4, position)
  }

  isFull(indexBytesMax: number): boolean {
    return this.file.count >= Math.floor(indexBytesMax / offsetIndexEntryBytes)
  }

  /** DISK-11: position of the greatest entry <= `offset`, 0 without one. */
  positionBefore(offset: number): number {
    const count = this.#countUpTo(offset)
    return count === 0 ? 0 : getInt32(this.file.entry(count - 1), 4)
  }

  /** Position of the last entry, 0 without one: where a scan for the end of the segment may begin. */
  lastPosition(): number {
    return this.file.count === 0 ? 0 : getInt32(this.file.entry(this.file.count - 1), 4)
  }

  lastOffset(): number {
    return this.file.count === 0 ? this.#baseOffset : this.#baseOffset + getInt32(this.file.entry(this.file.count - 1), 0)
  }

  /** Keeps the entries below `offset`. */
  truncateTo(offset: number): void {
    this.file.truncate(this.#countUpTo(offset - 1))
  }

  #countUpTo(offset: number): number {
    const relative = offset - this.#baseOffset
    return this.file.countWhile((bytes, at) => getInt32(bytes, at) <= relative)
  }
}
