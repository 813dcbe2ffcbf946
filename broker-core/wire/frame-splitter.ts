import { WireFormatError } from '../base/bytes/wire-format-error.ts'

/** Default of `socket.request.max.bytes` (WIRE-01). */
export const frameBytesMaxDefault = 100 * 1024 * 1024

export interface FrameSplitter {
  /**
   * Takes the next bytes of the stream and gives `take` the contents (without their int32 size) of all frames that they complete. A
   * frame within one chunk is a view on it. Throws WireFormatError for a size that is negative or beyond the limit, after the frames
   * before it; the stream is lost then.
   */
  push(bytes: Uint8Array, take: (frame: Uint8Array) => void): void
  /** Bytes of an unfinished frame, its size field included. */
  heldBytes(): number
}

/** Pieces below this are gathered in one buffer: a peer that sends byte by byte must not cost an object per byte. */
const smallPieceBytes = 4096
const gatherBytes = 16 * 1024
const sizeFieldBytes = 4

/** WIRE-01. Memory grows with the bytes received, never with the size that a peer claims. */
export function createFrameSplitter(frameBytesMax: number = frameBytesMaxDefault): FrameSplitter {
  const sizeField = new Uint8Array(sizeFieldBytes)
  let sizeFieldFilled = 0
  let frameBytes = 0
  let pieces = createPieces()

  function readSizeField(bytes: Uint8Array, at: number): number {
    const count = Math.min(sizeFieldBytes - sizeFieldFilled, bytes.length - at)
    for (let index = 0; index < count; index++) sizeField[sizeFieldFilled + index] = bytes[at + index] ?? 0
    sizeFieldFilled += count
    if (sizeFieldFilled === sizeFieldBytes) frameBytes = checkedSize(sizeField, frameBytesMax)
    return at + count
  }

  function completed(last: Uint8Array): Uint8Array {
    if (pieces.sizeBytes() === 0) return last
    pieces.add(last)
    const frame = pieces.joined()
    pieces = createPieces()
    return frame
  }

  return {
    heldBytes: () => sizeFieldFilled + pieces.sizeBytes(),
    push(bytes, take) {
      let at = 0
      while (at < bytes.length || (sizeFieldFilled === sizeFieldBytes && frameBytes === 0)) {
        if (sizeFieldFilled < sizeFieldBytes) {
          at = readSizeField(bytes, at)
          continue
        }
        const end = Math.min(bytes.length, at + frameBytes - pieces.sizeBytes())
        const piece = bytes.subarray(at, end)
        const isWhole = pieces.sizeBytes() + piece.length === frameBytes
        if (!isWhole) {
          pieces.add(piece)
        } else {
          sizeFieldFilled = 0
          take(completed(piece))
        }
        at = end
      }
    },
  }
}

function checkedSize(field: Uint8Array, frameBytesMax: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = field
  const size = (a << 24) | (b << 16) | (c << 8) | d
  if (size < 0 || size > frameBytesMax)
    throw new WireFormatError(`a frame of ${size} bytes, where 0 to ${frameBytesMax} are accepted`)
  return size
}

interface Pieces {
  add(piece: Uint8Array): void
  sizeBytes(): number
  joined(): Uint8Array
}

function createPieces(): Pieces {
  const whole: Uint8Array[] = []
  let gathered = new Uint8Array(0)
  let gatheredFilled = 0
  let total = 0

  function sealGathered(): void {
    if (gatheredFilled > 0) whole.push(gathered.subarray(0, gatheredFilled))
    gathered = new Uint8Array(0)
    gatheredFilled = 0
  }

  return {
    add(piece) {
      if (piece.length === 0) return
      total += piece.length
      if (piece.length >= smallPieceBytes) {
        sealGathered()
        whole.push(piece)
        return
      }
      if (gatheredFilled + piece.length > gathered.length) {
        sealGathered()
        gathered = new Uint8Array(gatherBytes)
      }
      gathered.set(piece, gatheredFilled)
      gatheredFilled += piece.length
    },
    sizeBytes: () => total,
    joined() {
      sealGathered()
      const frame = new Uint8Array(total)
      let at = 0
      for (const piece of whole) {
        frame.set(piece, at)
        at += piece.length
      }
      return frame
    },
  }
}
