import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeCompression } from '../../../broker-core/env/node/compression.ts'
import { decoder } from '../../../src-main/contract/inputs/records.ts'
import { unfold } from '../../../src-main/workbench/decoders/chain.ts'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const json = utf8('{"id":9007199254740993}')
const base64 = (bytes: Uint8Array) => utf8(Buffer.from(bytes).toString('base64'))
const reading = (value: Parameters<typeof newDecoding>[0]['value']) => newDecoding({ topic: 't', key: 'auto', value })

describe('chains', () => {
  it.each([
    ['base64>json', base64(json)],
    ['base64>gunzip>json', base64(gzipSync(json))],
    ['inflate>json', deflateSync(json)],
    ['inflate>auto', deflateRawSync(json)],
    ['skip-3>json', utf8(`xyz${new TextDecoder().decode(json)}`)],
    ['unhex>json', utf8(Buffer.from(json).toString('hex'))],
    ['unquote>json', utf8(JSON.stringify(new TextDecoder().decode(json)))],
    ['zstd>json', nodeCompression.compress('zstd', json)],
    ['lz4>json', nodeCompression.compress('lz4', json)],
    ['snappy>json', nodeCompression.compress('snappy', json)],
  ] as const)('%s shows what lies inside, and says how it came there', (choice, bytes) => {
    expect(decoder.parse(choice)).toBe(choice)
    const decoding = reading(choice)
    expect(decoding.compact('value', bytes)).toBe('{"id":9007199254740993}')
    const steps = choice.split('>').slice(0, -1).join(' → ')
    const preview = decoding.preview('value', bytes)
    expect(preview).toMatchObject({ text: '{"id":9007199254740993}', decoder: 'json', sizeBytes: bytes.length })
    expect(preview.reason.startsWith(`${steps} → `)).toBe(true)
    expect(decoding.whole('value', bytes)).toMatchObject({ language: 'json', text: '{\n  "id": 9007199254740993\n}' })
    expect(decoding.isBinary('value', bytes)).toBe(true)
  })

  it('say at which step they ended; a row shows hex then', () => {
    const decoding = reading('base64>gunzip>json')
    const bytes = base64(json)
    expect(decoding.preview('value', bytes)).toMatchObject({
      decoder: 'hex',
      reason: expect.stringMatching(/^gunzip: /) as string,
    })
    expect(decoding.whole('value', bytes)).toMatchObject({ text: null, failure: expect.stringMatching(/^gunzip: /) as string })
    expect(() => decoding.text('value', bytes)).toThrow(/gunzip/)
    expect(decoding.isUnreadable('value', bytes)).toBe(true)
  })

  it('do not unfold what is made to burst', () => {
    const bomb = gzipSync(Buffer.alloc(80_000_000))
    expect(bomb.length).toBeLessThan(100_000)
    expect(() => unfold(bomb, ['gunzip'])).toThrow(/gunzip: unfolds to more than 67108864 bytes/)
    expect(reading('gunzip>text').preview('value', bomb).decoder).toBe('hex')
    expect(() => unfold(nodeCompression.compress('zstd', Buffer.alloc(80_000_000)), ['zstd'])).toThrow(/zstd/)
  })

  it('are a closed set of steps with a decoder at their end', () => {
    for (const choice of [
      'gunzip',
      'base64>',
      '>json',
      'eval>json',
      'base64>gunzip',
      'skip-x>json',
      `${'base64>'.repeat(9)}json`,
    ])
      expect(decoder.safeParse(choice).success, choice).toBe(false)
    expect(decoder.safeParse('base64>schema:shop.Order').success).toBe(true)
  })

  it('take any bytes', () => {
    const steps = ['base64', 'unhex', 'unquote', 'gunzip', 'inflate', 'zstd', 'lz4', 'snappy', 'skip-2'] as const
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...steps), (bytes, step) => {
        expect(reading(`${step}>auto`).preview('value', bytes).sizeBytes).toBe(bytes.length)
      }),
    )
  })
})
