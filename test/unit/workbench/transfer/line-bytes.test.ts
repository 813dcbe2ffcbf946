import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineBytes } from '../../../../src-main/workbench/transfer/line-bytes.ts'

describe('lines on their way to a file', () => {
  it('are what was put in, in that order, however much and however often it is taken', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }).map(text => ({ text, bytes: undefined })),
      fc.uint8Array({ maxLength: 60 }).map(bytes => ({ text: undefined, bytes })),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 30 }), fc.integer({ min: 1, max: 64 }), (pieces, size) => {
        const out = new LineBytes(size)
        const taken: Buffer[] = []
        for (const [{ text, bytes }, isTaken] of pieces) {
          if (text === undefined) out.bytes(bytes)
          else out.text(text)
          if (isTaken) taken.push(out.take())
        }
        taken.push(out.take())
        const wanted = pieces.map(([{ text, bytes }]) => (text === undefined ? Buffer.from(bytes) : Buffer.from(text)))
        expect(Buffer.concat(taken)).toEqual(Buffer.concat(wanted))
        expect(out.length).toBe(0)
      }),
    )
  })

  it('writes whole numbers as their text', () => {
    const edges = [0, 9, 10, 99, 100, 999_999_999, 1_000_000_000, 1_000_000_001, 4_294_967_296, 1_790_000_000_009, 2 ** 53 - 1]
    const whole = fc.oneof(fc.constantFrom(...edges, -1, -(2 ** 53) + 1), fc.maxSafeInteger(), fc.nat())
    fc.assert(
      fc.property(fc.array(whole, { maxLength: 20 }), values => {
        const out = new LineBytes(8)
        for (const value of values) {
          out.integer(value)
          out.ascii(',')
        }
        expect(out.take().toString()).toBe(values.map(value => `${value},`).join(''))
      }),
    )
  })

  it('takes bytes of any length as they are', () => {
    const out = new LineBytes(8)
    const parts = [0, 1, 31, 32, 33, 5_000].map(length => Uint8Array.from({ length }, (_, at) => at % 251))
    for (const part of parts) out.bytes(part)
    expect(out.take()).toEqual(Buffer.concat(parts))
  })
})
