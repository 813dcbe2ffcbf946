import { array, assert, integer, option, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dashesOf, preparedSeries } from '../../../../src-renderer/charts/prepared-series.ts'
import { nearestPoint, splitSeries, thinned } from '../../../../src-renderer/charts/series.ts'
import type { ChartPoint, ChartSeries } from '../../../../src-renderer/charts/series.ts'

const range = { fromMs: 0, toMs: 10_000 }
const line = (id: string, values: readonly (number | null)[], stepMs = 10): ChartSeries => ({
  id,
  name: id,
  colour: `var(--${id})`,
  points: values.map((value, at) => ({ atMs: at * stepMs, value })),
})

describe('thinned', () => {
  const points = array(option(integer({ min: 0, max: 1_000_000 })), { maxLength: 1_000 }).map(values =>
    values.map((value, at): ChartPoint => ({ atMs: at * 10, value })),
  )

  it('loses no peak and no dip, keeps the order, invents nothing, and has few points', () => {
    assert(
      property(points, given => {
        const few = thinned(given, range, 100)
        const known = (list: readonly ChartPoint[]) => list.flatMap(({ value }) => (value === null ? [] : [value]))
        expect(Math.max(...known(few))).toBe(Math.max(...known(given)))
        expect(Math.min(...known(few))).toBe(Math.min(...known(given)))
        expect(few.every(point => given.includes(point))).toBe(true)
        expect(few.every((point, at) => at === 0 || point.atMs > (few[at - 1]?.atMs ?? 0))).toBe(true)
        expect(few.length).toBeLessThanOrEqual(5 * 26)
      }),
    )
  })

  it('keeps a break: an unknown value stays between its neighbours', () => {
    const values = Array.from({ length: 1_000 }, (_, at) => (at === 500 ? null : 7))
    expect(thinned(line('a', values).points, range, 100)).toContainEqual({ atMs: 5_000, value: null })
  })

  it('keeps one point on each side of the range, so that the line runs to its edges', () => {
    const few = thinned(line('a', [1, 2, 3, 4, 5], 1_000).points, { fromMs: 1_500, toMs: 2_500 }, 100)
    expect(few.map(({ atMs }) => atMs)).toEqual([1_000, 2_000, 3_000])
  })
})

describe('splitSeries', () => {
  const many = Array.from({ length: 10 }, (_, at) => line(`p${at}`, [at, at]))

  it('takes those with the greatest values to the front, in the given order', () => {
    const split = splitSeries(many, range, { chosen: null, frontMax: 3 })
    expect(split.front.map(({ id }) => id)).toEqual(['p7', 'p8', 'p9'])
    expect(split.others).toHaveLength(7)
  })

  it('takes the chosen ones instead, also few of them', () => {
    const split = splitSeries(many, range, { chosen: new Set(['p0']), frontMax: 3 })
    expect(split.front.map(({ id }) => id)).toEqual(['p0'])
  })
})

describe('preparedSeries', () => {
  const fifty = Array.from({ length: 50 }, (_, at) =>
    line(
      `p${at}`,
      Array.from({ length: 450 }, (_, x) => at * x),
    ),
  )
  const split = splitSeries(fifty, range, { chosen: null, frontMax: 6 })

  it('draws many lines behind as one band, and knows the greatest value of all', () => {
    const drawn = preparedSeries(split, range, { hidden: new Set(), widthPx: 1_000 })
    expect(drawn.faint).toEqual([])
    expect(drawn.band.length).toBeGreaterThan(10)
    expect(Math.max(...drawn.band.map(({ greatest }) => greatest))).toBe(43 * 449)
    expect(drawn.greatest).toBe(49 * 449)
  })

  it('leaves out what is hidden, also for the height of the axis', () => {
    const drawn = preparedSeries(split, range, { hidden: new Set(['p49']), widthPx: 1_000 })
    expect(drawn.front).toHaveLength(5)
    expect(drawn.greatest).toBe(48 * 449)
  })

  it('tells apart what shares a colour by its dashes', () => {
    const same = { ...line('a', []), colour: 'x' }
    expect(new Set(dashesOf([same, same, same])).size).toBe(3)
    expect(dashesOf([same, line('b', [])])).toEqual([undefined, undefined])
  })
})

it('nearestPoint looks to both sides', () => {
  const { points } = line('a', [1, 2, 3], 100)
  expect([nearestPoint(points, -5), nearestPoint(points, 140), nearestPoint(points, 160), nearestPoint([], 0)]).toEqual([
    points[0],
    points[1],
    points[2],
    undefined,
  ])
})
