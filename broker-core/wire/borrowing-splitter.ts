import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import type { FrameSplitter } from './frame-splitter.ts'
import { frameBytesMaxDefault } from './frame-splitter.ts'

const sizeFieldBytes = 4
const firstBufferBytes = 64 * 1024
/** A larger buffer is let go after its frame. */
const keptBufferBytes = 4 * 1024 * 1024

/**
 * A splitter for chunks that are only lent: what it gives out is lent as well, until the next push. One frame in pieces is put
 * together in a buffer that is used again, so that a stream of frames costs no memory. Memory grows with the bytes received, never
 * with the size that a peer claims (WIRE-01).
 */
export function createBorrowingSplitter(frameBytesMax: number = frameBytesMaxDefault): FrameSplitter {
  let buffer = new Uint8Array(0)
  /** Bytes of the unfinished frame in `buffer`, its size field included. */
  let filled = 0

  function gather(piece: Uint8Array): void {
    const needed = filled + piece.length
    if (needed > buffer.length) {
      const larger = new Uint8Array(
        Math.max(firstBufferBytes, needed, Math.min(buffer.length * 2, frameBytesMax + sizeFieldBytes)),
      )
      larger.set(buffer.subarray(0, filled))
      buffer = larger
    }
    buffer.set(piece, filled)
    filled = needed
  }
  /** Takes from `bytes` at `at` what the unfinished frame still lacks; returns the position after it, and the frame when it is whole. */
  function fill(bytes: Uint8Array, at: number): { at: number; frame: Uint8Array | undefined } {
    let from = at
    if (filled < sizeFieldBytes) {
      const end = Math.min(bytes.length, from + sizeFieldBytes - filled)
      gather(bytes.subarray(from, end))
      from = end
      if (filled < sizeFieldBytes) return { at: from, frame: undefined }
    }
    const frameEnd = sizeFieldBytes + checkedSize(buffer, 0, frameBytesMax)
    const end = Math.min(bytes.length, from + frameEnd - filled)
    gather(bytes.subarray(from, end))
    return { at: end, frame: filled === frameEnd ? buffer.subarray(sizeFieldBytes, frameEnd) : undefined }
  }

  return {
    heldBytes: () => filled,
    push(bytes, take) {
      const frames: Uint8Array[] = []
      let at = 0
      if (filled === 0 && buffer.length > keptBufferBytes) buffer = new Uint8Array(0)
      if (filled > 0) {
        const first = fill(bytes, 0)
        at = first.at
        if (first.frame !== undefined) {
          frames.push(first.frame)
          filled = 0
        }
      }
      if (filled > 0) return give(frames, take)
      for (let end = frameEndIn(bytes, at, frameBytesMax); end !== -1; end = frameEndIn(bytes, at, frameBytesMax)) {
        frames.push(bytes.subarray(at + sizeFieldBytes, end))
        at = end
      }
      if (at === bytes.length) return give(frames, take)
      // The first frame may still lie in the buffer: what follows it must not be put on top of it.
      if (frames[0]?.buffer === buffer.buffer) buffer = new Uint8Array(0)
      fill(bytes, at)
      give(frames, take)
    },
  }
}

function give(frames: readonly Uint8Array[], take: (frame: Uint8Array) => void): void {
  for (const frame of frames) take(frame)
}

/** Where the frame at `at` ends; -1 when not all of it is here. */
function frameEndIn(bytes: Uint8Array, at: number, frameBytesMax: number): number {
  if (bytes.length - at < sizeFieldBytes) return -1
  const end = at + sizeFieldBytes + checkedSize(bytes, at, frameBytesMax)
  return end > bytes.length ? -1 : end
}

function checkedSize(bytes: Uint8Array, at: number, frameBytesMax: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + sizeFieldBytes)
  const size = (a << 24) | (b << 16) | (c << 8) | d
  if (size < 0 || size > frameBytesMax)
    throw new WireFormatError(`a frame of ${size} bytes, where 0 to ${frameBytesMax} are accepted`)
  return size
}
