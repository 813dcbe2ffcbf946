import type { CompressionName } from '../env/codec.ts'
import { batchHeaderBytes, readBatchHeader, stampCrc, writeBatchHeader } from './batch-header.ts'
import type { BatchCodecs } from './batch-writer.ts'
import { openRecords } from './record-reader.ts'

const compressionMask = 0x07
const codecBits: Record<CompressionName, number> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

/** PROD-06: the same batch with its records under another codec. Throws CorruptRecords or CompressionError. */
export function recompressBatch(
  batch: Uint8Array,
  codec: CompressionName,
  level: number | undefined,
  codecs: BatchCodecs,
): Uint8Array {
  const records = openRecords(batch, 0, codecs.compression)
  const plain = records.bytes.subarray(records.end, records.bytes === batch ? batch.length : records.bytes.length)
  const block = codecs.compression.compress(codec, plain, level)
  const header = readBatchHeader(batch)
  const bytes = new Uint8Array(batchHeaderBytes + block.length)
  bytes.set(block, batchHeaderBytes)
  writeBatchHeader(bytes, 0, {
    ...header,
    sizeBytes: bytes.length,
    attributes: (header.attributes & ~compressionMask) | codecBits[codec],
  })
  stampCrc(bytes, 0, codecs.crc32c)
  return bytes
}
