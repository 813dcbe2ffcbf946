import { expect, it } from 'vitest'
import { pieceChars, textChange } from '../../../../src-renderer/editor/text-change.ts'

const pieces = (text: string, ...more: string[]) => ({ text, more })

it.each([
  [pieces('a'), pieces('a'), { kind: 'none' }],
  [pieces(''), pieces('abc'), { kind: 'replace', text: 'abc' }],
  [pieces('ab'), pieces('ab', 'c', 'd'), { kind: 'append', text: 'cd' }],
  [pieces('ab', 'c'), pieces('ab', 'c', 'd'), { kind: 'append', text: 'd' }],
  [pieces('ab', 'c'), pieces('ab', 'x', 'd'), { kind: 'replace', text: 'abxd' }],
  [pieces('ab', 'c'), pieces('ab'), { kind: 'replace', text: 'ab' }],
  [pieces('ab', 'c'), pieces('xy', 'c'), { kind: 'replace', text: 'xyc' }],
])('from %j to %j', (before, after, change) => {
  expect(textChange(before, after)).toEqual(change)
})

it('counts the characters of all pieces', () => expect(pieceChars(pieces('ab', 'c', 'de'))).toBe(5))
