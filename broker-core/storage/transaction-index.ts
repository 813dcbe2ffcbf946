import { getInt16, getInt64, setInt16, setInt64 } from '../base/bytes/big-endian.ts'
import type { DirectoryFiles } from './directory-files.ts'

export const transactionIndexEntryBytes = 34
const entryVersion = 0

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Offset of the abort marker. */
  readonly lastOffset: number
  /** LSO at the moment of the abort (DISK-18): no transaction that began below was still open. */
  readonly lastStableOffset: number
}

/** `.txnindex` (SEMANTICS 2.6) of one segment; made on first use. Aborts are rare: entries are kept in memory and written one by one. */
export class TransactionIndex {
  readonly path: string
  readonly #files: DirectoryFiles
  #entries: AbortedTransaction[] | undefined
  #sizeBytes: number

  constructor(files: DirectoryFiles, path: string, sizeBytes: number) {
    this.#files = files
    this.path = path
    this.#sizeBytes = sizeBytes
  }

  get exists(): boolean {
    return this.#sizeBytes > 0
  }

  entries(): readonly AbortedTransaction[] {
    if (this.#sizeBytes === 0) return none
    this.#entries ??= decodeTransactionIndex(this.#files.readAll(this.path) ?? noBytes)
    return this.#entries
  }

  append(aborted: AbortedTransaction): void {
    const entries = this.#sizeBytes === 0 ? [] : (this.entries() as AbortedTransaction[])
    this.#files.write(this.path, [encodeAbortedTransaction(aborted)], this.#sizeBytes)
    this.#sizeBytes += transactionIndexEntryBytes
    entries.push(aborted)
    this.#entries = entries
  }

  /** DISK-20. */
  truncateTo(offset: number): void {
    if (this.#sizeBytes === 0) return
    const kept = this.entries().filter(entry => entry.lastOffset < offset)
    this.#entries = kept
    this.#sizeBytes = kept.length * transactionIndexEntryBytes
    if (kept.length === 0) this.#files.remove(this.path)
    else this.#files.resize(this.path, this.#sizeBytes)
  }

  /** Whole entries of a known version, in marker order (DISK-18), that belong to the segment: Kafka asks less, and would take zeros. */
  isSound(baseOffset: number): boolean {
    if (this.#sizeBytes % transactionIndexEntryBytes !== 0) return false
    const bytes = this.#sizeBytes === 0 ? noBytes : (this.#files.readAll(this.path) ?? noBytes)
    let previous = baseOffset - 1
    return decodeTransactionIndex(bytes).every(({ firstOffset, lastOffset }, index) => {
      const follows = lastOffset > previous && firstOffset < lastOffset
      previous = lastOffset
      return follows && getInt16(bytes, index * transactionIndexEntryBytes) === entryVersion
    })
  }

  /** Forgets all entries, unreadable ones too. */
  clear(): void {
    this.#entries = undefined
    this.#sizeBytes = 0
    this.#files.remove(this.path)
  }

  sync(): void {
    if (this.#sizeBytes > 0) this.#files.sync(this.path)
  }

  /** Sealed segments keep nothing in memory. */
  forget(): void {
    this.#entries = undefined
  }
}

const none: readonly AbortedTransaction[] = []
const noBytes: Uint8Array = new Uint8Array(0)

export function encodeAbortedTransaction(aborted: AbortedTransaction): Uint8Array {
  const bytes = new Uint8Array(transactionIndexEntryBytes)
  setInt16(bytes, 0, entryVersion)
  setInt64(bytes, 2, aborted.producerId)
  setInt64(bytes, 10, aborted.firstOffset)
  setInt64(bytes, 18, aborted.lastOffset)
  setInt64(bytes, 26, aborted.lastStableOffset)
  return bytes
}

/** Whole entries only; a torn last one is not there. */
export function decodeTransactionIndex(bytes: Uint8Array): AbortedTransaction[] {
  const entries: AbortedTransaction[] = []
  for (let at = 0; at + transactionIndexEntryBytes <= bytes.length; at += transactionIndexEntryBytes) {
    entries.push({
      producerId: getInt64(bytes, at + 2),
      firstOffset: getInt64(bytes, at + 10),
      lastOffset: getInt64(bytes, at + 18),
      lastStableOffset: getInt64(bytes, at + 26),
    })
  }
  return entries
}

/**
 * DISK-19 over the indexes of successive segments: aborted transactions that overlap `[from, to)`. Stops as soon as an entry proves
 * that nothing behind it can overlap.
 */
export function abortedOverlapping(
  indexes: Iterable<readonly AbortedTransaction[]>,
  from: number,
  to: number,
): AbortedTransaction[] {
  const found: AbortedTransaction[] = []
  for (const entries of indexes) {
    for (const entry of entries) {
      if (entry.lastOffset >= from && entry.firstOffset < to) found.push(entry)
      if (entry.lastStableOffset >= to) return found
    }
  }
  return found
}
