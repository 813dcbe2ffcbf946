import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupLagBook, secondsToCatchUp } from '../../../../src-main/workbench/sampling/group-lag.ts'
import { offsetHistory } from '../../../../src-main/workbench/sampling/offset-history.ts'
import { trend } from '../../../../src-main/workbench/sampling/trend.ts'

describe('the age of an offset', () => {
  it('lies between the two samples that its append lies between', () => {
    const history = offsetHistory()
    history.add(1_000, 0)
    history.add(2_000, 100)
    history.add(3_000, 100)
    history.add(9_000, 100)
    history.add(10_000, 110)
    expect(history.appendedAtMs(0)).toBeCloseTo(1_010)
    expect(history.appendedAtMs(99)).toBe(2_000)
    // Nothing came for 7 s: the next record is not older than the end of the pause.
    expect(history.appendedAtMs(100)).toBeCloseTo(9_100)
    expect(history.appendedAtMs(110)).toBeUndefined()
  })

  it('is unknown for what is older than the history, and after a topic was made anew', () => {
    const history = offsetHistory()
    history.add(1_000, 50)
    history.add(2_000, 60)
    expect(history.appendedAtMs(49)).toBeUndefined()
    history.add(3_000, 0)
    expect(history.appendedAtMs(55)).toBeUndefined()
  })

  it('stays within its bound and never says a time outside of what it saw', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 2, maxLength: 2_000 }), fc.nat(1_000), (steps, ask) => {
        const history = offsetHistory()
        let end = 0
        for (const [index, step] of steps.entries()) history.add(index * 1_000, (end += step))
        expect(history.length).toBeLessThanOrEqual(257)
        const atMs = history.appendedAtMs(ask)
        if (atMs !== undefined) {
          expect(atMs).toBeGreaterThanOrEqual(0)
          expect(atMs).toBeLessThanOrEqual((steps.length - 1) * 1_000)
        }
      }),
    )
  })
})

describe('a trend', () => {
  it('is a mean over its window, and unknown before half a second', () => {
    const rate = trend(10_000)
    rate.add(0, 0)
    rate.add(400, 40)
    expect(rate.perSecond()).toBeNull()
    for (let second = 1; second <= 60; second += 1)
      rate.add(second * 1_000, second < 50 ? second * 100 : 5_000 + (second - 50) * 10)
    expect(rate.perSecond()).toBeCloseTo(10)
  })
})

describe('lag of a group', () => {
  it('does not grow by what an end was told late', () => {
    const book = groupLagBook('g', 10)
    const committed = [0, 1].map(partition => ({ topic: 't', partition, offset: 50, metadata: null }))
    let ends: readonly (number | undefined)[] = [60, undefined]
    const told = { end: ({ partition }: { readonly partition: number }) => ends[partition], history: () => undefined }
    book.add(0, committed, told)
    ends = [60, 1_000_000]
    book.add(1_000, committed, told)
    expect(book.now).toMatchObject({ totalLag: 999_960, growthPerSecond: null })
    ends = [70, 1_000_000]
    book.add(2_000, committed, told)
    expect(book.now.growthPerSecond).toBe(10)
  })

  const ends = (end: number) => ({ end: () => end, history: () => undefined })
  const committed = (offset: number, partition = 0) => ({ topic: 'orders', partition, offset, metadata: null })

  it('counts what is behind the commits, and says when it will have caught up', () => {
    const book = groupLagBook('g', 100)
    for (let second = 0; second <= 10; second += 1) book.add(second * 1_000, [committed(second * 30)], ends(1_000 + second * 10))
    expect(book.now).toMatchObject({ totalLag: 800, committedPerSecond: 30, appendedPerSecond: 10, growthPerSecond: -20 })
    expect(book.now.secondsToCatchUp).toBe(40)
    expect(book.history.samples).toHaveLength(11)
  })

  it('never catches up while it falls behind', () => {
    expect(secondsToCatchUp(10, 5)).toBeNull()
    expect(secondsToCatchUp(10, 0)).toBeNull()
    expect(secondsToCatchUp(0, 5)).toBe(0)
    expect(secondsToCatchUp(null, -5)).toBeNull()
  })

  it('keeps the history of a partition when others join, and tells that the list changed', () => {
    const book = groupLagBook('g', 100)
    expect(book.add(0, [committed(0, 1)], ends(5))).toBeUndefined()
    expect(book.add(1_000, [committed(1, 1)], ends(5))).toMatchObject({ lags: [4] })
    expect(book.add(2_000, [committed(2, 1), committed(0, 0)], ends(5))).toBeUndefined()
    expect(book.history.partitions.map(it => it.partition)).toEqual([0, 1])
    expect(book.history.samples.map(sample => sample.lags)).toEqual([
      [null, 5],
      [null, 4],
      [5, 3],
    ])
  })

  it('keeps no more samples than it may', () => {
    const book = groupLagBook('g', 5)
    for (let second = 0; second < 50; second += 1) book.add(second * 1_000, [committed(0)], ends(second))
    expect(book.history.samples.map(sample => sample.totalLag)).toEqual([45, 46, 47, 48, 49])
  })

  it('does not know the lag of a partition whose end was not told', () => {
    const book = groupLagBook('g', 5)
    book.add(0, [committed(0)], { end: () => undefined, history: () => undefined })
    expect(book.now.totalLag).toBeNull()
    expect(book.history.samples[0]?.lags).toEqual([null])
  })
})
