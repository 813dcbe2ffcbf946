import { assert, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from '../../../broker-core/base/bytes/base64.ts'

describe('base64', () => {
  it('writes what Node writes and reads it back', () => {
    assert(
      property(uint8Array(), bytes => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(fromBase64(toBase64(bytes))).toEqual(Uint8Array.from(bytes))
      }),
    )
  })

  it('refuses what is no base64', () => {
    for (const text of ['A', 'A===', 'A*==', 'AA=A', '-_AA']) expect(fromBase64(text)).toBeUndefined()
  })
})
