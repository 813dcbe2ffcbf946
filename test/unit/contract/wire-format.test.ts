import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from '../../../src-main/contract/wire-format.ts'

describe('messages over the WebSocket', () => {
  it('come back as they went, bytes and all', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 50 }))
    const message = fc.dictionary(
      fc.string().filter(key => key !== '__proto__'),
      fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.constantFrom('a', 'b'), leaf)),
    )
    fc.assert(
      fc.property(message, value => {
        const plain = { ...value }
        expect(decodeMessage(encodeMessage(plain))).toEqual(plain)
      }),
    )
  })

  it('carry a Buffer of Node as bytes, wherever it stands', () => {
    const message = {
      whole: Buffer.from([1, 2, 255]),
      list: [Buffer.from([]), 'x'],
      deep: { slice: Buffer.from('abc').subarray(1) },
    }
    const bytes = (values: number[]) => Uint8Array.from(values)
    expect(decodeMessage(encodeMessage(message))).toEqual({
      whole: bytes([1, 2, 255]),
      list: [bytes([]), 'x'],
      deep: { slice: bytes([98, 99]) },
    })
  })

  it('refuse every frame that could not have been made', () => {
    const frame = (length: number, json: string, rest: number) => {
      const text = new TextEncoder().encode(json)
      const bytes = new Uint8Array(4 + text.length + rest)
      new DataView(bytes.buffer).setUint32(0, length)
      bytes.set(text, 4)
      return bytes
    }
    const json = '{"a":{"$bytes":3}}'
    expect(() => decodeMessage(frame(json.length, json, 2))).toThrow('blob longer than its frame')
    expect(() => decodeMessage(frame(json.length, json, 4))).toThrow('bytes left over')
    expect(() => decodeMessage(frame(4_000_000_000, json, 3))).toThrow('shorter than its length says')
    expect(() => decodeMessage(frame(16, '{"a":{"$bytes":-1}}', 0))).toThrow()
    expect(() => decodeMessage(Uint8Array.of(0, 0))).toThrow('too short')
  })
})
