/** A registered broker as placement sees it. */
export interface PlaceableBroker {
  readonly brokerId: number
  readonly rack: string | null
  readonly fenced: boolean
}

export type Placement =
  | { readonly ok: true; readonly replicas: readonly (readonly number[])[] }
  | { readonly ok: false; readonly message: string }

/**
 * Replicas for new partitions. Leaders go round the live brokers; the replicas of one partition are spread over racks first, then
 * over brokers; fenced brokers come last and never lead. `fraction` decides where the rounds begin, so that small topics do not all
 * land on the same brokers.
 */
export function placeReplicas(
  brokers: Iterable<PlaceableBroker>,
  wanted: { readonly partitions: number; readonly replicationFactor: number; readonly fraction: () => number },
): Placement {
  const { partitions, replicationFactor } = wanted
  const all = [...brokers]
  if (replicationFactor <= 0) {
    return { ok: false, message: `Invalid replication factor ${replicationFactor}: the replication factor must be positive.` }
  }
  if (!all.some(broker => !broker.fenced)) {
    return { ok: false, message: 'All brokers are currently fenced, or have all their log directories cordoned.' }
  }
  if (replicationFactor > all.length) {
    const message = `The target replication factor of ${replicationFactor} cannot be reached because only ${all.length} broker(s) are registered.`
    return { ok: false, message }
  }
  const racks = racksOf(all, wanted.fraction)
  const offset = Math.floor(wanted.fraction() * racks.length)
  const replicas: number[][] = []
  for (let index = 0; index < partitions; index++)
    replicas.push(placeOne(racks, offset + index, Math.floor(index / racks.length), replicationFactor))
  return { ok: true, replicas }
}

interface Rack {
  readonly live: readonly number[]
  readonly fenced: readonly number[]
}

function racksOf(brokers: readonly PlaceableBroker[], fraction: () => number): Rack[] {
  const byRack = new Map<string, PlaceableBroker[]>()
  const isRackless = brokers.every(broker => broker.rack === null)
  for (const broker of [...brokers].sort((a, b) => a.brokerId - b.brokerId)) {
    // Without racks each broker is one of its own: the same rounds then go over brokers.
    const name = isRackless ? String(broker.brokerId) : (broker.rack ?? '')
    byRack.set(name, [...(byRack.get(name) ?? []), broker])
  }
  const racks = [...byRack.values()].map(members => ({
    live: rotated(
      members.filter(broker => !broker.fenced).map(broker => broker.brokerId),
      fraction(),
    ),
    fenced: rotated(
      members.filter(broker => broker.fenced).map(broker => broker.brokerId),
      fraction(),
    ),
  }))
  // Racks with somebody alive first, so that the round of leaders is even.
  return [...racks.filter(rack => rack.live.length > 0), ...racks.filter(rack => rack.live.length === 0)]
}

const rotated = (ids: readonly number[], fraction: number): number[] => {
  const by = Math.floor(fraction * ids.length)
  return [...ids.slice(by), ...ids.slice(0, by)]
}

function placeOne(racks: readonly Rack[], turn: number, round: number, count: number): number[] {
  const liveRacks = racks.filter(rack => rack.live.length > 0).length
  const first = turn % liveRacks
  // Followers shift with each round, or the same two brokers would always share their partitions.
  const order = [...racks.slice(0, liveRacks)]
  const followers = [...order.slice(first + 1), ...order.slice(0, first)]
  const shift = followers.length === 0 ? 0 : round % followers.length
  const ordered = [order[first], ...followers.slice(shift), ...followers.slice(0, shift), ...racks.slice(liveRacks)]
  const chosen: number[] = []
  for (const state of ['live', 'fenced'] as const) {
    for (let depth = 0; chosen.length < count; depth++) {
      const before = chosen.length
      let isMore = false
      for (const rack of ordered) {
        const ids = rack?.[state] ?? []
        if (depth >= ids.length) continue
        isMore = true
        if (chosen.length < count) chosen.push(ids[(depth + turn) % ids.length] as number)
      }
      if (!isMore || chosen.length === before) break
    }
  }
  return chosen
}
