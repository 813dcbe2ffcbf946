import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PatternError, topicPattern } from '../../../../broker-core/coordinator/groups/consumer/topic-pattern.ts'

describe('topic patterns', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders-2', false],
    ['order', 'orders', false],
    ['orders.*', 'orders-2', true],
    ['a|b|cd', 'cd', true],
    ['a|b|cd', 'c', false],
    ['(log|audit)-\\d{2,3}', 'audit-123', true],
    ['(log|audit)-\\d{2,3}', 'audit-1', false],
    ['[^_].*', '_hidden', false],
    ['[[:alpha:]_]+', 'ab_c', true],
    ['(?i)ORDERS', 'orders', true],
    ['(?i:O)rders', 'Orders', true],
    ['x(?:y)?z', 'xz', true],
    ['^orders$', 'orders', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['a\\.b', 'a.b', true],
    ['', '', true],
    ['(|a)b', 'b', true],
    ['a{3}', 'aaa', true],
    ['a{2,}', 'a', false],
    ['[]a]+', ']a', true],
    ['(?P<name>a)b', 'ab', true],
    ['.*\\borders\\b.*', 'my-orders.v2', true],
    ['.*\\borders\\b.*', 'my_orders', false],
    ['\\w+\\Bs', 'orders', true],
    ['(?imsU)ORDERS', 'orders', true],
    ['(?i)[@-_]+', 'orders', true],
    ['\\pL+', 'orders', true],
    ['\\p{Lu}\\P{Lu}+', 'Orders', true],
    ['[\\p{^Latin}a]+', '1-a', true],
    ['\\x6f\\x{72}\\144.*', 'orders', true],
    ['[[:graph:]]+', 'orders', true],
  ])('CG-10: %s and %s: %s', (pattern, name, matches) => {
    expect(topicPattern(pattern).matches(name)).toBe(matches)
  })

  it.each([
    '(',
    ')',
    'a)',
    '[a',
    '*a',
    'a\\',
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '\\1',
    '\\p{Klingon}',
    'a**',
    'a{2}{3}',
    '{2}a',
    '(?P<n>a)(?P<n>b)',
    '[b-a]',
    'a{2,1}',
    'a{9999}',
    '[[:nope:]]',
    '((a{1000}){1000}){9}',
  ])('CG-10: %s is refused', pattern => {
    expect(() => topicPattern(pattern)).toThrow(PatternError)
  })

  it('CG-10: a hostile pattern takes no longer than its length times the name', () => {
    const startedMs = performance.now()
    expect(topicPattern('(a*)*b').matches('a'.repeat(249))).toBe(false)
    expect(topicPattern('(a|a|a)*(a|aa)+$x').matches('a'.repeat(249))).toBe(false)
    expect(() => topicPattern('('.repeat(5_000))).toThrow(PatternError)
    expect(performance.now() - startedMs).toBeLessThan(500)
  })

  it('agrees with the host about what both understand', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '(a|b)', '(ab|)', '-')
    const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}')).map(([left, right]) => left + right)
    const pattern = fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join(''))
    const name = fc.array(fc.constantFrom('a', 'b', '-', 'c'), { maxLength: 8 }).map(letters => letters.join(''))
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 3 }).map(parts => parts.join('|')),
        name,
        (source, text) => {
          expect(topicPattern(source).matches(text)).toBe(new RegExp(`^(?:${source})$`).test(text))
        },
      ),
      { numRuns: 500 },
    )
  })
})
