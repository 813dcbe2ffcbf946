import { gunzipSync, gzipSync } from 'node:zlib'
import type { Compression, CompressionName } from '../codec.ts'
import { CompressionError } from '../codec.ts'
import {
  lz4BlockBytesMax,
  lz4OutputBound,
  snappyBlockBytes,
  xerialBlocks,
  xerialHeaderBytes,
  xerialMagic,
} from './compressed-sizes.ts'
import { lz4, snappy } from './native-codecs.ts'
import { zstd } from './zstd.ts'

/**
 * Kafka's four codecs (DISK-02). The native decoders of lz4 and zstd take no limit, so the block headers are added up first and a
 * stream that could unfold beyond the limit is refused before memory is taken (the sum counts the last block as full, so one block more
 * is let through and then measured); gzip and snappy are bounded exactly.
 */
export const nodeCompression: Compression = {
  compress(codec, bytes, level) {
    switch (codec) {
      case 'none':
        return bytes
      case 'gzip':
        return gzipSync(bytes, level === undefined || level === -1 ? {} : { level })
      case 'snappy':
        return xerialCompress(bytes)
      case 'lz4':
        return lz4().compressFrameSync(asBuffer(bytes))
      case 'zstd':
        return zstd.compress(bytes, level ?? 3)
    }
  },
  decompress(codec, bytes, maxBytes) {
    try {
      return decompressors[codec](bytes, maxBytes)
    } catch (cause) {
      if (cause instanceof CompressionError) throw cause
      throw new CompressionError(`${codec}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  },
}

const decompressors: Record<CompressionName, (bytes: Uint8Array, maxBytes: number) => Uint8Array> = {
  none: (bytes, maxBytes) => refuseBeyond(bytes, maxBytes),
  gzip: (bytes, maxBytes) => gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) }),
  snappy: (bytes, maxBytes) => (isXerial(bytes) ? xerialDecompress(bytes, maxBytes) : snappyBlock(bytes, maxBytes)),
  lz4(bytes, maxBytes) {
    if (lz4OutputBound(bytes) > maxBytes + lz4BlockBytesMax) throw tooLarge(maxBytes)
    return refuseBeyond(lz4().decompressFrameSync(asBuffer(bytes)), maxBytes)
  },
  zstd: (bytes, maxBytes) => refuseBeyond(zstd.decompress(bytes, maxBytes), maxBytes),
}

const tooLarge = (maxBytes: number): CompressionError => new CompressionError(`unfolds beyond ${maxBytes} bytes`)

function refuseBeyond(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  return bytes
}

/** The native packages take Buffers; this is a view, not a copy. */
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Block size of the Java client; readers accept any. */
const xerialBlockBytes = 32 * 1024

function xerialCompress(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [xerialMagic]
  for (let at = 0; at < bytes.length; at += xerialBlockBytes) {
    const block = snappy().compressSync(bytes.subarray(at, at + xerialBlockBytes))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

const isXerial = (bytes: Uint8Array): boolean =>
  bytes.length >= xerialHeaderBytes && xerialMagic.subarray(0, 8).every((byte, index) => bytes[index] === byte)

function xerialDecompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const blocks = xerialBlocks(bytes)
  let total = 0
  for (const block of blocks) total += snappyBlockBytes(block)
  if (total > maxBytes) throw tooLarge(maxBytes)
  const whole = new Uint8Array(total)
  let at = 0
  for (const block of blocks) {
    const plain = snappy().uncompressSync(block) as Buffer
    whole.set(plain, at)
    at += plain.length
  }
  return whole
}

function snappyBlock(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (snappyBlockBytes(bytes) > maxBytes) throw tooLarge(maxBytes)
  return snappy().uncompressSync(bytes) as Buffer
}
