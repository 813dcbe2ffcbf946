import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evenLayout } from '../../../../src-main/workbench/topics/reassignment-plan.ts'

const brokers = (count: number, racks = 0) =>
  Array.from({ length: count }, (_, index) => ({ brokerId: index + 1, rack: racks === 0 ? null : `r${index % racks}` }))
const partitions = (layouts: readonly number[][]) => layouts.map((replicas, partition) => ({ topic: 't', partition, replicas }))

const countsOf = (layouts: readonly number[][]) => {
  const counts = new Map<number, number>()
  for (const id of layouts.flat()) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

describe('an even layout', () => {
  it('leaves an even one as it is', () => {
    const even = [
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
    ]
    expect(evenLayout(partitions(even), brokers(3), null)).toEqual(even)
  })

  it('moves to a new broker only its share', () => {
    const before = Array.from({ length: 8 }, (_, index) => [(index % 3) + 1, ((index + 1) % 3) + 1])
    const after = evenLayout(partitions(before), brokers(4), null)
    expect([...countsOf(after).values()]).toEqual([4, 4, 4, 4])
    const moved = after.flatMap((layout, index) => layout.filter(id => !before[index]?.includes(id)))
    expect(moved.length).toBeLessThanOrEqual(6)
  })

  it('empties a broker that is to go, and raises the replication factor', () => {
    const after = evenLayout(partitions([[1], [2], [3]]), brokers(2), 2)
    for (const layout of after) expect([...layout].sort()).toEqual([1, 2])
  })

  it('uses every rack before one twice', () => {
    const after = evenLayout(partitions([[], [], [], []]), brokers(6, 3), 3)
    for (const layout of after) expect(new Set(layout.map(id => (id - 1) % 3)).size).toBe(3)
  })

  it('refuses more replicas than brokers', () => {
    expect(() => evenLayout(partitions([[1]]), brokers(2), 3)).toThrow('3 replicas need 3 brokers, not 2')
  })

  it('always has distinct replicas on wanted brokers, as many as asked for, evenly', () => {
    const layouts = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(layouts, fc.integer({ min: 3, max: 6 }), fc.integer({ min: 1, max: 3 }), (before, count, factor) => {
        const after = evenLayout(partitions(before), brokers(count), factor)
        for (const layout of after) {
          expect(new Set(layout).size).toBe(factor)
          for (const id of layout) expect(id).toBeLessThanOrEqual(count)
        }
        const counts = [...countsOf(after).values()]
        const share = (before.length * factor) / count
        expect(Math.max(...counts)).toBeLessThanOrEqual(Math.ceil(share) + 1)
      }),
    )
  })
})
