/** One committed record, where readers find it. */
export interface Write {
  readonly transaction: string
  readonly partition: number
  readonly offset: number
}

/** A transaction that read committed data of a partition, from an offset up to another, that one excluded. */
export interface Read {
  readonly transaction: string
  readonly partition: number
  readonly from: number
  readonly end: number
}

/** Why the transaction of `write` ended before that of `read` did. */
export interface Dependency {
  readonly write: Write
  readonly read: Read
}

/**
 * Cycles of dependencies among transactions, in the manner of Jepsen's workload for Kafka (Elle's G1c). Two transactions that are open may
 * write by turns into one partition, so the order of two writes alone tells nothing: Kafka has no isolation of writes (G0 is allowed). But
 * committed data is given out up to the last stable offset only (TXN-30, TXN-35): whoever reads a partition up to an offset does so after
 * the end of each transaction that wrote below it, also below where the reader began. So these are the edges: from the writer of a record
 * over all later records of its partition (ww) to whoever read behind it (wr). None of them can lead back, since everybody reads before its
 * own end. A transaction that reads behind its own record is a cycle of one.
 *
 * One cycle of each knot of transactions that depend on each other, as the dependencies that it consists of.
 */
export function dependencyCycles(writes: readonly Write[], reads: readonly Read[]): readonly (readonly Dependency[])[] {
  const dependents = dependentsOf(writes, reads)
  const suspects = withoutLeaves(dependents)
  const cycles: Dependency[][] = []
  const settled = new Set<string>()
  for (const transaction of suspects.keys()) {
    if (settled.has(transaction)) continue
    const cycle = cycleFrom(suspects, transaction)
    if (cycle === undefined) continue
    cycles.push(cycle)
    for (const other of knotOf(suspects, transaction)) settled.add(other)
  }
  return cycles
}

export function cycleText(cycle: readonly Dependency[]): string {
  const steps = cycle.map(({ write, read }) => {
    const place = `${write.partition}@${write.offset}`
    return `${write.transaction} wrote ${place}, behind which ${read.transaction} read (${read.partition}@${read.from} to ${read.end})`
  })
  return `a cycle of committed transactions (G1c): ${steps.join('; ')}`
}

/** By transaction, who read behind what it wrote. */
type Dependents = ReadonlyMap<string, ReadonlyMap<string, Dependency>>

/** Of each transaction only its first record and its furthest reading of a partition count: they say all that the others say. */
function dependentsOf(writes: readonly Write[], reads: readonly Read[]): Dependents {
  const firsts = extremes(writes, (one, other) => one.offset < other.offset)
  const furthest = extremes(reads, (one, other) => one.end > other.end)
  const dependents = new Map<string, Map<string, Dependency>>()
  for (const write of firsts) {
    const known = dependents.get(write.transaction) ?? new Map<string, Dependency>()
    dependents.set(write.transaction, known)
    for (const read of furthest) {
      const isBehind = read.partition === write.partition && read.end > write.offset
      if (isBehind && !known.has(read.transaction)) known.set(read.transaction, { write, read })
    }
  }
  return dependents
}

function extremes<T extends { readonly transaction: string; readonly partition: number }>(
  all: readonly T[],
  isMore: (one: T, other: T) => boolean,
): readonly T[] {
  const kept = new Map<string, T>()
  for (const one of all) {
    const key = `${one.transaction} ${one.partition}`
    const other = kept.get(key)
    if (other === undefined || isMore(one, other)) kept.set(key, one)
  }
  return [...kept.values()]
}

/** Takes away, again and again, who has no dependents left: nothing remains where there is no cycle. */
function withoutLeaves(dependents: Dependents): Dependents {
  const left = new Map(dependents)
  const hasDependents = (transaction: string): boolean => [...(left.get(transaction)?.keys() ?? [])].some(one => left.has(one))
  for (let size = -1; size !== left.size; ) {
    size = left.size
    for (const transaction of left.keys()) if (!hasDependents(transaction)) left.delete(transaction)
  }
  return left
}

/** The shortest way back to where it began. */
function cycleFrom(dependents: Dependents, start: string): Dependency[] | undefined {
  const ways = waysFrom(dependents, start)
  const cycle: Dependency[] = []
  for (let way = ways.get(start); way !== undefined; way = ways.get(way.write.transaction)) {
    cycle.unshift(way)
    if (way.write.transaction === start) return cycle
  }
  return undefined
}

/** Whoever depends on `start`, and on whom it depends as well. */
function knotOf(dependents: Dependents, start: string): readonly string[] {
  return [...waysFrom(dependents, start).keys()].filter(transaction => waysFrom(dependents, transaction).has(start))
}

/** How each transaction that depends on `start` was first come to, nearest first. */
function waysFrom(dependents: Dependents, start: string): ReadonlyMap<string, Dependency> {
  const ways = new Map<string, Dependency>()
  for (let edge: readonly string[] = [start]; edge.length > 0; ) {
    const further: string[] = []
    for (const dependency of edge.flatMap(transaction => [...(dependents.get(transaction)?.values() ?? [])])) {
      const { transaction } = dependency.read
      if (ways.has(transaction)) continue
      ways.set(transaction, dependency)
      further.push(transaction)
    }
    edge = further
  }
  return ways
}
