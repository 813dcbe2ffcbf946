import { describe, expect, it } from 'vitest'
import { formatAgo, formatBytes, formatCountShort, formatDuration, formatRate } from '../../../../src-renderer/widgets/format.ts'

describe('figures as text', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [9_940, '9.9 s'],
    [252_000, '4 min 12 s'],
    [59_700, '1 min'],
    [86_400_000 * 7, '7 d'],
    [90_061_000, '1 d 1 h'],
    [-1_500, '−1.5 s'],
    [null, '—'],
  ])('a duration of %s ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [412_345_678, '412 MB'],
    [12_400_000, '12.4 MB'],
    [undefined, '—'],
  ])('%s bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('counts and rates', () => {
    expect([9_999, 12_345, 1_204_118, -20_000, null].map(formatCountShort)).toEqual(['9,999', '12.3 k', '1.2 M', '-20 k', '—'])
    expect([0, 0.25, 1_204.4, null].map(formatRate)).toEqual(['0/s', '0.3/s', '1,204/s', '—'])
    expect([formatAgo(0, 500), formatAgo(0, 180_000), formatAgo(6_000, 1_000)]).toEqual(['now', '3 min ago', 'in 5 s'])
  })
})
