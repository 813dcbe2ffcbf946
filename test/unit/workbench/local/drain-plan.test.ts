import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drainPlan } from '../../../../src-main/workbench/local/drain-plan.ts'

const brokers = (ids: readonly number[], racks: readonly (string | null)[] = []) =>
  ids.map((brokerId, index) => ({ brokerId, rack: racks[index] ?? null }))
const partitions = (layouts: readonly (readonly number[])[]) =>
  layouts.map((replicas, partition) => ({ topic: 't', partition, replicas }))
const targets = (layouts: readonly (readonly number[])[], others: Parameters<typeof drainPlan>[1], brokerId: number) =>
  drainPlan(partitions(layouts), others, brokerId).map(({ partition, to }) => [partition, ...to])

describe('LEAD-09: draining a broker', () => {
  it('moves its replicas and leaves the others alone', () => {
    const layouts = [
      [1, 2],
      [2, 4],
      [3, 1],
    ]
    expect(targets(layouts, brokers([1, 2, 3]), 4)).toEqual([[1, 2, 3]])
    expect(targets(layouts, brokers([1, 2, 3]), 5)).toEqual([])
  })

  it('gives each replica to the broker that has the fewest, and leadership to the one that leads least', () => {
    const layouts = [[4], [4], [4], [1], [1], [2]]
    expect(targets(layouts, brokers([1, 2, 3]), 4)).toEqual([
      [0, 3],
      [1, 2],
      [2, 3],
    ])
    expect(
      targets(
        [
          [4, 1],
          [1, 2],
        ],
        brokers([1, 2, 3]),
        4,
      ),
    ).toEqual([[0, 3, 1]])
  })

  it('prefers a rack that the partition does not use yet', () => {
    expect(targets([[1, 4], [3]], brokers([1, 2, 3], ['a', 'a', 'b']), 4)).toEqual([[0, 1, 3]])
  })

  it('is refused, by name, where replicas outnumber the brokers that remain', () => {
    expect(() => drainPlan(partitions([[1], [1, 2, 3, 4]]), brokers([1, 2, 3]), 4)).toThrow(
      't-1 has 4 replicas, each of which needs a broker of its own; only 3 brokers remain',
    )
    expect(() => drainPlan(partitions([[4]]), [], 4)).toThrow(/t-0 has 1 replica.*only 0 brokers remain/)
    // A replica on a broker that is down keeps its place, but is no place to go.
    expect(() => drainPlan(partitions([[1, 3, 4]]), brokers([1]), 4)).toThrow(/t-0 has 3 replicas/)
  })

  it('keeps factors, empties the broker, never doubles a replica, and is even where it started even', () => {
    const layout = fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(layout, { maxLength: 40 }), layouts => {
        const plan = drainPlan(partitions(layouts), brokers([1, 2, 3, 4]), 5)
        expect(plan.map(move => move.partition)).toEqual(
          layouts.flatMap((replicas, index) => (replicas.includes(5) ? [index] : [])),
        )
        for (const { from, to } of plan) {
          expect(to).not.toContain(5)
          expect(new Set(to).size).toBe(from.length)
          expect(from.filter(id => id !== 5).every(id => to.includes(id))).toBe(true)
        }
      }),
    )
    const even = Array.from({ length: 20 }, (_, index) => [(index % 5) + 1, ((index + 1) % 5) + 1])
    const counts = new Map<number, number>()
    const after = even.map(
      (replicas, index) =>
        drainPlan(partitions(even), brokers([1, 2, 3, 4]), 5).find(it => it.partition === index)?.to ?? replicas,
    )
    for (const id of after.flat()) counts.set(id, (counts.get(id) ?? 0) + 1)
    expect([...counts.values()]).toEqual([10, 10, 10, 10])
  })
})
