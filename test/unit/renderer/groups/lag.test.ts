import { describe, expect, it } from 'vitest'
import type { LagHistory, LagSample } from '../../../../src-main/contract/views/groups.ts'
import { lagAsCsv } from '../../../../src-renderer/features/groups/lag-export.ts'
import {
  liveSamplesMax,
  mergedLag,
  noFeed,
  partitionGrowth,
  takeLagItem,
} from '../../../../src-renderer/features/groups/lag-feed.ts'
import { chartFromMs } from '../../../../src-renderer/features/groups/lag-range.ts'
import { catchUpText, lagTrend, stateText } from '../../../../src-renderer/features/groups/lag-text.ts'

const sample = (atMs: number, ...lags: (number | null)[]): LagSample => ({
  atMs,
  totalLag: lags.reduce<number>((sum, lag) => sum + (lag ?? 0), 0),
  lagMs: null,
  committedPerSecond: null,
  appendedPerSecond: 1,
  lags,
})
const history = (
  samples: readonly LagSample[],
  partitions: readonly number[] = [0],
  restartsAtMs: readonly number[] = [],
): LagHistory => ({
  group: 'g',
  partitions: partitions.map(partition => ({ topic: 't', partition })),
  samples,
  restartsAtMs,
})

describe('the words for a lag', () => {
  it('say how it moves', () => {
    expect(lagTrend(3_411, 18.2)).toEqual({ kind: 'growing', arrow: '↗', text: 'growing 18/s' })
    expect(lagTrend(3_411, -18.2).text).toBe('shrinking 18/s')
    expect(lagTrend(3_411, 0.4).text).toBe('steady')
    expect(lagTrend(0, 0).text).toBe('caught up')
    expect(lagTrend(null, 3).text).toBe('—')
    expect(lagTrend(100_000_000, 100).text).toBe('steady')
  })

  it('say when it will be gone, and do not promise what is not known', () => {
    const base = { lag: 100, lagMs: 60_000, secondsToCatchUp: null, growthPerSecond: null }
    expect(catchUpText(base)).toBe('—')
    expect(catchUpText({ ...base, growthPerSecond: 1 })).toBe('never at this rate')
    expect(catchUpText({ ...base, growthPerSecond: -1, secondsToCatchUp: 100 })).toBe('1 min 40 s')
    expect(catchUpText({ ...base, lag: 0 })).toBe('caught up')
    expect(catchUpText({ ...base, lagMs: 800, growthPerSecond: 1 })).toBe('keeps up')
    expect(catchUpText({ ...base, lag: null })).toBe('—')
  })

  it('space the states of coordinators', () => {
    expect(['PreparingRebalance', 'Stable', 'Empty'].map(stateText)).toEqual(['Preparing rebalance', 'Stable', 'Empty'])
  })
})

describe('the chart begins', () => {
  const minute = 60_000
  const now = 1_000 * minute
  it.each([
    ['as far back as was chosen', now - 100 * minute, now - 15 * minute],
    ['where what is known begins', now - 7 * minute, now - 7 * minute],
    ['two minutes back at least', now - 1_000, now - 2 * minute],
  ])('%s', (_, firstMs, fromMs) => {
    expect(chartFromMs(15 * minute, firstMs, now)).toBe(fromMs)
  })
})

describe('takeLagItem', () => {
  it('keeps a bounded number of samples, and what it had when samples fail', () => {
    let feed = takeLagItem(noFeed, { kind: 'history', history: history([sample(0, 1)]) })
    for (let at = 1; at <= liveSamplesMax + 5; at += 1) feed = takeLagItem(feed, { kind: 'sample', sample: sample(at, at) })
    expect(feed.history?.samples).toHaveLength(liveSamplesMax)
    expect(feed.history?.samples.at(-1)?.atMs).toBe(liveSamplesMax + 5)
    feed = takeLagItem(feed, { kind: 'failure', failure: { code: 'UNREACHABLE', message: 'gone' }, atMs: 9 })
    expect([feed.problem?.message, feed.history?.samples.length]).toEqual(['gone', liveSamplesMax])
  })
})

describe('mergedLag', () => {
  const atOf = (moments: ReturnType<typeof mergedLag>['moments']) => moments.map(it => ('isGap' in it ? 'gap' : it.atMs))

  it('takes the live samples where both are', () => {
    const stored = history([sample(0, 5), sample(15_000, 5), sample(30_000, 5)])
    const live = history([sample(20_000, 6), sample(21_000, 6)])
    expect(atOf(mergedLag(stored, live).moments)).toEqual([0, 15_000, 20_000, 21_000])
  })

  it('puts old lags in the order of the present partitions', () => {
    const merged = mergedLag(history([sample(0, 1, 2)], [0, 1]), history([sample(9_000, 7, 8, 9)], [1, 2, 0]))
    expect(merged.moments.map(it => ('isGap' in it ? [] : it.lags))).toEqual([
      [2, null, 1],
      [7, 8, 9],
    ])
  })

  it('breaks where the app did not run, and where it was started anew', () => {
    const far = 3_600_000
    expect(atOf(mergedLag(history([sample(0, 5), sample(far, 5)]), null).moments)).toEqual([0, 'gap', far])
    const restarted = history([sample(0, 0), sample(far, 5)], [0], [far - 20_000])
    expect(atOf(mergedLag(restarted, null).moments)).toEqual([0, 'gap', far])
  })

  it('holds nothing while a group stayed caught up: nothing is written then', () => {
    const far = 3_600_000
    const { moments } = mergedLag(history([sample(0, 0), sample(far, 5)]), null)
    expect(atOf(moments)).toEqual([0, far - 15_000, far])
    expect(moments[1]).toMatchObject({ totalLag: 0, lags: [0] })
  })
})

it('partitionGrowth is the change over the last half minute, null where it is not known', () => {
  const live = history([sample(0, 1_000, 0, null), sample(60_000, 100, 0, null), sample(90_000, 160, 0, 4)], [0, 1, 2])
  expect([...partitionGrowth(live)]).toEqual([
    ['t/0', 2],
    ['t/1', 0],
    ['t/2', null],
  ])
  expect(partitionGrowth(null).size).toBe(0)
})

it('lagAsCsv has a line per sample, gaps none, unknown an empty cell', () => {
  const csv = lagAsCsv(mergedLag(history([sample(0, 5, null), sample(3_600_000, 1, 2)], [0, 1]), null))
  expect(csv).toBe(
    [
      'time,time_ms,lag,lag_ms,committed_per_second,appended_per_second,t-0,t-1',
      '1970-01-01T00:00:00.000Z,0,5,,,1,5,',
      '1970-01-01T01:00:00.000Z,3600000,3,,,1,1,2',
      '',
    ].join('\r\n'),
  )
})
