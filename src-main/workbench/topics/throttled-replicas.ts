/** A partition that is being moved, or about to be. */
export interface PartitionInMotion {
  readonly topic: string
  readonly partition: number
  /** Who has the data. */
  readonly from: readonly number[]
  /** Who is to have it. */
  readonly to: readonly number[]
}

export interface ThrottledReplicas {
  readonly leader: string
  readonly follower: string
}

/**
 * By topic, the values of `leader.` and `follower.replication.throttled.replicas` (KIP-73): those who have the data give it, those who
 * are new take it, both within the rate; all others go on as ever.
 */
export function throttledReplicas(partitions: readonly PartitionInMotion[]): ReadonlyMap<string, ThrottledReplicas> {
  const lists = new Map<string, { leader: Set<string>; follower: Set<string> }>()
  for (const { topic, partition, from, to } of partitions) {
    const adding = to.filter(brokerId => !from.includes(brokerId))
    if (adding.length === 0) continue
    const list = lists.get(topic) ?? { leader: new Set(), follower: new Set() }
    lists.set(topic, list)
    for (const brokerId of from) list.leader.add(`${partition}:${brokerId}`)
    for (const brokerId of adding) list.follower.add(`${partition}:${brokerId}`)
  }
  return new Map(
    [...lists].map(([topic, { leader, follower }]) => [topic, { leader: [...leader].join(), follower: [...follower].join() }]),
  )
}
