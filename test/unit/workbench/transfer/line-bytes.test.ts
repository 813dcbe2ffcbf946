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
})
