import { describe, expect, it } from 'vitest'
import { configNameProblem, configsProblem } from '../../../../broker-core/controller/config-rules.ts'
import { resourceType } from '../../../../broker-core/server/config-layers.ts'
import { Rate } from '../../../../broker-core/server/quotas/rate.ts'
import { ReplicationThrottle, throttledPartitions } from '../../../../broker-core/server/quotas/replication-throttle.ts'
import { imageOf } from '../images.ts'

describe('LEAD-12: replicas listed as throttled', () => {
  it.each([
    ['', []],
    ['none', []],
    ['0:1,1:2, 2:1', [0, 2]],
    ['0:2', []],
    ['0:11', []],
  ])('%j on broker 1', (text, expected) => {
    expect([...(throttledPartitions(text, 1) as Set<number>)]).toEqual(expected)
  })

  it('a star stands for all', () => {
    expect(throttledPartitions('*', 1)).toBe('all')
  })
})

type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>
const configsOf = (settings: Settings) =>
  new Map(Object.entries(settings).map(([key, values]) => [key, new Map(Object.entries(values))]))

function throttle(side: 'leader' | 'follower', first: Settings) {
  let image = imageOf([], { configs: configsOf(first) })
  const clock = { nowMs: 0 }
  const layers = { nodeId: 1, given: new Map<string, string>(), image: () => image }
  return {
    clock,
    limit: new ReplicationThrottle(side, layers, () => clock.nowMs),
    set(settings: Settings) {
      image = imageOf([], { configs: configsOf(settings) })
    },
  }
}

describe('LEAD-12: a side of a broker', () => {
  const rate = (name: string, value: string) => ({ [`${resourceType.broker}:1`]: { [name]: value } })

  it('is not limited without a rate, or with that of the other side', () => {
    expect(throttle('leader', {}).limit.isOn).toBe(false)
    expect(throttle('leader', rate('follower.replication.throttled.rate', '1000')).limit.isOn).toBe(false)
    expect(throttle('follower', rate('follower.replication.throttled.rate', '1000')).limit.isOn).toBe(true)
  })

  it('covers the partitions of its own list, as it is now', () => {
    const { limit, set } = throttle('leader', {
      '2:t': { 'leader.replication.throttled.replicas': '0:1,1:2', 'follower.replication.throttled.replicas': '*' },
    })
    expect([0, 1, 2].map(partition => limit.covers('t', partition))).toEqual([true, false, false])
    expect(limit.covers('u', 0)).toBe(false)
    set({ '2:t': { 'leader.replication.throttled.replicas': '*' } })
    expect(limit.covers('t', 7)).toBe(true)
    set({})
    expect(limit.covers('t', 0)).toBe(false)
  })

  it('has a second of room at first, none when that is used, and never more than a second of it', () => {
    const { clock, limit, set } = throttle('leader', rate('leader.replication.throttled.rate', '1000'))
    expect(limit.roomBytes()).toBe(1000)
    limit.took(1500)
    expect(limit.roomBytes()).toBe(-500)
    clock.nowMs = 1500
    expect(limit.roomBytes()).toBe(0)
    clock.nowMs = 1800
    expect(limit.roomBytes()).toBeCloseTo(300)
    clock.nowMs = 9000
    expect(limit.roomBytes()).toBe(1000)
    set(rate('leader.replication.throttled.rate', '0'))
    expect(limit.roomBytes()).toBeLessThanOrEqual(0)
  })

  it('its rate is a number of at least 0 that brokers take while they run', () => {
    const problem = (value: string) =>
      configsProblem(resourceType.broker, new Map([['leader.replication.throttled.rate', value]]))
    expect(configNameProblem(resourceType.broker, 'follower.replication.throttled.rate')).toBeUndefined()
    expect(problem('0')).toBeUndefined()
    expect(problem('-1')).toContain('at least 0')
    expect(problem('fast')).toContain('Not a number')
  })
})

it('QUO-03: taken since the first sample, a rate is over a second at least', () => {
  const rate = new Rate('since-first')
  rate.record(500, 0)
  expect(rate.perSecond(10)).toBe(500)
  expect(rate.perSecond(2000)).toBe(250)
})
