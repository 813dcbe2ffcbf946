import { describe, expect, it } from 'vitest'
import type { FeatureView, RetireProgress } from '../../../../src-main/contract/views/cluster.ts'
import { brokerActions, whyNot } from '../../../../src-renderer/features/overview/broker-actions.ts'
import { newestFirst } from '../../../../src-renderer/features/overview/event-rows.ts'
import type { EventRow } from '../../../../src-renderer/features/overview/event-rows.ts'
import { featureNote, levelText, rangeText } from '../../../../src-renderer/features/overview/feature-texts.ts'
import { quorumRows } from '../../../../src-renderer/features/overview/quorum-rows.ts'
import { rateSeries } from '../../../../src-renderer/features/overview/rate-series.ts'
import { retireFraction, retireSteps, retireText, throttleOf } from '../../../../src-renderer/features/overview/retirement.ts'
import { rateAt, rateStep, shopRates } from '../../../../src-renderer/features/overview/shop-rate.ts'
import { ratesNow } from '../../../../src-renderer/features/overview/use-rates.ts'

describe('what can be done to a broker', () => {
  it.each([
    ['stopped', ['Start']],
    ['failed', ['Start']],
    ['starting', ['Stop', 'Kill']],
    ['running', ['Stop', 'Restart', 'Kill']],
    ['stopping', ['Kill']],
  ] as const)('%s: %s', (state, verbs) => {
    const possible = brokerActions.filter(action => whyNot(action.verb, 1, state) === undefined)
    expect(possible.map(action => action.verb)).toEqual(verbs)
  })
})

describe('the rate of the sample shop', () => {
  it('every step of the slider is found again', () => {
    expect(shopRates.map(rate => rateStep(rate))).toEqual(shopRates.map((_, at) => at))
  })
  it('a rate between steps goes to the nearest by ratio, and what is beyond to the ends', () => {
    expect([rateStep(0.1), rateStep(15), rateStep(30), rateStep(1e9)].map(rateAt)).toEqual([1, 20, 20, 5_000])
    expect([rateAt(-3), rateAt(99)]).toEqual([1, 5_000])
  })
})

describe('rates', () => {
  const broker = (brokerId: number, recordsInPerSecond: number) => ({ brokerId, recordsInPerSecond, bytesInPerSecond: null })
  const samples = [
    { atMs: 1_000, brokers: [broker(2, 5), broker(1, 3)] },
    { atMs: 2_000, brokers: [broker(1, 4)] },
  ]
  it('one line per broker, broken where it does not tell', () => {
    expect(rateSeries(samples, 'records', String).map(({ name, points }) => [name, points.map(point => point.value)])).toEqual([
      ['broker 1', [3, 4]],
      ['broker 2', [5, null]],
    ])
    expect(rateSeries(samples, 'bytes', String)[0]?.points.map(point => point.value)).toEqual([null, null])
  })
  it('the present ones are not older than asked for', () => {
    expect(ratesNow(samples, 3_000, 1_000)).toEqual([broker(1, 4)])
    expect(ratesNow(samples, 3_001, 1_000)).toEqual([])
    expect(ratesNow([], 0)).toEqual([])
  })
})

describe('the quorum', () => {
  it('leader first, then voters, then observers; what the leader does not know is unknown', () => {
    const member = (nodeId: number, lag = 0) => ({ nodeId, logEndOffset: lag < 0 ? -1 : 9, lag, lastCaughtUpAtMs: null })
    const rows = quorumRows({
      leaderId: 3,
      leaderEpoch: 1,
      highWatermark: 9,
      voters: [member(2), member(1, -1), member(3)],
      observers: [member(5), member(4)],
    })
    expect(rows.map(row => [row.nodeId, row.role, row.lag])).toEqual([
      [3, 'leader', 0],
      [1, 'voter', null],
      [2, 'voter', 0],
      [4, 'observer', 0],
      [5, 'observer', 0],
    ])
  })
})

describe('events', () => {
  it('newest first over both sources; of one moment the later told first', () => {
    const row = (key: string, atMs: number): EventRow => ({ key, atMs, tone: 'info', word: '', text: '' })
    const rows = newestFirst([row('n1', 1), row('n2', 5)], [row('e1', 5), row('e2', 5)])
    expect(rows.map(one => one.key)).toEqual(['e2', 'e1', 'n2', 'n1'])
  })
})

describe('retiring a broker', () => {
  const moving: RetireProgress = { brokerId: 4, phase: 'moving', doneBytes: 25, totalBytes: 100, partitionsLeft: 3 }
  it.each([
    [{ ...moving, phase: 'planning' }, 0],
    [moving, 0.25],
    [{ ...moving, doneBytes: null }, null],
    [{ ...moving, doneBytes: 0, totalBytes: 0 }, 1],
    [{ ...moving, phase: 'stopping' }, 1],
  ] as const)('%o is %s of it', (progress, fraction) => {
    expect(retireFraction(progress)).toBe(fraction)
  })
  it('says how far it is', () => {
    expect(retireText(moving)).toBe('moving its replicas: 25 B of 100 B, 3 partitions left')
    expect(retireText({ ...moving, totalBytes: null, partitionsLeft: 1 })).toBe('moving its replicas, 1 partition left')
  })
  it('says what it will do', () => {
    expect(retireSteps({ replicaCount: 0, leaderCount: 0, logBytes: 0 })[0]).toMatch(/no replica/)
    expect(retireSteps({ replicaCount: 7, leaderCount: 2, logBytes: 1_000 })[0]).toMatch(/^7 replicas \(1 kB\).*leads 2/)
  })
  it.each([
    ['', null],
    [' ', null],
    ['10', 10_000_000],
    ['0,5', 500_000],
    ['0.001', undefined],
    ['-1', undefined],
    ['fast', undefined],
    ['1e300', undefined],
  ])('a throttle of “%s” MB/s is %s', (text, bytes) => {
    expect(throttleOf(text)).toBe(bytes)
  })
})

describe('features', () => {
  const level = (number: number, name: string | null = null) => ({ level: number, name })
  const feature: FeatureView = {
    ...{ name: 'metadata.version', finalized: level(30, '4.3-IV0'), isMixed: false },
    supported: { min: level(7), max: level(30, '4.3-IV0') },
  }
  it('levels by their release, unknown ones as the number', () => {
    expect([levelText(feature.finalized), levelText(level(99))]).toEqual(['4.3-IV0', '99'])
    expect(rangeText(feature)).toBe('7 – 4.3-IV0')
    expect(rangeText({ supported: { min: level(1), max: level(1) }, isMixed: false })).toBe('1')
    expect([false, true].map(isMixed => rangeText({ supported: null, isMixed }))).toEqual(['—', 'none in common'])
  })
  it('the numbers of levels, and that brokers differ, in the note', () => {
    expect(featureNote(feature)).toBe('metadata.version: level 30, supported 7 to 30')
    expect(featureNote({ ...feature, supported: null, isMixed: true })).toContain('Brokers support different levels')
  })
})
