import { describe, expect, it } from 'vitest'
import { placeholders } from '../../../../src-main/contract/placeholders.ts'
import { seededRandom } from '../../../../src-main/workbench/produce/random.ts'
import { compileTemplate } from '../../../../src-main/workbench/produce/template.ts'

function rendered(text: string, count = 3, seed = 1) {
  const template = compileTemplate(text, 'value')
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, index) => template({ index, nowMs: 0, random, line: `line ${index}` }))
}

describe('templates', () => {
  it('count, stay as they are without placeholders, and keep braces that hold no name', () => {
    expect(rendered('{"id": {{counter}}, "n": {{ counter 100 -5 }}}')).toEqual([
      '{"id": 1, "n": 100}',
      '{"id": 2, "n": 95}',
      '{"id": 3, "n": 90}',
    ])
    expect(rendered('{"a":{"b":{}}} {{}} {{1}}', 1)).toEqual(['{"a":{"b":{}}} {{}} {{1}}'])
    expect(rendered('{{line}}', 2)).toEqual(['line 0', 'line 1'])
    expect(rendered('{{now}} {{epoch}}', 1)).toEqual(['1970-01-01T00:00:00.000Z 0'])
  })

  it('give the same for the same seed, something else for another', () => {
    const text = '{{uuid}} {{firstName}} {{random 1 1000000}}'
    expect(rendered(text, 5, 7)).toEqual(rendered(text, 5, 7))
    expect(rendered(text, 5, 7)).not.toEqual(rendered(text, 5, 8))
  })

  it.each([
    ['{{random 3 5}}', /^[345]$/],
    ['{{random -2 -1}}', /^-[12]$/],
    ['{{decimal 1 2 3}}', /^(1\.\d{3}|2\.000)$/],
    ['{{pick red| dark green |blue}}', /^(red|dark green|blue)$/],
    ['{{uuid}}', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['{{hex 4}}', /^[0-9a-f]{8}$/],
    ['{{letters 6}}', /^[a-z0-9]{6}$/],
    ['{{email}}', /^[a-z]+\.[a-z]+@example\.org$/],
    ['{{sentence 3}}', /^[A-Z][a-z]+( [a-z]+){2}\.$/],
  ])('%s', (text, pattern) => {
    for (const one of rendered(text, 200)) expect(one).toMatch(pattern)
  })

  it('know every placeholder that the window is told of, in the way it is told', () => {
    for (const { usage } of placeholders) {
      const text = usage
        .replace(/\[[^\]]*\]/g, '')
        .replace('FROM TO', '1 2')
        .replace(/ONE.*/, 'a|b')
        .replace(/BYTES|COUNT/, '2')
      expect(() => rendered(`{{${text.trim()}}}`, 1), usage).not.toThrow()
    }
  })

  it('refuse names that are none and arguments that make no sense, saying what there is', () => {
    expect(() => rendered('{{conter}}')).toThrow(/value: there is no placeholder \{\{conter\}\}/)
    for (const text of [
      '{{random}}',
      '{{random 5 3}}',
      '{{random a b}}',
      '{{counter 1.5}}',
      '{{hex 1000000000}}',
      '{{uuid 4}}',
      '{{pick}}',
    ])
      expect(() => rendered(text), text).toThrow(/is not understood/)
  })
})
