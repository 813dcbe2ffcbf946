import { array, assert, integer, property, record, shuffledSubarray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Assignment,
  type AssignorName,
  assignors,
  type MemberSubscription,
} from '../../../broker-core/client/consuming/assignors.ts'
import type { TopicPartition } from '../../../broker-core/model/ids.ts'

const member = (
  memberId: string,
  topics: readonly string[],
  owned: readonly TopicPartition[] = [],
  generation = 1,
): MemberSubscription => ({
  memberId,
  instanceId: null,
  topics,
  owned,
  generation,
})
const names = (assignment: Assignment, memberId: string): readonly string[] =>
  (assignment.get(memberId) ?? []).map(it => `${it.topic}${it.partition}`)
const everything = Object.keys(assignors) as AssignorName[]

/** Groups of up to six members with any subscriptions to up to four topics. */
const groups = record({
  counts: array(integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
  subscriptions: array(shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 }), { minLength: 1, maxLength: 6 }),
})
const topicNames = ['a', 'b', 'c', 'd']

function groupOf(counts: readonly number[], subscriptions: readonly (readonly string[])[]) {
  const partitionCounts = new Map(counts.map((count, index) => [topicNames[index] as string, count] as const))
  const members = subscriptions.map((topics, index) =>
    member(
      `m${index}`,
      topics.filter(it => partitionCounts.has(it)),
    ),
  )
  return { partitionCounts, members }
}

describe.each(everything)('%s', name => {
  const { assign } = assignors[name]

  it('gives every partition with a subscriber to exactly one of its subscribers', () => {
    assert(
      property(groups, ({ counts, subscriptions }) => {
        const { partitionCounts, members } = groupOf(counts, subscriptions)
        const assignment = assign(members, partitionCounts)
        const given = [...assignment.values()].flat().map(it => `${it.topic}${it.partition}`)
        expect(new Set(given).size).toBe(given.length)
        const wanted = [...partitionCounts].filter(([topic]) => members.some(it => it.topics.includes(topic)))
        expect(given).toHaveLength(wanted.reduce((sum, [, count]) => sum + count, 0))
        for (const it of members) {
          for (const at of assignment.get(it.memberId) ?? []) expect(it.topics).toContain(at.topic)
        }
      }),
    )
  })

  it('gives the same to the same, in whatever order the members come', () => {
    const { partitionCounts, members } = groupOf([5, 3], [['a'], ['a', 'b'], ['b']])
    const forwards = assign(members, partitionCounts)
    const backwards = assign([...members].reverse(), partitionCounts)
    for (const { memberId } of members) expect(names(backwards, memberId)).toEqual(names(forwards, memberId))
  })
})

describe('range', () => {
  it('gives neighbours of each topic to each member, more to the first ones', () => {
    const members = ['m0', 'm1'].map(it => member(it, ['a', 'b']))
    const assignment = assignors.range.assign(
      members,
      new Map([
        ['a', 3],
        ['b', 3],
      ]),
    )
    expect(names(assignment, 'm0')).toEqual(['a0', 'a1', 'b0', 'b1'])
    expect(names(assignment, 'm1')).toEqual(['a2', 'b2'])
  })
})

describe('roundrobin', () => {
  it('deals the partitions of all topics in turn', () => {
    const members = ['m0', 'm1'].map(it => member(it, ['a', 'b']))
    const assignment = assignors.roundrobin.assign(
      members,
      new Map([
        ['a', 3],
        ['b', 3],
      ]),
    )
    expect(names(assignment, 'm0')).toEqual(['a0', 'a2', 'b1'])
    expect(names(assignment, 'm1')).toEqual(['a1', 'b0', 'b2'])
  })
})

describe('sticky', () => {
  const { assign } = assignors.sticky
  const counts = new Map([['a', 6]])

  it('is even, and moves no more than evenness needs', () => {
    assert(
      property(integer({ min: 1, max: 6 }), integer({ min: 0, max: 20 }), (count, partitions) => {
        const before = assign(
          Array.from({ length: count }, (_, i) => member(`m${i}`, ['a'])),
          new Map([['a', partitions]]),
        )
        const grown = Array.from({ length: count + 1 }, (_, i) => member(`m${i}`, ['a'], before.get(`m${i}`) ?? []))
        const after = assign(grown, new Map([['a', partitions]]))
        const sizes = [...after.values()].map(it => it.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        const moved = (after.get(`m${count}`) ?? []).length
        const kept = grown
          .slice(0, count)
          .flatMap(it => names(after, it.memberId).filter(one => names(before, it.memberId).includes(one)))
        expect(kept).toHaveLength(partitions - moved)
      }),
    )
  })

  it('of two that claim a partition believes the newer generation, and neither when they are equal', () => {
    const owned = [{ topic: 'a', partition: 0 }]
    const newer = assign([member('m0', ['a'], owned, 3), member('m1', ['a'], owned, 4)], new Map([['a', 1]]))
    expect(names(newer, 'm1')).toEqual(['a0'])
    const equal = assign([member('m1', ['a'], owned, 4), member('m0', ['a'], owned, 4)], new Map([['a', 1]]))
    expect(names(equal, 'm0')).toEqual(['a0'])
  })

  it('forgets claims on partitions and topics that are gone', () => {
    const owned = [
      { topic: 'a', partition: 9 },
      { topic: 'z', partition: 0 },
    ]
    expect(names(assign([member('m0', ['a'], owned)], counts), 'm0')).toHaveLength(6)
  })
})

describe('cooperative-sticky', () => {
  it('gives nothing to a new owner before the old one gave it up (KIP-429)', () => {
    const { assign } = assignors['cooperative-sticky']
    const counts = new Map([['a', 4]])
    const all = [0, 1, 2, 3].map(partition => ({ topic: 'a', partition }))
    const first = assign([member('m0', ['a'], all), member('m1', ['a'])], counts)
    expect([names(first, 'm0').length, names(first, 'm1').length]).toEqual([2, 0])
    const second = assign([member('m0', ['a'], first.get('m0') ?? [], 2), member('m1', ['a'], [], 2)], counts)
    expect([names(second, 'm0').length, names(second, 'm1').length]).toEqual([2, 2])
    expect(names(second, 'm0')).toEqual(names(first, 'm0'))
  })
})
