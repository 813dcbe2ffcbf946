import { CompressionError } from '../codec.ts'

/**
 * How large compressed data can get, read from its framing alone, so that nothing is unpacked that could exceed a limit. The bounds
 * are exact for snappy; for lz4 and zstd frames without a content size they count each block at the most it can hold.
 */
export const xerialHeaderBytes = 16
/** `82 SNAPPY 00`, version 1, compatible with 1. */
export const xerialMagic = new Uint8Array([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])

/** Raw snappy blocks of a xerial stream. */
export function xerialBlocks(bytes: Uint8Array): Uint8Array[] {
  const view = viewOf(bytes)
  const blocks: Uint8Array[] = []
  for (let at = xerialHeaderBytes; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new CompressionError('snappy: block length cut off')
    const length = view.getInt32(at)
    at += 4
    if (length < 0 || at + length > bytes.length) throw new CompressionError(`snappy: block of ${length} bytes`)
    blocks.push(bytes.subarray(at, at + length))
    at += length
  }
  return blocks
}

/** The unpacked size that a raw snappy block states; its decoder holds it to that. */
export function snappyBlockBytes(block: Uint8Array): number {
  let size = 0
  let scale = 1
  for (let at = 0; at < Math.min(5, block.length); at++) {
    const byte = block[at]!
    size += (byte & 127) * scale
    if (byte < 128) return size
    scale *= 128
  }
  throw new CompressionError('snappy: no length')
}

const lz4Magic = 0x184d2204
const lz4BlockBytes: Readonly<Record<number, number>> = { 4: 65536, 5: 262144, 6: 1048576, 7: 4194304 }
export const lz4BlockBytesMax = 4194304
/** An LZ4 block cannot unfold to more than 255 times its size. */
const lz4RatioMax = 255

/** Upper bound for the first LZ4 frame in `bytes` (decoders stop behind it). */
export function lz4OutputBound(bytes: Uint8Array): number {
  if (bytes.length < 7) throw new CompressionError('lz4: frame cut off')
  const view = viewOf(bytes)
  if (view.getUint32(0, true) !== lz4Magic) throw new CompressionError('lz4: no frame')
  const flags = bytes[4]!
  const blockMax = lz4BlockBytes[(bytes[5]! >> 4) & 7]
  if (blockMax === undefined) throw new CompressionError('lz4: block size')
  const blockChecksumBytes = flags & 0x10 ? 4 : 0
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0)
  let bound = 0
  for (;;) {
    if (at + 4 > bytes.length) throw new CompressionError('lz4: block cut off')
    const header = view.getUint32(at, true)
    if (header === 0) return bound
    const size = header & 0x7fffffff
    bound += header >>> 31 ? size : Math.min(blockMax, size * lz4RatioMax)
    at += 4 + size + blockChecksumBytes
  }
}

const zstdMagic = 0xfd2fb528
export const zstdBlockBytesMax = 128 * 1024

/** Upper bound for all zstd frames in `bytes`. A stated content size is believed only where the decoder enforces it (it does). */
export function zstdOutputBound(bytes: Uint8Array): number {
  const view = viewOf(bytes)
  let bound = 0
  for (let at = 0; at < bytes.length; ) {
    if (at + 8 > bytes.length) throw new CompressionError('zstd: frame cut off')
    const magic = view.getUint32(at, true)
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      at += 8 + view.getUint32(at + 4, true)
      continue
    }
    if (magic !== zstdMagic) throw new CompressionError('zstd: no frame')
    const frame = zstdFrame(bytes, view, at)
    bound += frame.bound
    at = frame.end
  }
  return bound
}

/** RFC 8878 section 3.1.1: header, then blocks until the one marked last, then an optional checksum. */
function zstdFrame(bytes: Uint8Array, view: DataView, start: number): { bound: number; end: number } {
  const descriptor = bytes[start + 4]!
  const singleSegment = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeFlag = descriptor >> 6
  const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag
  let at = start + 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes
  let bound = 0
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) throw new CompressionError('zstd: block cut off')
    const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    const size = header >> 3
    const type = (header >> 1) & 3
    last = (header & 1) !== 0
    bound += type === 2 ? zstdBlockBytesMax : size
    at += 3 + (type === 1 ? 1 : size)
  }
  const stated = statedContentSize(view, at <= bytes.length ? start : -1, { singleSegment, dictionaryBytes, sizeFlag, sizeBytes })
  return { bound: stated === undefined ? bound : Math.min(bound, stated), end: at + (descriptor & 4 ? 4 : 0) }
}

function statedContentSize(
  view: DataView,
  start: number,
  header: { singleSegment: boolean; dictionaryBytes: number; sizeFlag: number; sizeBytes: number },
): number | undefined {
  if (start < 0 || header.sizeBytes === 0) return undefined
  const at = start + 5 + (header.singleSegment ? 0 : 1) + header.dictionaryBytes
  switch (header.sizeFlag) {
    case 0:
      return view.getUint8(at)
    case 1:
      return view.getUint16(at, true) + 256
    case 2:
      return view.getUint32(at, true)
    default:
      return Number(view.getBigUint64(at, true))
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
