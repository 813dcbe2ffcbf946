import { describe, expect, it } from 'vitest'
import { judgeTopicName } from '../../../../src-renderer/features/topics/topic-name.ts'

describe('names of new topics', () => {
  it('follow the rules of Kafka', () => {
    const errorOf = (name: string) => judgeTopicName(name, ['shop.orders', 'a_b']).error
    expect(errorOf('')).toContain('needs a name')
    expect(errorOf('.')).toContain('cannot be')
    expect(errorOf('..')).toContain('cannot be')
    expect(errorOf('...')).toBeUndefined()
    expect(errorOf('x'.repeat(249))).toBeUndefined()
    expect(errorOf('x'.repeat(250))).toContain('this one has 250')
    expect(errorOf('a b')).toContain('A space')
    expect(errorOf('größe')).toContain('“ö”')
    expect(errorOf('😀')).toContain('“😀”')
    expect(errorOf('shop.orders')).toContain('already')
    expect(errorOf('shop_orders')).toContain('“shop.orders”')
    expect(errorOf('a.b')).toContain('“a_b”')
    expect(errorOf('A.b')).toBeUndefined()
  })

  it('with dot and underscore are warned of', () => {
    expect(judgeTopicName('a.b_c', []).warning).toContain('only one of them')
    expect(judgeTopicName('a.b', [])).toEqual({})
  })
})
