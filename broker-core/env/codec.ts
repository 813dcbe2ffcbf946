export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Attribute bits 0-2 of a batch (SEMANTICS 2.3). */
export const compressionNames: readonly CompressionName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export interface Compression {
  compress(codec: CompressionName, bytes: Uint8Array, level?: number): Uint8Array
  /** Refuses (CompressionError) to grow beyond `maxBytes`: a peer's word about sizes is not believed. DISK-02 framings. */
  decompress(codec: CompressionName, bytes: Uint8Array, maxBytes: number): Uint8Array
}

export class CompressionError extends Error {
  override readonly name = 'CompressionError'
}

/** CRC-32C (Castagnoli) as an unsigned number; `seed` continues an earlier result. */
export type Crc32c = (bytes: Uint8Array, seed?: number) => number
