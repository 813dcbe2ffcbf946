import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBorrowingSplitter } from '../../../broker-core/wire/borrowing-splitter.ts'

function framed(content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + content.length)
  new DataView(frame.buffer).setInt32(0, content.length)
  frame.set(content, 4)
  return frame
}

/** Pushes the stream in pieces of the given sizes, each through the same buffer, as a socket that lends its bytes does. */
function pushInPieces(stream: Uint8Array, sizes: readonly number[]): string[] {
  const splitter = createBorrowingSplitter(10_000_000)
  const lent = new Uint8Array(300_000)
  const found: string[] = []
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const size = Math.min(stream.length - at, sizes[turn % sizes.length] ?? 1, lent.length)
    lent.set(stream.subarray(at, at + size))
    splitter.push(lent.subarray(0, size), frame => found.push(Buffer.from(frame).toString('hex')))
    lent.fill(0xee)
    at += size
  }
  expect(splitter.heldBytes()).toBe(0)
  return found
}

describe('frames from lent bytes', () => {
  it('WIRE-01: gives out exactly the frames that were sent, however they are cut', () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 12 })
    const sizes = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(contents, sizes, (frames, cuts) => {
        const stream = new Uint8Array(Buffer.concat(frames.map(framed)))
        expect(pushInPieces(stream, cuts)).toEqual(frames.map(frame => Buffer.from(frame).toString('hex')))
      }),
      { numRuns: 500 },
    )
  })

  it('puts large frames together in one buffer and lets a very large one go', () => {
    const big = new Uint8Array(5_000_000).fill(7)
    const stream = new Uint8Array(Buffer.concat([framed(big), framed(new Uint8Array([1])), framed(big)]))
    expect(pushInPieces(stream, [262_144]).map(hex => hex.length / 2)).toEqual([5_000_000, 1, 5_000_000])
  })

  it('WIRE-01: refuses a negative size and one beyond the limit, in one piece or in two', () => {
    const negative = new Uint8Array([0xff, 0xff, 0xff, 0xff])
    const tooLarge = new Uint8Array([0x7f, 0xff, 0xff, 0xff, 0, 0])
    for (const bytes of [negative, tooLarge]) {
      expect(() => createBorrowingSplitter(1000).push(bytes, () => {})).toThrow(/frame of/)
      const splitter = createBorrowingSplitter(1000)
      splitter.push(bytes.subarray(0, 2), () => {})
      expect(() => splitter.push(bytes.subarray(2), () => {})).toThrow(/frame of/)
    }
  })
})
