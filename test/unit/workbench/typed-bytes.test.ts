import { describe, expect, it } from 'vitest'
import { FailureError } from '../../../src-main/contract/failure.ts'
import { typedBytes } from '../../../src-main/workbench/typed-bytes.ts'

const bytesOf = (encoding: 'text' | 'json' | 'hex' | 'base64', text: string) => typedBytes({ encoding, text }, 'value')

describe('what a person typed', () => {
  it('becomes bytes by its encoding; nothing stays nothing', () => {
    expect(typedBytes(null, 'key')).toBeNull()
    expect(bytesOf('text', 'ü')).toEqual(Uint8Array.of(0xc3, 0xbc))
    expect(bytesOf('hex', '0x00 FF:1a')).toEqual(Uint8Array.of(0, 255, 26))
    expect(bytesOf('base64', 'AP8a')).toEqual(Uint8Array.of(0, 255, 26))
    expect(bytesOf('text', '')).toEqual(new Uint8Array(0))
  })

  it('keeps JSON as it was typed: no digit is lost', () => {
    expect(new TextDecoder().decode(bytesOf('json', '{"n": 12345678901234567890}') as Uint8Array)).toBe(
      '{"n": 12345678901234567890}',
    )
  })

  it.each([
    ['json', '{', /value is not JSON/],
    ['hex', 'abc', /value is not hex/],
    ['hex', 'zz', /value is not hex/],
    ['base64', 'a', /value is not Base64/],
    ['base64', '!!!!', /value is not Base64/],
  ] as const)('refuses what is no %s: %s', (encoding, text, message) => {
    expect(() => bytesOf(encoding, text)).toThrow(FailureError)
    expect(() => bytesOf(encoding, text)).toThrow(message)
  })
})
