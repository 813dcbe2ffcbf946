import { describe, expect, it } from 'vitest'
import type { ConfigEntry } from '../../../../src-main/contract/views/topics.ts'
import { alteration, changeLines, notTaken } from '../../../../src-renderer/features/topics/config-changes.ts'

const entry = (name: string, value: string, source: ConfigEntry['source'], inherited = value): ConfigEntry => ({
  ...{ name, value, source, inherited, readOnly: false, sensitive: false, type: 'string', documentation: null },
})
const entries = [entry('a', '1', 'topic', '0'), entry('b', '2', 'default'), entry('c', '3', 'topic', '0')]

describe('changes of a configuration', () => {
  it('leave out what would change nothing', () => {
    expect(changeLines(entries, { a: '1', b: null, gone: 'x' })).toEqual([])
    expect(changeLines(entries, { b: '2' })).toEqual([{ name: 'b', before: '2', after: '2', isReset: false }])
  })

  it('become one order of values and resets', () => {
    const lines = changeLines(entries, { c: '', a: null })
    expect(lines.map(line => [line.name, line.before, line.after])).toEqual([
      ['a', '1', '0'],
      ['c', '3', ''],
    ])
    expect(alteration(lines)).toEqual({ set: { c: '' }, reset: ['a'] })
  })

  it('are missed while the cluster does not tell them', () => {
    const lines = changeLines(entries, { a: null, b: '9' })
    expect(notTaken(entries, lines)).toEqual(['a', 'b'])
    expect(notTaken([entry('a', '0', 'default'), entry('b', '9', 'topic')], lines)).toEqual([])
  })
})
