import { describe, expect, it } from 'vitest'
import { compactText, decodedText, decodePart, partPlaces, previewOf } from '../../../src-main/workbench/decoders/decode.ts'
import { DecodeError } from '../../../src-main/workbench/decoders/decoder.ts'
import type { Decoder } from '../../../src-main/workbench/decoders/decoder.ts'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { readSchemas } from '../../../src-main/workbench/decoders/local-schemas.ts'

/** A decoder with a mistake of its own, as a library may have one. */
const broken = (fails: 'asked' | 'read'): Decoder => {
  const fail = () => {
    throw new TypeError('undefined is not a function')
  }
  const recognise = fails === 'asked' ? fail : () => 'looks like it'
  return { name: 'avro', language: 'json', recognise, decode: fail, compact: fail, places: fail, preview: fail }
}
const bytes = new TextEncoder().encode('some text')
const said = 'the decoder avro failed on these bytes: undefined is not a function'

describe('a decoder that fails by a mistake of its own', () => {
  it('is told of the record, whose bytes are shown', () => {
    const extra = [broken('read')]
    expect(previewOf(bytes, 'auto', extra)).toMatchObject({ decoder: 'hex', reason: said, text: expect.stringMatching(/^73 6f/) })
    expect(decodePart(bytes, 'auto', extra)).toMatchObject({ decoder: 'avro', text: null, failure: said })
    for (const read of [decodedText, compactText, partPlaces]) {
      expect(() => read(bytes, 'auto', extra)).toThrow(DecodeError)
      expect(() => read(bytes, 'auto', extra)).toThrow(said)
    }
  })

  it('when it is asked whether it knows the bytes, the next one is', () => {
    expect(previewOf(bytes, 'auto', [broken('asked')])).toMatchObject({ decoder: 'text', text: 'some text' })
  })
})

it('a schema without an end takes the stack of its library with it, and no more', () => {
  const text = JSON.stringify({ type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] })
  const local = readSchemas([{ path: 'nodes.avsc', text }])
  const decoding = newDecoding({ topic: 'nodes', key: 'auto', value: 'auto', local })
  // Behind the framing of a registry that is not asked.
  const endless = new Uint8Array(60_000).fill(2)
  endless.set([0, 0, 0, 0, 1])
  expect(decoding.preview('value', endless)).toMatchObject({ decoder: 'hex', reason: 'bytes that are no text' })
  const chosen = newDecoding({ topic: 'other', key: 'auto', value: 'schema:Node', local })
  expect(chosen.preview('value', endless)).toMatchObject({ decoder: 'hex', reason: 'not of the chosen format' })
  expect(chosen.whole('value', endless).failure).toContain('call stack')
  expect(() => chosen.places('value', endless)).toThrow(DecodeError)
  expect(decoding.compact('value', Uint8Array.from([2, 2, 0]))).toBe('{"next":{"next":{"next":null}}}')
})
