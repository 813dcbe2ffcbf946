import * as fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { compressSync } from 'snappy'
import { describe, expect, it } from 'vitest'
import type { CompressionName } from '../../../broker-core/env/codec.ts'
import { CompressionError, compressionNames } from '../../../broker-core/env/codec.ts'
import { crc32c } from '../../../broker-core/env/node/checksum.ts'
import { lz4OutputBound, zstdOutputBound } from '../../../broker-core/env/node/compressed-sizes.ts'
import { nodeCompression } from '../../../broker-core/env/node/compression.ts'
import { builtInZstd, packagedZstd } from '../../../broker-core/env/node/zstd.ts'

const limit = 1 << 20
const codecs = compressionNames.filter(name => name !== 'none')
const text = new TextEncoder().encode('the same words again and again, '.repeat(9000))

describe.each(codecs)('compression: %s', codec => {
  it('DISK-02: gives back what went in, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 40 }), (bytes, times) => {
        const plain = new Uint8Array(bytes.length * times)
        for (let i = 0; i < times; i++) plain.set(bytes, i * bytes.length)
        const packed = nodeCompression.compress(codec, plain)
        expect(Buffer.from(nodeCompression.decompress(codec, packed, limit)).equals(plain)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('refuses to unfold beyond the limit before it takes the memory', () => {
    const packed = nodeCompression.compress(codec, new Uint8Array(64 << 20))
    const before = process.memoryUsage().arrayBuffers
    expect(() => nodeCompression.decompress(codec, packed, limit)).toThrow(CompressionError)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20)
  })

  it('accepts exactly the limit', () => {
    const packed = nodeCompression.compress(codec, text)
    expect(nodeCompression.decompress(codec, packed, text.length).length).toBe(text.length)
  })

  it('answers damaged bytes with CompressionError, never with anything else', () => {
    const packed = nodeCompression.compress(codec, text)
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
        const damaged = cut ? packed.slice(0, at) : Uint8Array.from(packed)
        if (!cut) damaged[at] = damaged[at]! ^ flip
        try {
          nodeCompression.decompress(codec as CompressionName, damaged, limit)
        } catch (error) {
          expect(error).toBeInstanceOf(CompressionError)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('framings', () => {
  it('DISK-02: snappy is written with the xerial framing and a bare block is read too', () => {
    const packed = nodeCompression.compress('snappy', text)
    expect([...packed.subarray(0, 16)]).toEqual([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
    expect(Buffer.from(nodeCompression.decompress('snappy', compressSync(text), limit)).equals(text)).toBe(true)
  })

  it('DISK-02: lz4 frames have independent blocks, which is all that Java readers take', () => {
    const packed = nodeCompression.compress('lz4', text)
    expect([...packed.subarray(0, 4)]).toEqual([0x04, 0x22, 0x4d, 0x18])
    expect(packed[4]! & 0x20).toBe(0x20)
  })

  it('the size bounds are never below what really comes out', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 200 }), (bytes, times) => {
        const plain = Buffer.concat(Array.from({ length: times }, () => bytes))
        expect(lz4OutputBound(nodeCompression.compress('lz4', plain))).toBeGreaterThanOrEqual(plain.length)
        expect(zstdOutputBound(packagedZstd().compress(plain, 3))).toBeGreaterThanOrEqual(plain.length)
      }),
      { numRuns: 60 },
    )
  })

  it('both zstd implementations read each other (the runtime has one from Node 22.15 on)', () => {
    const builtIn = builtInZstd() ?? packagedZstd()
    const packaged = packagedZstd()
    expect(Buffer.from(packaged.decompress(builtIn.compress(text, 3), limit)).equals(text)).toBe(true)
    expect(Buffer.from(builtIn.decompress(packaged.compress(text, 3), limit)).equals(text)).toBe(true)
  })

  it('gzip members of other writers are read', () => {
    expect(nodeCompression.decompress('gzip', gzipSync(text, { level: 1 }), limit).length).toBe(text.length)
  })
})

describe('crc32c', () => {
  it('is the Castagnoli sum, unsigned, and continues from a seed', () => {
    const bytes = new TextEncoder().encode('123456789')
    expect(crc32c(bytes)).toBe(0xe3069283)
    expect(crc32c(bytes.subarray(4), crc32c(bytes.subarray(0, 4)))).toBe(0xe3069283)
  })
})
