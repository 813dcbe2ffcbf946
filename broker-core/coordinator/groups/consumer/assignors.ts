import { unreachable } from '../../../base/assert.ts'
import type { Target } from './consumer-group.ts'

export interface AssignableTopic {
  readonly topicId: string
  readonly partitionCount: number
}

export interface AssignableMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** Topic ids. */
  readonly topics: ReadonlySet<string>
  /** Its target until now, so that as little as possible moves. */
  readonly present: Target
}

export type AssignorName = 'uniform' | 'range'
export const assignorNames: readonly AssignorName[] = ['uniform', 'range']

/** CG-04: every partition of every topic that somebody subscribes to goes to exactly one subscriber. */
export function assign(
  name: AssignorName,
  members: readonly AssignableMember[],
  topics: ReadonlyMap<string, AssignableTopic>,
): Map<string, Target> {
  switch (name) {
    case 'uniform':
      return uniform(members, topics)
    case 'range':
      return range(members, topics)
    default:
      return unreachable(name)
  }
}

type Building = Map<string, Map<string, Set<number>>>

const startBuilding = (members: readonly AssignableMember[]): Building =>
  new Map(members.map(({ memberId }) => [memberId, new Map<string, Set<number>>()]))

function give(building: Building, memberId: string, topicId: string, partition: number): void {
  const topics = building.get(memberId)
  const partitions = topics?.get(topicId)
  if (partitions === undefined) topics?.set(topicId, new Set([partition]))
  else partitions.add(partition)
}

