import { describe, expect, it } from 'vitest'
import { FailureError } from '../../../src-main/contract/failure.ts'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { typedBytes, type Typed } from '../../../src-main/workbench/typed-bytes.ts'

const bytesOf = (encoding: Typed['encoding'], text: string) => typedBytes({ encoding, text }, 'value') as Uint8Array

describe('what a person typed', () => {
  it('becomes bytes by its encoding; nothing stays nothing', () => {
    expect(typedBytes(null, 'key')).toBeNull()
    expect(bytesOf('text', 'ü')).toEqual(Uint8Array.of(0xc3, 0xbc))
    expect(bytesOf('hex', '0x00 FF:1a')).toEqual(Uint8Array.of(0, 255, 26))
    expect(bytesOf('base64', 'AP8a')).toEqual(Uint8Array.of(0, 255, 26))
    expect(bytesOf('text', '')).toEqual(new Uint8Array(0))
  })

  it.each([
    ['int32', '-7', 'int32', '-7'],
    ['int64', '9223372036854775807', 'int64', '9223372036854775807'],
    ['float64', '-0.5', 'float64', '-0.5'],
    ['uuid', '123e4567-e89b-42d3-a456-426614174000', 'uuid', '123e4567-e89b-42d3-a456-426614174000'],
    [
      'msgpack',
      '{"id": 9007199254740993, "x": [1.5, null, "9007199254740993"]}',
      'msgpack',
      '{"id":9007199254740993,"x":[1.5,null,"9007199254740993"]}',
    ],
    ['cbor', '{"id": 18446744073709551615, "n": -5}', 'cbor', '{"id":18446744073709551615,"n":-5}'],
  ] as const)('%s of %s is what its decoder reads', (encoding, text, decoder, expected) => {
    const decoding = newDecoding({ topic: 't', key: 'auto', value: decoder })
    expect(decoding.compact('value', bytesOf(encoding, text))).toBe(expected)
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
    ['int32', '2147483648', /does not fit into 32 bits/],
    ['int64', '1.5', /no whole number/],
    ['float64', 'x', /no number/],
    ['uuid', '1234', /no UUID/],
    ['msgpack', '{', /not JSON/],
  ] as const)('refuses what is no %s: %s', (encoding, text, message) => {
    expect(() => bytesOf(encoding, text)).toThrow(FailureError)
    expect(() => bytesOf(encoding, text)).toThrow(message)
  })
})
