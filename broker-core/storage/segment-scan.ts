import { batchHeaderBytes, batchSizeBytes } from '../records/batch-header.ts'
import type { DirectoryFiles } from './directory-files.ts'

const blockBytes = 16 * 1024
/** Every look-up reads a header or two: the block is kept for the next one, unless a visitor looks up something itself. */
let spareBlock: Uint8Array | undefined

/** `bytes` holds at least the header of the batch that lies at `position` in the file and at `at` in `bytes`. False ends the scan. */
export type HeaderVisitor = (bytes: Uint8Array, at: number, position: number) => boolean | void

/**
 * Walks the batch headers of a log file in [from, to) without reading the records behind them, but for those that come along in a
 * block. Returns the position of the batch at which the visitor stopped, else the end of the last whole batch.
 */
export function scanBatchHeaders(files: DirectoryFiles, path: string, from: number, to: number, visit: HeaderVisitor): number {
  if (from >= to) return from
  const block = spareBlock ?? new Uint8Array(blockBytes)
  spareBlock = undefined
  try {
    return walkHeaders(files, path, { from, to, block }, visit)
  } finally {
    spareBlock = block
  }
}

function walkHeaders(
  files: DirectoryFiles,
  path: string,
  { from, to, block }: { from: number; to: number; block: Uint8Array },
  visit: HeaderVisitor,
): number {
  let position = from
  while (position + batchHeaderBytes <= to) {
    const read = files.read(path, block.subarray(0, Math.min(block.length, to - position)), position)
    let at = 0
    while (at + batchHeaderBytes <= read) {
      const size = batchSizeBytes(block, at)
      if (size < batchHeaderBytes || position + at + size > to) return position + at
      if (visit(block, at, position + at) === false) return position + at
      at += size
    }
    if (at === 0) return position
    position += at
  }
  return position
}
