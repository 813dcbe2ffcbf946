import { expect, it } from 'vitest'
import { textChange } from '../../../../src-renderer/editor/text-change.ts'

it.each([
  ['a', 'a', { kind: 'none' }],
  ['', 'abc', { kind: 'replace', text: 'abc' }],
  ['ab', 'abc', { kind: 'append', text: 'c' }],
  ['ab', 'xabc', { kind: 'replace', text: 'xabc' }],
  ['abc', 'ab', { kind: 'replace', text: 'ab' }],
  ['abc', '', { kind: 'replace', text: '' }],
])('from %s to %s', (before, after, change) => {
  expect(textChange(before, after)).toEqual(change)
})
