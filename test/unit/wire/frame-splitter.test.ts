import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameSplitter, type FrameSplitter } from '../../../broker-core/wire/frame-splitter.ts'

const push = (splitter: FrameSplitter, bytes: Uint8Array): Uint8Array[] => {
  const frames: Uint8Array[] = []
  splitter.push(bytes, frame => frames.push(frame))
  return frames
}
const framed = (content: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(4 + content.length)
  new DataView(bytes.buffer).setInt32(0, content.length)
  bytes.set(content, 4)
  return bytes
}
const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap(part => [...part]))
const sizeField = (size: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, size)
  return bytes
}

describe('frame splitter', () => {
  it('WIRE-01: gives back the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 10 }),
        (contents, cuts) => {
          const stream = joined(contents.map(framed))
          const splitter = createFrameSplitter()
          const seen: Uint8Array[] = []
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const end = at + (cuts[turn % cuts.length] ?? 1)
            seen.push(...push(splitter, stream.subarray(at, end)))
            at = end
          }
          expect(seen.map(frame => [...frame])).toEqual(contents.map(content => [...content]))
          expect(splitter.heldBytes()).toBe(0)
        },
      ),
    )
  })

  it('a frame within one chunk is a view on it', () => {
    const stream = joined([framed(Uint8Array.of(1, 2)), framed(Uint8Array.of(3))])
    const frames = push(createFrameSplitter(), stream)
    expect(frames.map(frame => frame.buffer === stream.buffer)).toEqual([true, true])
  })

  it('WIRE-01: a negative size and one beyond the limit are refused, the limit itself is not', () => {
    expect(() => push(createFrameSplitter(100), sizeField(-1))).toThrow('a frame of -1 bytes')
    expect(() => push(createFrameSplitter(100), sizeField(101))).toThrow('a frame of 101 bytes')
    expect(() => push(createFrameSplitter(), sizeField(100 * 1024 * 1024 + 1))).toThrow('where 0 to 104857600')
    expect(push(createFrameSplitter(100), sizeField(100))).toEqual([])
  })

  it('memory follows the bytes that came, not the size that was claimed', () => {
    const splitters = Array.from({ length: 1000 }, () => {
      const splitter = createFrameSplitter()
      push(splitter, sizeField(100 * 1024 * 1024))
      push(splitter, Uint8Array.of(1))
      return splitter
    })
    expect(splitters.reduce((sum, splitter) => sum + splitter.heldBytes(), 0)).toBe(5000)
    const before = process.memoryUsage().arrayBuffers
    const trickled = createFrameSplitter()
    push(trickled, sizeField(1_000_000))
    for (let sent = 0; sent < 999_999; sent++) push(trickled, Uint8Array.of(7))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000)
    const [frame] = push(trickled, Uint8Array.of(7))
    expect(frame?.length).toBe(1_000_000)
    expect(frame?.every(byte => byte === 7)).toBe(true)
  })

  it('frames before a bad one are given out', () => {
    const seen: Uint8Array[] = []
    const stream = joined([framed(Uint8Array.of(1)), sizeField(-1)])
    expect(() => createFrameSplitter().push(stream, frame => seen.push(frame))).toThrow()
    expect(seen).toEqual([Uint8Array.of(1)])
  })

  it('an empty frame is a frame, also when it ends the chunk', () => {
    expect(push(createFrameSplitter(), sizeField(0))).toEqual([new Uint8Array(0)])
  })
})
