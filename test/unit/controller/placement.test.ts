import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PlaceableBroker, placeReplicas } from '../../../broker-core/controller/placement.ts'
import { seededRandom } from '../../simulation/sim-random.ts'

const broker = (brokerId: number, rack: string | null = null, fenced = false): PlaceableBroker => ({ brokerId, rack, fenced })

function place(brokers: readonly PlaceableBroker[], partitions: number, replicationFactor: number, seed = 1) {
  const placed = placeReplicas(brokers, { partitions, replicationFactor, fraction: seededRandom(seed).fraction })
  if (!placed.ok) throw new Error(placed.message)
  return placed.replicas
}

const clusters = fc
  .record({
    racks: fc.array(fc.constantFrom(null, 'a', 'b', 'c'), { minLength: 1, maxLength: 12 }),
    fenced: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    seed: fc.integer(),
    partitions: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ racks, fenced, ...rest }) => ({
    ...rest,
    brokers: racks.map((rack, index) => broker(index + 1, rack, index > 0 && fenced[index] === true)),
  }))

describe('placement', () => {
  it('every partition gets as many different brokers as asked for, led by a live one, live ones first', () => {
    fc.assert(
      fc.property(clusters, fc.integer({ min: 1, max: 12 }), ({ brokers, partitions, seed }, wanted) => {
        const factor = Math.min(wanted, brokers.length)
        const isFenced = new Map(brokers.map(each => [each.brokerId, each.fenced]))
        for (const replicas of place(brokers, partitions, factor, seed)) {
          expect(new Set(replicas).size).toBe(factor)
          const fenced = replicas.map(id => isFenced.get(id))
          expect(fenced[0]).toBe(false)
          expect(fenced).toEqual([...fenced].sort((a, b) => Number(a) - Number(b)))
        }
      }),
    )
  })

  it('with all brokers alive replicas are spread over as many racks as there are', () => {
    fc.assert(
      fc.property(clusters, fc.integer({ min: 1, max: 12 }), ({ brokers, partitions, seed }, wanted) => {
        const live = brokers.map(each => ({ ...each, rack: each.rack ?? 'a', fenced: false }))
        const racks = new Set(live.map(each => each.rack)).size
        const rackOf = new Map(live.map(each => [each.brokerId, each.rack]))
        const factor = Math.min(wanted, live.length)
        for (const replicas of place(live, partitions, factor, seed)) {
          expect(new Set(replicas.map(id => rackOf.get(id))).size).toBe(Math.min(racks, factor))
        }
      }),
    )
  })

  it('leaders and replicas are even where racks are', () => {
    for (let seed = 1; seed < 50; seed++) {
      const brokers = Array.from({ length: 6 }, (_, index) => broker(index + 1, ['a', 'b', 'c'][index % 3] ?? null))
      const placed = place(brokers, 60, 3, seed)
      const count = (ids: readonly number[]) => brokers.map(each => ids.filter(id => id === each.brokerId).length)
      expect(count(placed.map(replicas => replicas[0] ?? -1))).toEqual([10, 10, 10, 10, 10, 10])
      expect(Math.max(...count(placed.flat())) - Math.min(...count(placed.flat()))).toBeLessThanOrEqual(6)
    }
  })

  it('topics of one partition begin at different brokers', () => {
    const random = seededRandom(1)
    const first = () =>
      placeReplicas([broker(1), broker(2), broker(3)], { partitions: 1, replicationFactor: 1, fraction: random.fraction })
    const leaders = Array.from({ length: 60 }, first).map(placed => (placed.ok ? placed.replicas[0]?.[0] : undefined))
    for (const id of [1, 2, 3]) expect(leaders.filter(leader => leader === id).length).toBeGreaterThan(8)
  })

  it('each follower takes part of the load of a leader that ends', () => {
    const brokers = Array.from({ length: 5 }, (_, index) => broker(index + 1))
    const seconds = place(brokers, 100, 3)
      .filter(replicas => replicas[0] === 1)
      .map(replicas => replicas[1])
    expect(new Set(seconds).size).toBe(4)
  })
})
