import type { Crc32c } from '../env/codec.ts'
import { batchBaseOffset, batchCrcIsValid, batchSizeBytes } from '../records/batch-header.ts'
import { batchEnd } from '../records/batch-iterator.ts'
import { CorruptRecords } from '../records/record-varint.ts'
import type { Segment } from './segment.ts'

const blockBytes = 1024 * 1024

/**
 * The batches of a segment in order, as views on blocks of about 1 MiB; a larger batch makes a larger block. Each is checked: who
 * reads here writes anew, and a fresh CRC over bytes that have rotted would vouch for them. Throws CorruptRecords.
 */
export function* batchesOf(segment: Segment, crc32c: Crc32c): Generator<Uint8Array> {
  let position = 0
  let wanted = blockBytes
  while (position < segment.sizeBytes) {
    const block = segment.read(position, wanted)
    let at = 0
    for (let end = batchEnd(block, 0); end !== -1; end = batchEnd(block, at)) {
      if (!batchCrcIsValid(block, at, crc32c)) throw new CorruptRecords(brokenAt(segment, block, at, position))
      yield block.subarray(at, end)
      at = end
    }
    if (at === 0) {
      const needed = block.length < 12 ? 0 : batchSizeBytes(block, 0)
      if (needed <= block.length || needed > segment.sizeBytes - position) {
        throw new CorruptRecords(`no batch at ${position} of ${segment.logPath}`)
      }
      wanted = needed
    } else {
      wanted = blockBytes
    }
    position += at
  }
}

const brokenAt = (segment: Segment, block: Uint8Array, at: number, position: number): string =>
  `CRC of the batch at offset ${batchBaseOffset(block, at)}, position ${position + at} of ${segment.logPath}`
