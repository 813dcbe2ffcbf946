/** A partition as it is, for planning. */
export interface PlacedPartition {
  readonly topic: string
  readonly partition: number
  readonly replicas: readonly number[]
}

export interface BrokerForPlan {
  readonly brokerId: number
  readonly rack: string | null
}

/**
 * An even layout that moves little: replicas on wanted brokers stay while these have no more than their share, the rest goes to those
 * with the fewest, on racks that the partition does not use yet where there are such. Then preferred leaders are evened out by order.
 * Throws RangeError when there are fewer brokers than replicas.
 */
export function evenLayout(
  partitions: readonly PlacedPartition[],
  brokers: readonly BrokerForPlan[],
  replicationFactor: number | null,
): readonly number[][] {
  const counts = new Map(brokers.map(broker => [broker.brokerId, 0]))
  const factors = partitions.map(it => replicationFactor ?? it.replicas.length)
  const most = Math.max(0, ...factors)
  if (most > brokers.length) throw new RangeError(`${most} replicas need ${most} brokers, not ${brokers.length}`)
  const share = Math.ceil(factors.reduce((sum, factor) => sum + factor, 0) / brokers.length)
  const racks = new Map(brokers.map(broker => [broker.brokerId, broker.rack]))
  const layouts = partitions.map((it, index) => {
    const kept: number[] = []
    for (const brokerId of it.replicas) {
      const count = counts.get(brokerId)
      if (count === undefined || count >= share || kept.length >= (factors[index] as number)) continue
      counts.set(brokerId, count + 1)
      kept.push(brokerId)
    }
    return kept
  })
  for (const [index, layout] of layouts.entries()) {
    while (layout.length < (factors[index] as number)) {
      const chosen = leastUsed(layout, counts, racks)
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1)
      layout.push(chosen)
    }
  }
  evenCounts(layouts, partitions, counts)
  evenLeaders(layouts)
  return layouts
}

/** What was handed out one by one may still be uneven: moves single replicas from the fullest to the emptiest broker. Changes `layouts`. */
function evenCounts(layouts: readonly number[][], partitions: readonly PlacedPartition[], counts: Map<number, number>): void {
  for (;;) {
    const byCount = [...counts].sort((a, b) => b[1] - a[1])
    const [fullest, most] = byCount[0] ?? [0, 0]
    const [emptiest, least] = byCount.at(-1) ?? [0, 0]
    if (most - least <= 1) return
    const candidates = layouts.flatMap((layout, index) => (layout.includes(fullest) && !layout.includes(emptiest) ? [index] : []))
    // One that has moved anyway costs nothing to move elsewhere.
    const index = candidates.find(at => !partitions[at]?.replicas.includes(fullest)) ?? candidates[0]
    if (index === undefined) return
    const layout = layouts[index] as number[]
    layout[layout.indexOf(fullest)] = emptiest
    counts.set(fullest, most - 1)
    counts.set(emptiest, least + 1)
  }
}

function leastUsed(
  layout: readonly number[],
  counts: ReadonlyMap<number, number>,
  racks: ReadonlyMap<number, string | null>,
): number {
  const usedRacks = new Set(layout.map(brokerId => racks.get(brokerId)).filter(rack => rack !== null))
  const candidates = [...counts].filter(([brokerId]) => !layout.includes(brokerId))
  const weight = ([brokerId, count]: readonly [number, number]) => {
    const rack = racks.get(brokerId) ?? null
    // A new rack is worth more than any evenness.
    return count + (rack !== null && usedRacks.has(rack) ? 1_000_000 : 0)
  }
  return candidates.reduce((best, candidate) => (weight(candidate) < weight(best) ? candidate : best))[0]
}

/** Swaps the first replica with one that leads less, where that evens things out. Changes `layouts`. */
function evenLeaders(layouts: readonly number[][]): void {
  const leads = new Map<number, number>()
  for (const layout of layouts) leads.set(layout[0] as number, (leads.get(layout[0] as number) ?? 0) + 1)
  for (const layout of layouts) {
    const leader = layout[0] as number
    const ofLeader = leads.get(leader) ?? 0
    let best = 0
    for (let at = 1; at < layout.length; at += 1)
      if ((leads.get(layout[at] as number) ?? 0) < (leads.get(layout[best] as number) ?? 0)) best = at
    if ((leads.get(layout[best] as number) ?? 0) + 1 >= ofLeader) continue
    leads.set(leader, ofLeader - 1)
    leads.set(layout[best] as number, (leads.get(layout[best] as number) ?? 0) + 1)
    layout[0] = layout[best] as number
    layout[best] = leader
  }
}
