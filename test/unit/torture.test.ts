import { describe, expect, it } from 'vitest'
import { violations } from '../torture/violations.mjs'

const sent = new Set(['a:0', 'a:1', 'a:2', 'b:0'])

describe('the judge of the torture test', () => {
  it('finds nothing wrong where everything acknowledged is there once and in order', () => {
    expect(violations(['a:0', 'a:1'], sent, ['a:0', 'b:0', 'a:1', 'a:2'])).toEqual([])
  })

  it.each([
    ['a loss', ['a:0', 'a:1'], ['a:0'], 'lost: a:1'],
    ['a double', ['a:0'], ['a:0', 'a:0'], 'found 2 times: a:0'],
    ['a turned order', [], ['a:1', 'a:0'], 'order: a:1 after a:-1'],
    ['a record of nobody', [], ['c:0'], 'never sent: c:0'],
  ])('finds %s', (_what, acknowledged, found, expected) => {
    expect(violations(acknowledged, sent, found)).toContain(expected)
  })
})
