import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { base64Of, draftText, hexOf, typableDraft } from '../../../../src-renderer/places/bytes-text.ts'
import { marked } from '../../../../src-renderer/places/compare-pair.ts'
import type { RecordPlace } from '../../../../src-renderer/places/compare-pair.ts'
import { setProduceDraft, takeProduceDraft, useProduceDrafts } from '../../../../src-renderer/places/produce-draft.ts'
import type { DraftText } from '../../../../src-renderer/places/produce-draft.ts'

const bytesOf = ({ encoding, text }: DraftText): Uint8Array =>
  encoding === 'base64' ? Uint8Array.from(Buffer.from(text, 'base64')) : new TextEncoder().encode(text)

describe('bytes to be typed again', () => {
  it('come back as they were, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(bytesOf(draftText(bytes))).toEqual(bytes)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const bytes = new TextEncoder().encode(text)
        expect(bytesOf(draftText(bytes))).toEqual(bytes)
      }),
    )
  })

  it('are text or JSON where a text field leaves them alone, else Base64', () => {
    const encodingOf = (text: string) => draftText(new TextEncoder().encode(text)).encoding
    expect(['{"a":1.50}', 'plain\tü\n', '{"a":', 'a\r\nb', '\ufeffx', 'a\u0000'].map(encodingOf)).toEqual([
      'json',
      'text',
      'text',
      'base64',
      'base64',
      'base64',
    ])
    expect(typableDraft({ encoding: 'text', text: 'a\rb' })).toEqual({ encoding: 'base64', text: 'YQ1i' })
    expect(typableDraft({ encoding: 'hex', text: '0d' })).toEqual({ encoding: 'hex', text: '0d' })
  })

  it('are Base64 and hex in any length', () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, index) => index % 256)
    expect(base64Of(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    expect(hexOf(bytes)).toBe(Buffer.from(bytes).toString('hex'))
  })
})

describe('drafts for the Produce screen', () => {
  const draft = (partition: number) => ({ partition, key: null, value: null, headers: [] })
  beforeEach(() => useProduceDrafts.setState({ drafts: new Map() }))

  it('are taken once, by their topic', () => {
    setProduceDraft('local', 'orders', draft(1))
    expect(takeProduceDraft('local', 'payments')).toBeUndefined()
    expect(takeProduceDraft('local', 'orders')).toEqual(draft(1))
    expect(takeProduceDraft('local', 'orders')).toBeUndefined()
  })

  it('are bounded: the oldest goes', () => {
    for (let index = 0; index < 20; index += 1) setProduceDraft('local', `t${index}`, draft(index))
    expect(useProduceDrafts.getState().drafts.size).toBe(8)
    expect(takeProduceDraft('local', 't11')).toBeUndefined()
    expect(takeProduceDraft('local', 't19')).toEqual(draft(19))
  })
})

describe('records marked for comparing', () => {
  const record = (offset: number): RecordPlace => ({ connection: 'local', topic: 'orders', partition: 0, offset })

  it('are a pair; the same one again is unmarked, a third one starts anew', () => {
    expect(marked([], record(1))).toEqual([record(1)])
    expect(marked([record(1)], record(2))).toEqual([record(1), record(2)])
    expect(marked([record(1)], record(1))).toEqual([])
    expect(marked([record(1), record(2)], record(3))).toEqual([record(3)])
  })
})
