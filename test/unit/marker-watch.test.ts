import { describe, expect, it } from 'vitest'
import { createMarkerWatch } from '../simulation/marker-watch.ts'

type Step = readonly ['data', offset: number, highWatermark: number] | readonly ['marker', offset: number]

function judged(steps: readonly Step[]): number {
  const violations: string[] = []
  const watch = createMarkerWatch(what => violations.push(what))
  for (const [what, offset, highWatermark] of steps) {
    const at = { partition: 0, producerId: 7, offset }
    if (what === 'marker') watch.marker(at)
    else watch.data({ ...at, highWatermark: highWatermark ?? 0 })
  }
  return violations.length
}

describe('data of a transaction and its marker, as readers of committed data see them', () => {
  it.each<[string, readonly Step[], number]>([
    [
      'the watermark had passed the marker',
      [
        ['data', 0, 5],
        ['marker', 4],
      ],
      0,
    ],
    [
      'the watermark stood at the marker',
      [
        ['data', 0, 4],
        ['marker', 4],
      ],
      1,
    ],
    [
      'one of two answers came too early',
      [
        ['data', 0, 3],
        ['data', 1, 9],
        ['marker', 4],
      ],
      1,
    ],
    ['the marker stands alone', [['marker', 4]], 0],
    [
      'two transactions',
      [
        ['data', 0, 5],
        ['marker', 4],
        ['data', 5, 9],
        ['marker', 8],
      ],
      0,
    ],
    [
      'the second of two came too early',
      [
        ['data', 0, 5],
        ['marker', 4],
        ['data', 5, 8],
        ['marker', 8],
      ],
      1,
    ],
    [
      'an answer that was overtaken says the same again',
      [
        ['data', 0, 5],
        ['marker', 4],
        ['data', 0, 5],
        ['data', 5, 9],
        ['marker', 8],
      ],
      0,
    ],
    [
      'a marker that is read again',
      [
        ['data', 0, 5],
        ['marker', 4],
        ['data', 5, 9],
        ['marker', 4],
        ['marker', 8],
      ],
      0,
    ],
  ])('TXN-30: %s', (_, steps, violations) => {
    expect(judged(steps)).toBe(violations)
  })

  it('TXN-30: producers and partitions are apart', () => {
    const violations: string[] = []
    const watch = createMarkerWatch(what => violations.push(what))
    watch.data({ partition: 0, producerId: 7, offset: 0, highWatermark: 3 })
    watch.marker({ partition: 1, producerId: 7, offset: 4 })
    watch.marker({ partition: 0, producerId: 8, offset: 4 })
    expect(violations).toEqual([])
    watch.marker({ partition: 0, producerId: 7, offset: 3 })
    expect(violations).toEqual([
      'producer 7 in partition 0: its transaction was given out as ended at watermark 3, and its marker stands at 3',
    ])
  })
})
