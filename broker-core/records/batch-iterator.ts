import { batchHeaderBytes, batchLastOffset, batchSizeBytes } from './batch-header.ts'

/** Bytes of a batch that must be there before its size can be read. */
const sizePrefixBytes = 12

/**
 * End of the whole batch that starts at `at`, or -1 when the bytes hold none: cut off, or a length that no batch has. Records data of
 * a fetch may end in a partial batch, which readers drop.
 */
export function batchEnd(bytes: Uint8Array, at: number, limit = bytes.length): number {
  if (at + sizePrefixBytes > limit) return -1
  const size = batchSizeBytes(bytes, at)
  if (size < batchHeaderBytes || at + size > limit) return -1
  return at + size
}

/** Starts of all whole batches in order. For callers off the hot path; loops there use `batchEnd`. */
export function* batchStarts(bytes: Uint8Array): Generator<number> {
  for (let at = 0, end = batchEnd(bytes, 0); end !== -1; at = end, end = batchEnd(bytes, at)) yield at
}

/** Each whole batch as a view. */
export function* batchesIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0, end = batchEnd(bytes, 0); end !== -1; at = end, end = batchEnd(bytes, at)) yield bytes.subarray(at, end)
}

/** Bytes taken by whole batches at the front. */
export function wholeBatchesBytes(bytes: Uint8Array): number {
  let at = 0
  for (let end = batchEnd(bytes, 0); end !== -1; end = batchEnd(bytes, at)) at = end
  return at
}

/** Start of the first batch whose last offset is >= `offset`; -1 when there is none in [at, limit). */
export function findBatchContaining(bytes: Uint8Array, offset: number, at = 0, limit = bytes.length): number {
  for (let end = batchEnd(bytes, at, limit); end !== -1; at = end, end = batchEnd(bytes, at, limit)) {
    if (batchLastOffset(bytes, at) >= offset) return at
  }
  return -1
}
