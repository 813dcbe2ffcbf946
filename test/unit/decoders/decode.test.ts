import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodedText, decodePart, previewOf } from '../../../src-main/workbench/decoders/decode.ts'
import { detailCharsMax } from '../../../src-main/contract/limits.ts'
import { layOut, squeeze } from '../../../src-main/workbench/decoders/json.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe('automatic choice', () => {
  it.each([
    ['{"a": 1}', 'json'],
    ['[1, 2]', 'json'],
    ['{not json}', 'text'],
    ['42', 'text'],
    ['<order id="1"/>', 'xml'],
    ['plain words', 'text'],
  ])('reads %s as %s and says why', (value, decoder) => {
    const preview = previewOf(utf8(value), 'auto')
    expect(preview.decoder).toBe(decoder)
    expect(preview.reason).not.toBe('')
  })

  it('reads 16 bytes with version and variant bits as UUID', () => {
    const bytes = Uint8Array.from([0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x42, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0])
    expect(previewOf(bytes, 'auto')).toMatchObject({ decoder: 'uuid', text: '123e4567-e89b-42d3-a456-426614174000' })
  })

  it('reads eight bytes that are no text as a big-endian integer, exactly', () => {
    const bytes = Uint8Array.from([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
    expect(previewOf(bytes, 'auto')).toMatchObject({ decoder: 'int64', text: '9223372036854775807' })
  })

  it('shows other bytes in hex', () => {
    expect(previewOf(Uint8Array.of(0, 255, 16), 'auto')).toMatchObject({ decoder: 'hex', text: '00 ff 10' })
  })

  it('recognises JSON by the beginning of a large value, cut inside a character', () => {
    const bytes = utf8(`{"text": "${'ü'.repeat(5_000)}"}`)
    expect(previewOf(bytes, 'auto')).toMatchObject({ decoder: 'json', truncated: true, sizeBytes: bytes.length })
    expect(previewOf(bytes.subarray(0, 3_001), 'auto').decoder).toBe('json')
  })
})

describe('JSON', () => {
  it('keeps numbers beyond 2^53, doubled keys and trailing zeros as written', () => {
    const text = decodedText(utf8('{"n":12345678901234567890,"n":1.50,"e":1E400}'), 'auto')
    expect(text).toBe('{\n  "n": 12345678901234567890,\n  "n": 1.50,\n  "e": 1E400\n}')
  })

  it('means the same after layout, whatever the value, and squeezes back to the compact form', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const compact = JSON.stringify(value)
        expect(layOut(compact)).toBe(JSON.stringify(value, null, 2))
        expect(squeeze(layOut(compact))).toBe(compact)
      }),
    )
  })

  it('lays out deep nesting without breaking the stack', () => {
    const deep = `${'['.repeat(50_000)}1${']'.repeat(50_000)}`
    expect(layOut(deep)).toContain('1')
  })

  it('lays out strings of megabytes, with and without escapes, and keeps what looks like structure in them', () => {
    const plain = 'y'.repeat(10_000_000)
    expect(layOut(`{"a":"${plain}"}`)).toBe(`{\n  "a": "${plain}"\n}`)
    const escaped = '\\\\\\"{,'.repeat(1_000_000)
    expect(layOut(`["${escaped}",1]`)).toBe(`[\n  "${escaped}",\n  1\n]`)
    expect(squeeze(`[ "${escaped}" , 1`)).toBe(`["${escaped}",1`)
  })

  it('lays out only the beginning when no more is asked for', () => {
    const rows = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, name: `customer ${id}` })))
    const whole = layOut(rows)
    const start = layOut(rows, 1_000)
    expect(start.length).toBeGreaterThanOrEqual(1_000)
    expect(start.length).toBeLessThan(1_200)
    expect(whole.startsWith(start)).toBe(true)
    const shown = decodePart(utf8(rows), 'auto')
    expect([shown.truncated, shown.text]).toEqual([true, whole.slice(0, detailCharsMax)])
  })

  it('says why a chosen decoder does not fit', () => {
    expect(decodePart(utf8('hello'), 'json')).toMatchObject({ text: null, decoder: 'json' })
    expect(previewOf(utf8('hello'), 'uuid')).toMatchObject({ decoder: 'hex' })
  })
})

it('shows the first lines of long bytes in hex without laying out all of them', () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => 0x80 + (index % 16))
  const shown = decodePart(bytes, 'hex')
  expect([shown.truncated, shown.text]).toEqual([true, decodedText(bytes, 'hex').slice(0, detailCharsMax)])
})

it('hex lays out offsets, bytes and ASCII', () => {
  expect(decodedText(utf8('0123456789abcdefXYZ'), 'hex')).toBe(
    '00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n' +
      '00000010  58 59 5a                                         XYZ',
  )
})

it('no bytes break any decoder', () => {
  const choices = ['auto', 'text', 'json', 'hex', 'uuid', 'int32', 'int64', 'float64', 'xml'] as const
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), fc.constantFrom(...choices), (bytes, choice) => {
      const preview = previewOf(bytes, choice)
      expect(preview.text.length).toBeLessThanOrEqual(400)
      expect(decodePart(bytes, choice).sizeBytes).toBe(bytes.length)
    }),
  )
})
