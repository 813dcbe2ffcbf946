import type { TopicPartition } from '../../model/ids.ts'

/** What a member of a classic group told the others about itself. */
export interface MemberSubscription {
  readonly memberId: string
  /** Orders static members by it, so that they keep their partitions over restarts. */
  readonly instanceId: string | null
  readonly topics: readonly string[]
  readonly owned: readonly TopicPartition[]
  /** Generation in which it owned them; -1: not told. */
  readonly generation: number
}

export type Assignment = ReadonlyMap<string, readonly TopicPartition[]>

/** A way for the leader of a classic group to hand out partitions. Pure: the same members and topics give the same assignment. */
export interface Assignor {
  readonly name: AssignorName
  /** Members keep what they own while they rejoin; what moves is given up first and handed out in a second round (KIP-429). */
  readonly isCooperative: boolean
  assign(members: readonly MemberSubscription[], partitionCounts: ReadonlyMap<string, number>): Assignment
}

export type AssignorName = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky'

const idOf = (member: MemberSubscription): string => member.instanceId ?? member.memberId

function inOrder(members: readonly MemberSubscription[]): readonly MemberSubscription[] {
  // Static members come before others, each kind by its id, as the Java assignors sort them.
  const rank = (it: MemberSubscription): string => `${it.instanceId === null ? 1 : 0}${idOf(it)}`
  return [...members].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
}

const range: Assignor = {
  name: 'range',
  isCooperative: false,
  assign(members, partitionCounts) {
    const assignment = emptyAssignment(members)
    const ordered = inOrder(members)
    for (const [topic, count] of partitionCounts) {
      const subscribed = ordered.filter(it => it.topics.includes(topic))
      let next = 0
      subscribed.forEach((member, index) => {
        const share = Math.floor(count / subscribed.length) + (index < count % subscribed.length ? 1 : 0)
        for (let i = 0; i < share; i++) assignment.get(member.memberId)?.push({ topic, partition: next++ })
      })
    }
    return assignment
  },
}

const roundrobin: Assignor = {
  name: 'roundrobin',
  isCooperative: false,
  assign(members, partitionCounts) {
    const assignment = emptyAssignment(members)
    const ordered = inOrder(members)
    let turn = 0
    for (const at of allPartitions(partitionCounts)) {
      const takers = ordered.filter(it => it.topics.includes(at.topic))
      if (takers.length === 0) continue
      while (!ordered[turn % ordered.length]?.topics.includes(at.topic)) turn++
      assignment.get(ordered[turn % ordered.length]?.memberId ?? '')?.push(at)
      turn++
    }
    return assignment
  },
}

function emptyAssignment(members: readonly MemberSubscription[]): Map<string, TopicPartition[]> {
  return new Map(members.map(it => [it.memberId, []]))
}

function* allPartitions(partitionCounts: ReadonlyMap<string, number>): Generator<TopicPartition> {
  for (const topic of [...partitionCounts.keys()].sort()) {
    for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition++) yield { topic, partition }
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${partition} ${topic}`

/** Who keeps what: claims of the newest generation win, and of two equal claims neither does. */
function keptClaims(members: readonly MemberSubscription[], partitionCounts: ReadonlyMap<string, number>): Map<string, string> {
  const claims = new Map<string, { readonly memberId: string; readonly generation: number }>()
  const contested = new Set<string>()
  for (const member of members) {
    for (const at of member.owned) {
      if (!member.topics.includes(at.topic) || at.partition >= (partitionCounts.get(at.topic) ?? 0)) continue
      const name = nameOf(at)
      const other = claims.get(name)
      if (other !== undefined && other.generation === member.generation) contested.add(name)
      if (other === undefined || other.generation < member.generation) {
        contested.delete(name)
        claims.set(name, member)
      }
    }
  }
  for (const name of contested) claims.delete(name)
  return new Map([...claims].map(([name, { memberId }]) => [name, memberId]))
}

/** As even as subscriptions allow, and as few moves as evenness allows. */
function assignSticky(
  members: readonly MemberSubscription[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const assignment = emptyAssignment(members)
  const kept = keptClaims(members, partitionCounts)
  const open: TopicPartition[] = []
  for (const at of allPartitions(partitionCounts)) {
    const owner = kept.get(nameOf(at))
    if (owner === undefined) open.push(at)
    else assignment.get(owner)?.push(at)
  }
  const ordered = inOrder(members)
  for (const at of open) {
    const taker = fewest(ordered, assignment, at.topic)
    if (taker !== undefined) assignment.get(taker.memberId)?.push(at)
  }
  balance(ordered, assignment)
  return assignment
}

function fewest(
  ordered: readonly MemberSubscription[],
  assignment: ReadonlyMap<string, readonly TopicPartition[]>,
  topic: string,
): MemberSubscription | undefined {
  let best: MemberSubscription | undefined
  for (const member of ordered) {
    if (!member.topics.includes(topic)) continue
    if (best === undefined || countOf(assignment, member) < countOf(assignment, best)) best = member
  }
  return best
}

const countOf = (assignment: ReadonlyMap<string, readonly TopicPartition[]>, member: MemberSubscription): number =>
  assignment.get(member.memberId)?.length ?? 0

/** Moves single partitions from who has more to who has at least two fewer, until there is no such pair. */
function balance(ordered: readonly MemberSubscription[], assignment: Map<string, TopicPartition[]>): void {
  for (;;) {
    const byCount = [...ordered].sort((a, b) => countOf(assignment, b) - countOf(assignment, a))
    const move = byCount.flatMap(from => moveFrom(from, byCount, assignment))[0]
    if (move === undefined) return
    const source = assignment.get(move.from) ?? []
    source.splice(source.indexOf(move.at), 1)
    assignment.get(move.to)?.push(move.at)
  }
}

function moveFrom(from: MemberSubscription, byCount: readonly MemberSubscription[], assignment: Map<string, TopicPartition[]>) {
  for (const to of [...byCount].reverse()) {
    if (countOf(assignment, from) - countOf(assignment, to) < 2) return []
    const at = assignment.get(from.memberId)?.findLast(it => to.topics.includes(it.topic))
    if (at !== undefined) return [{ from: from.memberId, to: to.memberId, at }]
  }
  return []
}

const sticky: Assignor = { name: 'sticky', isCooperative: false, assign: assignSticky }

const cooperativeSticky: Assignor = {
  name: 'cooperative-sticky',
  isCooperative: true,
  assign(members, partitionCounts) {
    const assignment = assignSticky(members, partitionCounts)
    const owners = new Map(members.flatMap(member => member.owned.map(at => [nameOf(at), member.memberId] as const)))
    for (const [memberId, partitions] of assignment) {
      // What another member still owns waits for the round after it was given up.
      const own = partitions.filter(at => (owners.get(nameOf(at)) ?? memberId) === memberId)
      assignment.set(memberId, own)
    }
    return assignment
  },
}

export const assignors: Readonly<Record<AssignorName, Assignor>> = {
  range,
  roundrobin,
  sticky,
  'cooperative-sticky': cooperativeSticky,
}
