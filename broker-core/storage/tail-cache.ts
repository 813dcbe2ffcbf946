import { batchBaseOffset, batchLastOffset } from '../records/batch-header.ts'
import { batchEnd } from '../records/batch-iterator.ts'

/** One append, or several small ones that follow each other in one slab. */
interface TailPiece {
  readonly owner: TailCache
  /** Empty once dropped: queue and list may still hold the piece for a while, but no longer its memory. */
  bytes: Uint8Array
  /** What `bytes` is the used front of; undefined: memory of whoever appended. */
  slab: Uint8Array | undefined
  readonly keptBytes: number
  readonly baseOffset: number
  lastOffset: number
  isDropped: boolean
}

const noBytes = new Uint8Array(0)

/** A view that is a small part of a large frame is copied: it must not keep more than this many times its size alive. */
const keptAliveFactorMax = 4

/** Smaller appends are copied into slabs: a buffer of its own would cost a small one more than its bytes. */
const slabbedBytesMax = 4 * 1024
const slabBytesMin = 2 * 1024
const slabBytesMax = 64 * 1024

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
    this.#usedBytes += piece.keptBytes
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
    this.#usedBytes -= piece.keptBytes
    piece.bytes = noBytes
    piece.slab = undefined
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
    if (bytes.length <= slabbedBytesMax) {
      this.#addSmall(bytes, baseOffset, lastOffset)
      return
    }
    const kept = bytes.buffer.byteLength > bytes.length * keptAliveFactorMax ? bytes.slice() : bytes
    this.#push(kept, undefined, baseOffset, lastOffset)
  }

  #addSmall(bytes: Uint8Array, baseOffset: number, lastOffset: number): void {
    const last = this.#pieces.length > this.#head ? this.#pieces[this.#pieces.length - 1] : undefined
    const used = last?.bytes.length ?? 0
    if (last?.slab !== undefined && used + bytes.length <= last.slab.length) {
      last.slab.set(bytes, used)
      last.bytes = last.slab.subarray(0, used + bytes.length)
      last.lastOffset = lastOffset
      return
    }
    // Slabs grow with the traffic, so that an idle partition keeps little.
    const wanted = Math.min(slabBytesMax, this.#budget.bytesMax, Math.max(slabBytesMin, (last?.slab?.length ?? 0) * 2))
    const slab = new Uint8Array(Math.max(wanted, bytes.length))
    slab.set(bytes)
    this.#push(slab.subarray(0, bytes.length), slab, baseOffset, lastOffset)
  }

  #push(bytes: Uint8Array, slab: Uint8Array | undefined, baseOffset: number, lastOffset: number): void {
    const keptBytes = (slab ?? bytes).length
    const piece: TailPiece = { owner: this, isDropped: false, bytes, slab, keptBytes, baseOffset, lastOffset }
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

  /** After a truncation: nothing that reaches `offset` may stay, and what stays must reach the new end. Rare, so all goes. */
  truncateTo(offset: number): void {
    if (this.#pieces.length > this.#head && this.#pieces[this.#pieces.length - 1]!.lastOffset >= offset) this.clear()
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
