import { batchBaseOffset, batchLastOffset } from '../records/batch-header.ts'
import { batchEnd } from '../records/batch-iterator.ts'

interface TailPiece {
  readonly owner: TailCache
  /** Empty once dropped: queue and list may still hold the piece for a while, but no longer its memory. */
  bytes: Uint8Array
  readonly baseOffset: number
  readonly lastOffset: number
  isDropped: boolean
}

const noBytes = new Uint8Array(0)

/** A view that is a small part of a large frame is copied: it must not keep more than this many times its size alive. */
const keptAliveFactorMax = 4

/**
 * Bytes that the tails of all logs of a directory may hold together. At the limit the oldest appended piece of any log goes; readers
 * then find it in the page cache.
 */
export class TailBudget {
  readonly bytesMax: number
  #usedBytes = 0
  #queue: TailPiece[] = []
  #head = 0

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  take(piece: TailPiece): void {
    this.#queue.push(piece)
    this.#usedBytes += piece.bytes.length
    while (this.#usedBytes > this.bytesMax) {
      const oldest = this.#queue[this.#head++]!
      if (!oldest.isDropped) oldest.owner.dropOldest()
    }
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }

  release(piece: TailPiece): void {
    piece.isDropped = true
    this.#usedBytes -= piece.bytes.length
    piece.bytes = noBytes
  }
}

/** The newest batches of one log, by reference to the bytes that were appended. Contiguous up to the log end. */
export class TailCache {
  readonly #budget: TailBudget
  #pieces: TailPiece[] = []
  #head = 0

  constructor(budget: TailBudget) {
    this.#budget = budget
  }

  /** First offset that can be read here; Infinity when empty. */
  get startOffset(): number {
    return this.#pieces[this.#head]?.baseOffset ?? Number.POSITIVE_INFINITY
  }

  /** `bytes` are whole batches as written to the file; they must not change any more. */
  add(bytes: Uint8Array, baseOffset: number, lastOffset: number): void {
    if (bytes.length > this.#budget.bytesMax) {
      this.clear()
      return
    }
    const kept = bytes.buffer.byteLength > bytes.length * keptAliveFactorMax ? bytes.slice() : bytes
    const piece: TailPiece = { owner: this, bytes: kept, baseOffset, lastOffset, isDropped: false }
    this.#pieces.push(piece)
    this.#budget.take(piece)
  }

  dropOldest(): void {
    const piece = this.#pieces[this.#head]!
    this.#budget.release(piece)
    this.#head++
    if (this.#head * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#head)
      this.#head = 0
    }
  }

  /** After a compaction: what is below `offset` is to be read as the files have it now. */
  dropBelow(offset: number): void {
    while (this.startOffset < offset) this.dropOldest()
  }

  /** After a truncation: nothing that reaches `offset` may stay. */
  truncateTo(offset: number): void {
    while (this.#pieces.length > this.#head && this.#pieces[this.#pieces.length - 1]!.lastOffset >= offset) {
      this.#budget.release(this.#pieces.pop()!)
    }
  }

  clear(): void {
    for (let i = this.#head; i < this.#pieces.length; i++) this.#budget.release(this.#pieces[i]!)
    this.#pieces = []
    this.#head = 0
  }

  /** Views from the batch that contains `fromOffset`; whole batches, all below `belowOffset`. Call only from `startOffset` on. */
  read(query: { fromOffset: number; belowOffset: number; maxBytes: number; atLeastOneBatch: boolean }): TailRead {
    const result: { chunks: Uint8Array[]; sizeBytes: number; firstBatchBaseOffset: number; nextOffset: number } = {
      chunks: [],
      sizeBytes: 0,
      firstBatchBaseOffset: -1,
      nextOffset: query.fromOffset,
    }
    for (let i = this.#pieceOf(query.fromOffset); i < this.#pieces.length; i++) {
      const { bytes } = this.#pieces[i]!
      const start = i === this.#head || result.sizeBytes === 0 ? skipTo(bytes, query.fromOffset) : 0
      const end = endWithin(bytes, start, query, result.sizeBytes)
      if (end === start) break
      if (result.sizeBytes === 0) result.firstBatchBaseOffset = batchBaseOffset(bytes, start)
      result.chunks.push(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end))
      result.sizeBytes += end - start
      result.nextOffset = end === bytes.length ? this.#pieces[i]!.lastOffset + 1 : batchBaseOffset(bytes, end)
      if (end < bytes.length) break
    }
    return result
  }

  #pieceOf(offset: number): number {
    let low = this.#head
    let high = this.#pieces.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#pieces[middle]!.lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}

export interface TailRead {
  readonly chunks: readonly Uint8Array[]
  readonly sizeBytes: number
  readonly firstBatchBaseOffset: number
  readonly nextOffset: number
}

function skipTo(bytes: Uint8Array, offset: number): number {
  let at = 0
  for (let end = batchEnd(bytes, 0); end !== -1 && batchLastOffset(bytes, at) < offset; end = batchEnd(bytes, at)) at = end
  return at
}

function endWithin(
  bytes: Uint8Array,
  start: number,
  query: { belowOffset: number; maxBytes: number; atLeastOneBatch: boolean },
  takenBytes: number,
): number {
  let at = start
  for (let end = batchEnd(bytes, at); end !== -1; end = batchEnd(bytes, at)) {
    if (batchLastOffset(bytes, at) >= query.belowOffset) break
    const isFirst = takenBytes === 0 && at === start
    if (takenBytes + end - start > query.maxBytes && !(isFirst && query.atLeastOneBatch)) break
    at = end
  }
  return at
}
