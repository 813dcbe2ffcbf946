import type { BrokerForPlan, PlacedPartition } from '../topics/reassignment-plan.ts'
import type { PartitionInMotion } from '../topics/throttled-replicas.ts'

/**
 * Where the replicas of one broker go: each to the one of `others` that has the fewest, on a rack that its partition does not use yet
 * where there is one; what stays, stays. Where the broker was the preferred leader, the replica that is preferred least often becomes
 * it. Throws RangeError, naming the partition, where no broker is left for a replica.
 */
export function drainPlan(
  partitions: readonly PlacedPartition[],
  others: readonly BrokerForPlan[],
  brokerId: number,
): readonly PartitionInMotion[] {
  const counts = new Map(others.map(broker => [broker.brokerId, 0]))
  const leads = new Map(counts)
  for (const { replicas } of partitions) {
    for (const id of replicas) addTo(counts, id)
    addTo(leads, replicas[0] as number)
  }
  const plan: PartitionInMotion[] = []
  for (const { topic, partition, replicas } of partitions) {
    if (!replicas.includes(brokerId)) continue
    const staying = replicas.filter(id => id !== brokerId)
    const chosen = leastUsed(staying, others, counts)
    if (chosen === undefined) throw new RangeError(tooFew(topic, partition, replicas.length, others.length))
    addTo(counts, chosen)
    const to = replicas.map(id => (id === brokerId ? chosen : id))
    if (replicas[0] === brokerId) addTo(leads, preferLeastLeading(to, leads))
    plan.push({ topic, partition, from: replicas, to })
  }
  return plan
}

const tooFew = (topic: string, partition: number, factor: number, remaining: number) =>
  `${topic}-${partition} has ${factor} ${factor === 1 ? 'replica' : 'replicas'}, each of which needs a broker of its own; ` +
  `only ${remaining} ${remaining === 1 ? 'broker remains' : 'brokers remain'}`

/** Counts only who is there to be counted. */
function addTo(counts: Map<number, number>, brokerId: number): void {
  const count = counts.get(brokerId)
  if (count !== undefined) counts.set(brokerId, count + 1)
}

function leastUsed(
  staying: readonly number[],
  others: readonly BrokerForPlan[],
  counts: ReadonlyMap<number, number>,
): number | undefined {
  const usedRacks = new Set(others.filter(it => staying.includes(it.brokerId) && it.rack !== null).map(it => it.rack))
  const weight = ({ brokerId, rack }: BrokerForPlan) => [
    rack !== null && usedRacks.has(rack) ? 1 : 0,
    counts.get(brokerId) ?? 0,
    brokerId,
  ]
  const candidates = others.filter(it => !staying.includes(it.brokerId))
  return candidates.sort((a, b) => compare(weight(a), weight(b)))[0]?.brokerId
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number)
}

/** Changes `to`; the new first one. */
function preferLeastLeading(to: number[], leads: ReadonlyMap<number, number>): number {
  let best = 0
  for (let at = 1; at < to.length; at += 1) if (leadsOf(leads, to[at]) < leadsOf(leads, to[best])) best = at
  const first = to[best] as number
  to[best] = to[0] as number
  to[0] = first
  return first
}

/** Whoever is not there leads nothing, but had better not be chosen for it. */
const leadsOf = (leads: ReadonlyMap<number, number>, brokerId: number | undefined): number =>
  leads.get(brokerId ?? -1) ?? Number.POSITIVE_INFINITY
