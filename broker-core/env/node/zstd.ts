import * as zlib from 'node:zlib'
import type { Decoder, Encoder } from '@toondepauw/node-zstd'
import { CompressionError } from '../codec.ts'
import { nodeZstd } from './native-codecs.ts'
import { zstdBlockBytesMax, zstdOutputBound } from './compressed-sizes.ts'

export interface Zstd {
  compress(bytes: Uint8Array, level: number): Uint8Array
  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array
}

/** What `node:zlib` has from Node 22.15 on; absent in its types for Node 20. */
interface ZlibWithZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array, options: object) => Uint8Array
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: object) => Uint8Array
  readonly constants: { readonly ZSTD_c_compressionLevel?: number }
}

/** zstd by the runtime itself; undefined where it has none (Node 20, the Electron of Node 20). */
export function builtInZstd(from: ZlibWithZstd = zlib as ZlibWithZstd): Zstd | undefined {
  const { zstdCompressSync, zstdDecompressSync, constants } = from
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return undefined
  const levelName = constants.ZSTD_c_compressionLevel ?? 100
  return {
    compress: (bytes, level) => zstdCompressSync(bytes, { params: { [levelName]: level } }),
    decompress: (bytes, maxBytes) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) }),
  }
}

/** The native package, bounded by adding up block sizes first, since its decoder takes no limit. */
export function packagedZstd(): Zstd {
  let decoder: Decoder | undefined
  const encoders = new Map<number, Encoder>()
  return {
    compress(bytes, level) {
      let encoder = encoders.get(level)
      if (encoder === undefined) encoders.set(level, (encoder = new (nodeZstd().Encoder)(level)))
      return encoder.encodeSync(asBuffer(bytes))
    },
    decompress(bytes, maxBytes) {
      if (zstdOutputBound(bytes) > maxBytes + zstdBlockBytesMax)
        throw new CompressionError(`zstd: unfolds beyond ${maxBytes} bytes`)
      decoder ??= new (nodeZstd().Decoder)()
      return decoder.decodeSync(asBuffer(bytes))
    },
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export const zstd: Zstd = builtInZstd() ?? packagedZstd()
