import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cycleText, type Dependency, dependencyCycles, type Read, type Write } from '../simulation/dependency-cycles.ts'

const write = (transaction: string, partition: number, offset: number): Write => ({ transaction, partition, offset })
const read = (transaction: string, partition: number, end: number, from = 0): Read => ({ transaction, partition, from, end })

/** The transactions of each cycle, in the order of its dependencies. */
const cyclesOf = (writes: readonly Write[], reads: readonly Read[]) =>
  dependencyCycles(writes, reads).map(cycle => cycle.map(dependency => dependency.write.transaction))

describe('cycles of dependencies among transactions', () => {
  it.each<[string, readonly Write[], readonly Read[], readonly (readonly string[])[]]>([
    ['nobody reads', [write('a', 0, 0), write('b', 0, 1)], [], []],
    ['one reads what the other wrote', [write('a', 0, 0), write('b', 1, 0)], [read('b', 0, 1)], []],
    ['each reads what the other wrote', [write('a', 0, 0), write('b', 1, 0)], [read('b', 0, 1), read('a', 1, 1)], [['a', 'b']]],
    ['a reading ends where the record begins', [write('a', 0, 0), write('b', 1, 0)], [read('b', 0, 1), read('a', 1, 0)], []],
    ['one reads behind its own record', [write('a', 0, 3)], [read('a', 0, 4)], [['a']]],
    ['one reads below its own record', [write('b', 0, 0), write('a', 0, 3)], [read('a', 0, 3)], []],
    [
      'ww: who reads the second writer comes after the first one, wherever the reading began',
      [write('a', 0, 0), write('b', 0, 1), write('c', 1, 0)],
      [read('c', 0, 2, 1), read('a', 1, 1)],
      [['a', 'c']],
    ],
    [
      'G0: two write by turns, which says nothing of who ended first',
      [write('a', 0, 0), write('b', 0, 1), write('b', 1, 0), write('a', 1, 1)],
      [],
      [],
    ],
    [
      'two wrote by turns, and the second one is read elsewhere by the first one, which is still open',
      [write('a', 0, 0), write('b', 0, 1), write('b', 1, 0)],
      [read('a', 1, 1)],
      [],
    ],
    [
      'a cycle of three, and one apart',
      [write('a', 0, 0), write('b', 1, 0), write('c', 2, 0), write('d', 3, 0), write('e', 4, 0)],
      [read('b', 0, 1), read('c', 1, 1), read('a', 2, 1), read('e', 3, 1), read('d', 4, 1), read('d', 0, 1)],
      [
        ['a', 'b', 'c'],
        ['d', 'e'],
      ],
    ],
  ])('G1c: %s', (_, writes, reads, cycles) => {
    expect(cyclesOf(writes, reads)).toEqual(cycles)
  })

  it('tells what the cycle consists of', () => {
    const [cycle] = dependencyCycles([write('a', 0, 7), write('b', 1, 0)], [read('b', 0, 9, 5), read('a', 1, 1)])
    expect(cycleText(cycle ?? [])).toBe(
      'a cycle of committed transactions (G1c): a wrote 0@7, behind which b read (0@5 to 9); b wrote 1@0, behind which a read (1@0 to 1)',
    )
  })

  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const histories = fc.record({
    writers: fc.array(fc.tuple(names, fc.nat(2)), { maxLength: 12 }),
    reads: fc.array(fc.record({ transaction: names, partition: fc.nat(2), from: fc.constant(0), end: fc.nat(5) }), {
      maxLength: 8,
    }),
  })
  /** Offsets count up in each partition. */
  const placed = (writers: readonly (readonly [string, number])[]): readonly Write[] =>
    writers.map(([transaction, partition], at) =>
      write(transaction, partition, writers.slice(0, at).filter(([, other]) => other === partition).length),
    )

  it('names one cycle, which is one, of each knot that a naive closure of all pairs has', () => {
    fc.assert(
      fc.property(histories, ({ writers, reads }) => {
        const writes = placed(writers)
        const cycles = dependencyCycles(writes, reads)
        for (const cycle of cycles) expectCycle(cycle, writes, reads)
        const precedes = naiveOrder(writes, reads)
        const knots = cycles.map(([first]) => first?.write.transaction ?? '')
        for (const name of ['a', 'b', 'c', 'd', 'e']) {
          const knotsOfName = knots.filter(knot => precedes(name, knot) && precedes(knot, name))
          expect(knotsOfName).toHaveLength(precedes(name, name) ? 1 : 0)
        }
      }),
    )
  })

  it('finds none in whatever clients do at a log that gives out committed data only', () => {
    const step = fc.record({ client: names, does: fc.constantFrom('write', 'read', 'commit'), partition: fc.nat(2) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        expect(cyclesOf(...played(steps, true))).toEqual([])
      }),
    )
  })

  it('finds some where open transactions are given out', () => {
    const step = fc.record({ client: names, does: fc.constantFrom('write', 'read', 'commit'), partition: fc.nat(2) })
    const found = fc.sample(fc.array(step, { minLength: 40, maxLength: 60 }), { numRuns: 20, seed: 1 })
    expect(found.some(steps => cyclesOf(...played(steps, false)).length > 0)).toBe(true)
  })
})

/** Warshall's closure of the relation as it stands in the comment of the module. */
function naiveOrder(writes: readonly Write[], reads: readonly Read[]): (one: string, other: string) => boolean {
  const names = [...new Set([...writes, ...reads].map(({ transaction }) => transaction))]
  const precedes = new Set<string>()
  for (const one of writes) {
    for (const other of reads) {
      if (other.partition === one.partition && other.end > one.offset) precedes.add(`${one.transaction} ${other.transaction}`)
    }
  }
  for (const by of names) {
    for (const from of names) {
      for (const to of names) if (precedes.has(`${from} ${by}`) && precedes.has(`${by} ${to}`)) precedes.add(`${from} ${to}`)
    }
  }
  return (one, other) => precedes.has(`${one} ${other}`)
}

function expectCycle(cycle: readonly Dependency[], writes: readonly Write[], reads: readonly Read[]): void {
  expect(cycle.length).toBeGreaterThan(0)
  for (const [at, dependency] of cycle.entries()) {
    expect(writes).toContain(dependency.write)
    expect(reads).toContain(dependency.read)
    expect(dependency.read.partition).toBe(dependency.write.partition)
    expect(dependency.read.end).toBeGreaterThan(dependency.write.offset)
    expect(dependency.read.transaction).toBe(cycle[(at + 1) % cycle.length]?.write.transaction)
  }
}

interface Step {
  readonly client: string
  readonly does: string
  readonly partition: number
}

/** Clients at logs in memory: each has one transaction at a time; readers get what is below the last stable offset, or all there is. */
function played(steps: readonly Step[], isStableOnly: boolean): [readonly Write[], readonly Read[]] {
  const writes: Write[] = []
  const reads: Read[] = []
  const numbers = new Map<string, number>()
  const open = new Set<string>()
  for (const { client, does, partition } of steps) {
    const transaction = `${client}${numbers.get(client) ?? 0}`
    const log = writes.filter(one => one.partition === partition)
    if (does === 'write') writes.push(write(transaction, partition, log.length))
    if (does === 'write') open.add(transaction)
    const unstable = log.findIndex(one => open.has(one.transaction))
    if (does === 'read') reads.push(read(transaction, partition, isStableOnly && unstable >= 0 ? unstable : log.length))
    if (does !== 'commit') continue
    open.delete(transaction)
    numbers.set(client, (numbers.get(client) ?? 0) + 1)
  }
  return [writes, reads]
}
