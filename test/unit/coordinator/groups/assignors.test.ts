import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AssignableMember, assign } from '../../../../broker-core/coordinator/groups/consumer/assignors.ts'
import type { Target } from '../../../../broker-core/coordinator/groups/consumer/consumer-group.ts'

const topicIds = ['t0', 't1', 't2', 't3']

const clusters = fc.record({
  counts: fc.array(fc.nat(12), { minLength: 4, maxLength: 4 }),
  subscriptions: fc.array(fc.uniqueArray(fc.constantFrom(...topicIds), { minLength: 1 }), { minLength: 1, maxLength: 8 }),
})

const topicsOf = (counts: readonly number[]) =>
  new Map(topicIds.map((topicId, index) => [topicId, { topicId, partitionCount: counts[index] ?? 0 }]))
const membersOf = (
  subscriptions: readonly (readonly string[])[],
  present: ReadonlyMap<string, Target> = new Map(),
): AssignableMember[] =>
  subscriptions.map((topics, index) => ({
    memberId: `m${index}`,
    instanceId: null,
    topics: new Set(topics),
    present: present.get(`m${index}`) ?? new Map(),
  }))
const sizeOf = (target: Target | undefined): number => [...(target?.values() ?? [])].reduce((sum, ids) => sum + ids.size, 0)
const moves = (from: ReadonlyMap<string, Target>, to: ReadonlyMap<string, Target>): number => {
  let kept = 0
  for (const [memberId, target] of to) {
    for (const [topicId, ids] of target) for (const id of ids) if (from.get(memberId)?.get(topicId)?.has(id)) kept++
  }
  return [...to.values()].reduce((sum, target) => sum + sizeOf(target), 0) - kept
}

describe.each(['uniform', 'range'] as const)('the assignor %s', name => {
  it('CG-04: gives each partition of subscribed topics to exactly one subscriber', () => {
    fc.assert(
      fc.property(clusters, ({ counts, subscriptions }) => {
        const members = membersOf(subscriptions)
        const targets = assign(name, members, topicsOf(counts))
        const given = new Map<string, string>()
        for (const [memberId, target] of targets) {
          const own = members.find(member => member.memberId === memberId)!
          for (const [topicId, ids] of target) {
            expect(own.topics.has(topicId)).toBe(true)
            for (const id of ids) {
              expect(given.has(`${topicId}-${id}`)).toBe(false)
              given.set(`${topicId}-${id}`, memberId)
            }
          }
        }
        const wanted = topicIds.reduce((sum, id, at) => sum + (subscriptions.some(own => own.includes(id)) ? counts[at]! : 0), 0)
        expect(given.size).toBe(wanted)
      }),
    )
  })

  it('changes nothing when nothing changed', () => {
    fc.assert(
      fc.property(clusters, ({ counts, subscriptions }) => {
        const first = assign(name, membersOf(subscriptions), topicsOf(counts))
        expect(moves(first, assign(name, membersOf(subscriptions, first), topicsOf(counts)))).toBe(0)
      }),
    )
  })
})

describe('the uniform assignor', () => {
  it('CG-04: with equal subscriptions numbers differ by one at most', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 4, maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (counts, size) => {
        const targets = assign('uniform', membersOf(Array.from({ length: size }, () => topicIds)), topicsOf(counts))
        const sizes = [...targets.values()].map(sizeOf)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('moves no more than a newcomer must get', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 }), (count, size) => {
        const topics = topicsOf([count, 0, 0, 0])
        const subscriptions = Array.from({ length: size + 1 }, () => ['t0'])
        const first = assign('uniform', membersOf(subscriptions.slice(1)), topics)
        const second = assign('uniform', membersOf(subscriptions, first), topics)
        expect(moves(first, second)).toBeLessThanOrEqual(Math.ceil(count / (size + 1)))
      }),
    )
  })

  it('assigns 200 members and 2,000 partitions quickly', () => {
    const members = membersOf(Array.from({ length: 200 }, () => ['t0', 't1']))
    const startedMs = performance.now()
    const targets = assign('uniform', members, topicsOf([1_000, 1_000, 0, 0]))
    expect(performance.now() - startedMs).toBeLessThan(500)
    expect(new Set([...targets.values()].map(sizeOf))).toEqual(new Set([10]))
  })
})

describe('the range assignor', () => {
  it('CG-04: equal partitions of equal topics come together, static members by instance', () => {
    const members = membersOf([
      ['t0', 't1'],
      ['t0', 't1'],
      ['t0', 't1'],
    ])
    const targets = assign('range', members, topicsOf([7, 7, 0, 0]))
    expect([...targets.get('m0')!.get('t0')!]).toEqual([0, 1, 2])
    for (const target of targets.values()) expect([...target.get('t0')!]).toEqual([...target.get('t1')!])
  })
})
