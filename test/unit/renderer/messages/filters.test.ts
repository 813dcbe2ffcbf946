import { describe, expect, it } from 'vitest'
import { filter as filterParser } from '../../../../src-main/contract/inputs/search.ts'
import {
  draftOf,
  draftProblem,
  emptyDraft,
  filterKinds,
  filterOf,
  filterText,
  highlightOf,
  isFilterDraft,
} from '../../../../src-renderer/features/messages/scan/filter-draft.ts'
import type { FilterDraft } from '../../../../src-renderer/features/messages/scan/filter-draft.ts'
import { fieldsAfter, pathsOf, sampleOf } from '../../../../src-renderer/features/messages/scan/sample-fields.ts'
import {
  isKeptFilters,
  noFilters,
  pinnedOf,
  recentOf,
  withPin,
  withRecent,
  withSaved,
  withoutSaved,
} from '../../../../src-renderer/features/messages/scan/saved-filters.ts'

const filled: FilterDraft = {
  ...emptyDraft,
  text: 'a.b',
  headerName: 'carrier',
  headerValue: 'dhl',
  path: 'total',
  operator: '>',
  operand: '100',
  expression: 'value.total > 100',
}

describe('drafts', () => {
  it('are no filter while nothing is typed', () => {
    for (const kind of filterKinds) expect(filterOf({ ...emptyDraft, kind })).toBeNull()
  })

  it('become filters that main takes, and come back', () => {
    for (const kind of filterKinds) {
      const filter = filterOf({ ...filled, kind })
      expect(filterParser.safeParse(filter).success).toBe(true)
      if (filter === null) throw new Error('a filter was expected')
      expect(draftOf(filter).kind).toBe(kind)
      expect(filterOf(draftOf(filter))).toEqual(filter)
    }
  })

  it('are told in one line', () => {
    const texts = filterKinds.map(kind => filterText(filterOf({ ...filled, kind }) ?? { kind: 'text', text: '' }))
    expect(texts).toEqual(['“a.b”', '/a.b/i', '“a.b” in key', 'header carrier holds “dhl”', 'total > 100', 'value.total > 100'])
  })

  it('say what is wrong with a regular expression before main is asked', () => {
    expect(draftProblem({ ...filled, kind: 'regex', text: '(' })).toContain('Unterminated group')
    expect(draftProblem({ ...filled, kind: 'regex' })).toBeUndefined()
    expect(draftProblem({ ...filled, kind: 'text', text: '(' })).toBeUndefined()
  })

  it('mark what they find', () => {
    const marked = (kind: FilterDraft['kind'], text: string) => {
      const pattern = highlightOf(filterOf({ ...filled, kind }) ?? { kind: 'text', text: '' })
      return pattern === null ? null : [...text.matchAll(pattern)].map(match => match[0])
    }
    expect(marked('text', 'A.B axb a.b')).toEqual(['A.B', 'a.b'])
    expect(marked('regex', 'A.B axb')).toEqual(['A.B', 'axb'])
    expect(marked('header', 'dhl DHL')).toEqual(['dhl'])
    expect(marked('javascript', 'anything')).toBeNull()
    // Signs that mean something in a pattern are only text.
    expect('x[1]|{2}/'.match(highlightOf({ kind: 'text', text: '[1]|{2}/' }) ?? /never/)?.[0]).toBe('[1]|{2}/')
  })

  it('are recognised when they are read back', () => {
    expect(isFilterDraft(JSON.parse(JSON.stringify(filled)))).toBe(true)
    expect(isFilterDraft({ ...filled, kind: 'sql' })).toBe(false)
    expect(isFilterDraft({ ...filled, text: 3 })).toBe(false)
    expect(isFilterDraft(null)).toBe(false)
  })
})

describe('kept filters', () => {
  const other = { ...filled, text: 'other' }

  it('are found by name, pinned per topic, and forgotten', () => {
    let kept = withSaved(noFilters, 'mine', filled, 'local orders')
    expect(pinnedOf(kept, 'local orders').map(it => it.name)).toEqual(['mine'])
    expect(pinnedOf(kept, 'local payments')).toEqual([])
    kept = withSaved(kept, 'mine', other, null)
    expect(kept.saved).toHaveLength(1)
    expect(pinnedOf(kept, 'local orders')[0]?.draft).toEqual(other)
    kept = withPin(kept, 'mine', 'local orders', false)
    expect(pinnedOf(kept, 'local orders')).toEqual([])
    expect(withoutSaved(kept, 'mine').saved).toEqual([])
  })

  it('used lately come once, the latest first, of their topic only', () => {
    const kept = [filled, other, filled].reduce((before, draft) => withRecent(before, 'local orders', draft), noFilters)
    expect(recentOf(kept, 'local orders')).toEqual([filled, other])
    expect(recentOf(kept, 'local payments')).toEqual([])
  })

  it('stay below what the preferences keep', () => {
    let kept = noFilters
    for (let index = 0; index < 30; index += 1)
      kept = withSaved(kept, `f${index}`, { ...filled, kind: 'javascript', expression: `${index}${'x'.repeat(9_000)}` }, null)
    expect(JSON.stringify(kept).length).toBeLessThan(65_536)
    expect(kept.saved[0]?.name).toBe('f29')
    expect(isKeptFilters(JSON.parse(JSON.stringify(kept)))).toBe(true)
    expect(isKeptFilters({ saved: [{ name: 1 }], recent: [] })).toBe(false)
  })
})

describe('a sample', () => {
  const text = '{"id":"A-1","total":1.5,"items":[{"sku":"s1","n":2}],"odd name":1,"note":"cut her'

  it('is read also when its end was cut off', () => {
    expect(sampleOf(text, true)).toEqual({ id: 'A-1', total: 1.5, items: [{ sku: 's1', n: 2 }], 'odd name': 1 })
    expect(sampleOf(text, false)).toBeUndefined()
    expect(sampleOf('plain', true)).toBeUndefined()
    expect(sampleOf('{"a":[1,{"b":"x,}', true)).toEqual({ a: [1] })
  })

  it('gives paths and the fields after a dot', () => {
    const sample = sampleOf(text, true)
    expect(pathsOf(sample)).toEqual(['id', 'total', 'items', '["odd name"]', 'items[0]', 'items[0].sku', 'items[0].n'])
    expect(fieldsAfter('value.', { value: sample })).toEqual(['id', 'total', 'items'])
    expect(fieldsAfter('1 > value?.items[0].s', { value: sample })).toEqual(['sku', 'n'])
    expect(fieldsAfter('value.nothing.', { value: sample })).toEqual([])
    expect(fieldsAfter('nobody.', { value: sample })).toEqual([])
  })
})
