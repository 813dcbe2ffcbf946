import { describe, expect, it } from 'vitest'
import { decoderGroups } from '../../../../src-renderer/places/decoder-options.ts'
import type { DecoderWish } from '../../../../src-renderer/places/decoder-options.ts'

const schema = { name: 'shop.Order', type: 'PROTOBUF', file: 'shop/order.proto', topic: null, part: null } as const
const wish: DecoderWish = { schemas: [schema], choice: 'auto', suited: ['uuid'], typed: '' }
const choices = (of: Partial<DecoderWish>) =>
  Object.fromEntries(decoderGroups({ ...wish, ...of }).map(it => [it.title, it.options.map(({ choice }) => choice)]))

describe('decoders that can be chosen', () => {
  it('are formats with those that suit first, schemas of the folder by name and file, and chains', () => {
    const all = choices({})
    expect(all['Formats']?.[0]).toBe('uuid')
    expect(all['Schema folder']).toEqual(['schema:shop.Order'])
    expect(all['Chains']).toContain('base64>gunzip>json')
    expect(choices({ schemas: [] })['Schema folder']).toBeUndefined()
  })

  it('are narrowed down by what is typed: names, files, titles', () => {
    expect(choices({ typed: 'order.proto' })).toEqual({ 'Schema folder': ['schema:shop.Order'] })
    expect(choices({ typed: 'messagep' })).toEqual({ Formats: ['msgpack'] })
    expect(choices({ typed: 'nothing of the kind' })).toEqual({})
  })

  it('hold any chain that is typed, and the one that is chosen', () => {
    expect(choices({ typed: 'unhex>zstd>schema:shop.Order' })).toEqual({ Chains: ['unhex>zstd>schema:shop.Order'] })
    expect(choices({ typed: 'unhex>nonsense' })).toEqual({})
    expect(choices({ choice: 'skip-3>cbor' })['Chains']?.[0]).toBe('skip-3>cbor')
  })

  it('are not all shown of a large folder', () => {
    const schemas = Array.from({ length: 5_000 }, (_, index) => ({ ...schema, name: `M${index}` }))
    expect(choices({ schemas })['Schema folder']).toHaveLength(100)
    expect(choices({ schemas, typed: 'M4999' })['Schema folder']).toEqual(['schema:M4999'])
  })
})
