import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expressionNames } from '../../../../src-main/workbench/search/expression-names.ts'
import { fieldPicker, isCompactJson, isJsonText } from '../../../../src-main/workbench/search/json-fields.ts'
import { needleSearch } from '../../../../src-main/workbench/search/needle-search.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const names = ['a', 'total', 'Łamp']
const picked = (text: string) => {
  const texts = fieldPicker(names)(utf8(text))
  if (texts === undefined) return undefined
  return Object.fromEntries(names.flatMap((name, index) => (texts[index] === undefined ? [] : [[name, texts[index]]])))
}
const parsed = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as unknown]))

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** As a naive reader would do it. */
const expected = (value: object) => Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))

describe('picking fields', () => {
  const field = fc.oneof(fc.constantFrom(...names, 'b', 'items', '__proto__'), fc.string())
  const object = fc.dictionary(field, fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true })

  it('gives what JSON.parse gives, however it is laid out', () => {
    fc.assert(
      fc.property(object, fc.constantFrom(0, 1, '\t', ' \r\n'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        const some = picked(text)
        // Names with escapes are left to JSON.parse.
        if (some === undefined) expect(text).toContain('\\')
        else expect(parsed(some)).toEqual(expected(JSON.parse(text) as object))
      }),
      { numRuns: 500 },
    )
  })

  it('takes nothing that JSON.parse does not take', () => {
    const noise = fc.constantFrom(
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '1',
      '-',
      '.',
      'e',
      '\\',
      'u',
      'null',
      'x',
      ' ',
      '\n',
      'a',
    )
    fc.assert(
      fc.property(object, fc.nat(), fc.nat({ max: 3 }), noise, (value, place, length, piece) => {
        const text = JSON.stringify(value)
        const at = place % (text.length + 1)
        const broken = text.slice(0, at) + piece + text.slice(at + length)
        if (picked(broken) !== undefined) expect(isJson(broken)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['{"a":1}', { a: '1' }],
    [' {"a":1}', undefined],
    ['{"a":1,"a":2}', { a: '2' }],
    ['{"b":1}', {}],
    ['{}', {}],
    ['{"a":9007199254740993,"total":1.50}', { a: '9007199254740993', total: '1.50' }],
    ['{"\\u0061":1}', undefined],
    ['{"a":01}', undefined],
    ['{"a":1.}', undefined],
    ['{"a":1e}', undefined],
    ['{"a":1,}', undefined],
    ['{"b":{"a":[1,2}}', undefined],
    ['{"b":"\\x"}', undefined],
    ['{"b":"\n"}', undefined],
    ['{"a":1} x', undefined],
    ['{"a":1', undefined],
    ['[{"a":1}]', undefined],
    [`{"a":${'['.repeat(70)}${']'.repeat(70)}}`, undefined],
    ['{"Łamp":"é\\n","b":{"a":3}}', { Łamp: '"é\\n"' }],
  ])('%s', (text, wanted) => {
    expect(picked(text)).toEqual(wanted)
  })
})

describe('compact JSON', () => {
  it('is what JSON.stringify gives of objects and arrays, and nothing else', () => {
    const value = fc.jsonValue({ maxDepth: 4 })
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1), (made, space) => {
        const text = JSON.stringify(made, null, space)
        const isOne = (text.startsWith('{') || text.startsWith('[')) && text === JSON.stringify(made)
        expect(isCompactJson(utf8(text))).toBe(isOne)
      }),
    )
    for (const text of ['', '{', '{}x', '[1,]', '{"a":1}\n', ' {}', '"a"']) expect(isCompactJson(utf8(text))).toBe(false)
  })
})

describe('JSON that is only checked', () => {
  it('is what JSON.parse takes as an object or array, whatever stands in it', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })))
    const noise = fc.constantFrom('', '"', '}', ']', ',', ':', '-', '.', '\\', '\n', ' ', '\u0001', 'null')
    fc.assert(
      fc.property(value, fc.constantFrom(0, '\t', ' \r\n'), fc.nat(), noise, (made, space, place, piece) => {
        const text = JSON.stringify(made, null, space)
        const at = place % (text.length + 1)
        const changed = text.slice(0, at) + piece + text.slice(at)
        expect(isJsonText(utf8(changed))).toBe(/^[ \t\r\n]*[{[]/.test(changed) && isJson(changed))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is not said of what is too deep to tell', () => {
    expect(isJsonText(utf8(`${'['.repeat(70)}${']'.repeat(70)}`))).toBe(false)
  })
})

describe('names of an expression', () => {
  const all = { usesKey: true, usesHeaders: true, valueFields: null }
  it.each([
    ['value.total > 100', { usesKey: false, usesHeaders: false, valueFields: ['total'] }],
    ["value?.items[0].sku === 's' && value . total", { usesKey: false, usesHeaders: false, valueFields: ['items', 'total'] }],
    ["headers['x'] === key", { usesKey: true, usesHeaders: true, valueFields: [] }],
    ['offset > 3', { usesKey: false, usesHeaders: false, valueFields: [] }],
    ['monkey.keys', { usesKey: false, usesHeaders: false, valueFields: [] }],
    ['value', { usesKey: false, usesHeaders: false, valueFields: null }],
    ["value['total']", { usesKey: false, usesHeaders: false, valueFields: null }],
    ['JSON.stringify(value).length', { usesKey: false, usesHeaders: false, valueFields: null }],
    ["value.hasOwnProperty('x')", { usesKey: false, usesHeaders: false, valueFields: null }],
    ['[value].some(it => it.total)', { usesKey: false, usesHeaders: false, valueFields: null }],
    ['(value => value.total)(3)', { usesKey: false, usesHeaders: false, valueFields: null }],
    ['v\\u0061lue.total', all],
    ['value.naïve', { usesKey: false, usesHeaders: false, valueFields: ['naïve'] }],
  ])('%s', (expression, wanted) => {
    expect(expressionNames(expression)).toEqual(wanted)
  })
})

describe('a needle in any case', () => {
  it('is found wherever a naive search finds it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', '-', '@', '`', 'é'), maxLength: 40 })
    const needle = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', '-', '@'), minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(text, needle, (haystack, wanted) => {
        const found = needleSearch({ bytes: utf8(wanted), caseSensitive: false })(utf8(haystack))
        expect(found).toBe(haystack.toLowerCase().includes(wanted.toLowerCase()))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is found wherever in a large block it lies', () => {
    const isIn = needleSearch({ bytes: utf8('Needle-'), caseSensitive: false })
    const length = 40_000
    for (let at = 16_384 - 9; at < 16_384 + 3; at += 1) {
      const block = new Uint8Array(length).fill(0x78)
      expect(isIn(block)).toBe(false)
      block.set(utf8('nEEDLE-'), at)
      expect(isIn(block)).toBe(true)
      block[at + 6] = 0x79
      expect(isIn(block)).toBe(false)
    }
    const long = utf8('n'.repeat(20_000))
    expect(needleSearch({ bytes: long, caseSensitive: false })(new Uint8Array(length).fill(0x4e))).toBe(true)
    expect(needleSearch({ bytes: long, caseSensitive: false })(new Uint8Array(19_999).fill(0x4e))).toBe(false)
  })
})