/** Per topic a contiguous range for each subscriber, in the same order for all topics, so that equal partitions come together. */
function range(members: readonly AssignableMember[], topics: ReadonlyMap<string, AssignableTopic>): Map<string, Target> {
  const building = startBuilding(members)
  const ordered = members.toSorted((a, b) => compare(a.instanceId ?? a.memberId, b.instanceId ?? b.memberId))
  for (const { partitionCount, topicId } of topics.values()) {
    const subscribers = ordered.filter(member => member.topics.has(topicId))
    if (subscribers.length === 0) continue
    const least = Math.floor(partitionCount / subscribers.length)
    const withOneMore = partitionCount % subscribers.length
    let partition = 0
    for (const [index, { memberId }] of subscribers.entries()) {
      const count = least + (index < withOneMore ? 1 : 0)
      for (let i = 0; i < count; i++) give(building, memberId, topicId, partition++)
    }
  }
  return building
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Numbers of partitions differ by one at most wherever subscriptions allow it, and members keep what they have as far as that goes.
 * First everybody keeps what is still theirs; what nobody has goes to whoever has least; then partitions move from who has most to
 * who has at least two fewer, until none can.
 */
function uniform(members: readonly AssignableMember[], topics: ReadonlyMap<string, AssignableTopic>): Map<string, Target> {
  const building = startBuilding(members)
  const load = new Map(members.map(({ memberId }) => [memberId, 0]))
  const owner = new Map<string, Map<number, string>>()
  const assignTo = (memberId: string, topicId: string, partition: number): void => {
    give(building, memberId, topicId, partition)
    load.set(memberId, (load.get(memberId) ?? 0) + 1)
    owner.get(topicId)?.set(partition, memberId)
  }
  const take = (memberId: string, topicId: string, partition: number): void => {
    building.get(memberId)?.get(topicId)?.delete(partition)
    load.set(memberId, (load.get(memberId) ?? 0) - 1)
  }
  for (const topicId of topics.keys()) owner.set(topicId, new Map())
  for (const member of members) keepPresent(member, topics, owner, assignTo)

  const subscribers = new Map([...topics.keys()].map(topicId => [topicId, members.filter(({ topics: own }) => own.has(topicId))]))
  // Topics with few subscribers leave least choice, so they come first.
  const byChoice = [...topics.values()].toSorted(
    (a, b) => (subscribers.get(a.topicId)?.length ?? 0) - (subscribers.get(b.topicId)?.length ?? 0),
  )
  for (const { partitionCount, topicId } of byChoice) {
    const candidates = subscribers.get(topicId) ?? []
    if (candidates.length === 0) continue
    const order = leastLoaded(candidates, load)
    for (let partition = 0; partition < partitionCount; partition++) {
      if (owner.get(topicId)?.has(partition) !== true) assignTo(order.next(), topicId, partition)
    }
  }
  balance(members, { building, load, topics }, (from, to, topicId, partition) => {
    take(from, topicId, partition)
    assignTo(to, topicId, partition)
  })
  return withoutEmpty(building)
}

function keepPresent(
  member: AssignableMember,
  topics: ReadonlyMap<string, AssignableTopic>,
  owner: ReadonlyMap<string, ReadonlyMap<number, string>>,
  assignTo: (memberId: string, topicId: string, partition: number) => void,
): void {
  for (const [topicId, partitions] of member.present) {
    const topic = topics.get(topicId)
    if (topic === undefined || !member.topics.has(topicId)) continue
    for (const partition of partitions) {
      const isFree = owner.get(topicId)?.has(partition) !== true
      if (isFree && partition < topic.partitionCount) assignTo(member.memberId, topicId, partition)
    }
  }
}

/** Whoever has least among a topic's subscribers, again and again: buckets by load, so that a step costs nothing. */
function leastLoaded(candidates: readonly AssignableMember[], load: ReadonlyMap<string, number>): { next(): string } {
  const buckets = new Map<number, string[]>()
  let lowest = Infinity
  for (const { memberId } of candidates) {
    const count = load.get(memberId) ?? 0
    lowest = Math.min(lowest, count)
    const bucket = buckets.get(count)
    if (bucket === undefined) buckets.set(count, [memberId])
    else bucket.push(memberId)
  }
  for (const bucket of buckets.values()) bucket.reverse()
  return {
    next() {
      while ((buckets.get(lowest)?.length ?? 0) === 0) lowest++
      const memberId = buckets.get(lowest)?.pop() ?? ''
      const above = buckets.get(lowest + 1)
      if (above === undefined) buckets.set(lowest + 1, [memberId])
      else above.unshift(memberId)
      return memberId
    },
  }
}

/** One partition at a time from who has most to who has least, so that nothing moves twice. Every move makes loads more equal. */
function balance(
  members: readonly AssignableMember[],
  state: {
    readonly building: Building
    readonly load: Map<string, number>
    readonly topics: ReadonlyMap<string, AssignableTopic>
  },
  move: (from: string, to: string, topicId: string, partition: number) => void,
): void {
  const total = [...state.topics.values()].reduce((sum, topic) => sum + topic.partitionCount, 0)
  for (let moves = 0; moves < total; moves++) {
    const transfer = nextTransfer(members, state.building, memberId => state.load.get(memberId) ?? 0)
    if (transfer === undefined) return
    move(...transfer)
  }
}

function nextTransfer(
  members: readonly AssignableMember[],
  building: Building,
  count: (memberId: string) => number,
): [from: string, to: string, topicId: string, partition: number] | undefined {
  const byLoad = members.toSorted((a, b) => count(b.memberId) - count(a.memberId))
  for (const rich of byLoad) {
    for (let at = byLoad.length - 1; at >= 0; at--) {
      const poor = byLoad[at]
      if (poor === undefined || count(rich.memberId) - count(poor.memberId) < 2) break
      for (const [topicId, partitions] of building.get(rich.memberId) ?? []) {
        const partition = [...partitions].at(-1)
        if (partition !== undefined && poor.topics.has(topicId)) return [rich.memberId, poor.memberId, topicId, partition]
      }
    }
  }
  return undefined
}

function withoutEmpty(building: Building): Map<string, Target> {
  for (const topics of building.values()) {
    for (const [topicId, partitions] of topics) if (partitions.size === 0) topics.delete(topicId)
  }
  return building
}
