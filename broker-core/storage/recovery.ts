import type { Compression, Crc32c } from '../env/codec.ts'
import {
  batchBaseOffset,
  batchCrcIsValid,
  batchLastOffset,
  batchLeaderEpoch,
  batchMagic,
  batchSizeBytes,
  currentMagic,
} from '../records/batch-header.ts'
import { batchEnd } from '../records/batch-iterator.ts'
import type { DirectoryFiles } from './directory-files.ts'
import type { EpochCache } from './epoch-cache.ts'
import { noteProducerOf } from './log-producers.ts'
import type { ProducerStates } from './producer-state.ts'
import type { Segment } from './segment.ts'

const blockBytesMin = 4 * 1024 * 1024

export interface RecoveryTargets {
  readonly files: DirectoryFiles
  readonly crc32c: Crc32c
  readonly compression: Compression
  readonly producers: ProducerStates
  readonly epochs: EpochCache | undefined
  readonly indexIntervalBytes: number
  onProgress?(bytes: number): void
}

/**
 * DISK-31: checks every batch of the segment, CRC included, and rebuilds its indexes, the epochs and the producers from them. Cuts the
 * segment at the first batch that is not valid; returns false when it did.
 */
export function recoverSegment(
  segment: Segment,
  nextOffset: number,
  targets: RecoveryTargets,
): { isWhole: boolean; nextOffset: number } {
  const fileBytes = targets.files.sizeOf(segment.logPath)
  segment.forgetContent()
  let next = Math.max(nextOffset, segment.baseOffset)
  let position = 0
  let block = new Uint8Array(Math.min(blockBytesMin, fileBytes))
  while (position < fileBytes) {
    const read = targets.files.read(segment.logPath, block.subarray(0, Math.min(block.length, fileBytes - position)), position)
    const walked = takeValidBatches(segment, block.subarray(0, read), next, targets)
    next = walked.nextOffset
    position += walked.bytes
    targets.onProgress?.(walked.bytes)
    if (walked.bytes > 0 && !walked.isBroken) continue
    const wanted = walked.isBroken ? 0 : sizeWanted(block.subarray(0, read))
    if (wanted <= block.length || wanted > fileBytes - position) break
    block = new Uint8Array(wanted)
  }
  const isWhole = position === fileBytes
  if (!isWhole) segment.cutTo(position, next)
  return { isWhole, nextOffset: next }
}

const sizeWanted = (bytes: Uint8Array): number => (bytes.length < 12 ? 0 : batchSizeBytes(bytes, 0))

function takeValidBatches(segment: Segment, bytes: Uint8Array, nextOffset: number, targets: RecoveryTargets) {
  let next = nextOffset
  let at = 0
  for (let end = batchEnd(bytes, 0); end !== -1; at = end, end = batchEnd(bytes, at)) {
    if (!isValidBatch(segment, bytes, at, next, targets.crc32c)) return { bytes: at, nextOffset: next, isBroken: true }
    segment.noteBatch(bytes, at, targets.indexIntervalBytes)
    const epoch = batchLeaderEpoch(bytes, at)
    if (epoch >= 0) targets.epochs?.assign(epoch, batchBaseOffset(bytes, at))
    const aborted = noteProducerOf(targets.producers, bytes, at, targets.compression)
    if (aborted !== undefined) segment.transactionIndex.append(aborted)
    next = batchLastOffset(bytes, at) + 1
  }
  return { bytes: at, nextOffset: next, isBroken: false }
}

function isValidBatch(segment: Segment, bytes: Uint8Array, at: number, nextOffset: number, crc32c: Crc32c): boolean {
  if (batchMagic(bytes, at) !== currentMagic) return false
  const baseOffset = batchBaseOffset(bytes, at)
  const lastOffset = batchLastOffset(bytes, at)
  if (baseOffset < nextOffset || lastOffset < baseOffset || !segment.canHold(lastOffset)) return false
  return batchCrcIsValid(bytes, at, crc32c)
}
