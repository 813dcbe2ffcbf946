import type { ClassicProtocol } from '../classic/classic-group.ts'
import type { ConsumerFact } from './facts.ts'

/** Kafka's numbers, as stored. */
export const memberStates = ['stable', 'unrevoked', 'unreleased'] as const
export type MemberState = (typeof memberStates)[number]

/** Partition to the member epoch in which it was assigned; by topic id. */
export type Owned = ReadonlyMap<string, ReadonlyMap<number, number>>
/** Partitions by topic id. */
export type Target = ReadonlyMap<string, ReadonlySet<number>>

/** What a member asked for. */
export interface MemberMetadata {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly subscribedTopics: readonly string[]
  /** Null or empty: none. */
  readonly subscribedRegex: string | null
  readonly serverAssignor: string | null
  /** Of a member that speaks the classic protocol (CG-11). */
  readonly classic: { readonly sessionTimeoutMs: number; readonly protocols: readonly ClassicProtocol[] } | null
}

/** Where a member stands on its way to its target. */
export interface MemberProgress {
  readonly epoch: number
  /** Accepted as well, should the answer with the last bump be lost (CG-07). */
  readonly previousEpoch: number
  readonly state: MemberState
  readonly assigned: Owned
  readonly pendingRevocation: Owned
}

export interface ConsumerMember extends MemberMetadata, MemberProgress {
  readonly memberId: string
}

export interface ResolvedRegex {
  readonly topics: readonly string[]
  readonly version: number
  readonly timestampMs: number
}

/** A group of the consumer protocol (KIP-848) as an immutable value. */
export interface ConsumerGroup {
  readonly type: 'consumer'
  readonly groupId: string
  readonly epoch: number
  /** Of what the epoch knew of the subscribed topics. */
  readonly metadataHash: bigint
  /** Soft: the version of the topics' metadata that the hash was last compared with; -1: never. */
  readonly seenVersion: number
  readonly targetEpoch: number
  /** When the target was computed, or the last member went: since then an empty group is empty (OFF-05). */
  readonly targetSinceMs: number
  /** Soft: classic members that were told to join again, or have not synced yet. */
  readonly awaited: ReadonlySet<string>
  /** In order of joining. */
  readonly members: ReadonlyMap<string, ConsumerMember>
  readonly staticMembers: ReadonlyMap<string, string>
  readonly targets: ReadonlyMap<string, Target>
  readonly regexes: ReadonlyMap<string, ResolvedRegex>
}

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

/** Member epochs with a meaning of their own (CG-01). */
export const joinEpoch = 0
export const leaveEpoch = -1
export const staticLeaveEpoch = -2

export const nothingOwned: Owned = new Map()
export const noTarget: Target = new Map()

export const emptyConsumerGroup = (groupId: string): ConsumerGroup => ({
  type: 'consumer',
  groupId,
  epoch: 0,
  metadataHash: 0n,
  seenVersion: -1,
  targetEpoch: 0,
  targetSinceMs: 0,
  awaited: new Set(),
  members: new Map(),
  staticMembers: new Map(),
  targets: new Map(),
  regexes: new Map(),
})

/** CG-12. A function of epochs and members: nothing can move it on its own. */
export function consumerGroupState(group: ConsumerGroup): ConsumerGroupState {
  if (group.members.size === 0) return 'Empty'
  if (group.epoch > group.targetEpoch) return 'Assigning'
  for (const member of group.members.values()) {
    if (member.state !== 'stable' || member.epoch !== group.targetEpoch) return 'Reconciling'
  }
  return 'Stable'
}

/** Topics that members subscribe to by name or by a resolved regular expression. */
export function subscribedTopicsIn(group: ConsumerGroup): ReadonlySet<string> {
  const topics = new Set<string>()
  for (const member of group.members.values()) for (const topic of topicsOfMember(group, member)) topics.add(topic)
  return topics
}

export function topicsOfMember(
  group: ConsumerGroup,
  member: Pick<MemberMetadata, 'subscribedTopics' | 'subscribedRegex'>,
): ReadonlySet<string> {
  const topics = new Set(member.subscribedTopics)
  const resolved = member.subscribedRegex === null ? undefined : group.regexes.get(member.subscribedRegex)
  for (const topic of resolved?.topics ?? []) topics.add(topic)
  return topics
}

const freshProgress: MemberProgress = {
  epoch: joinEpoch,
  previousEpoch: -1,
  state: 'stable',
  assigned: nothingOwned,
  pendingRevocation: nothingOwned,
}

const unknownMetadata: MemberMetadata = {
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  rebalanceTimeoutMs: -1,
  subscribedTopics: [],
  subscribedRegex: null,
  serverAssignor: null,
  classic: null,
}

/**
 * The group after a fact; undefined: there is none any more. Total, since compaction may leave records of a member in any order and
 * tombstones of what is not there.
 */
export function evolveConsumerGroup(present: ConsumerGroup | undefined, fact: ConsumerFact): ConsumerGroup | undefined {
  const group = present ?? emptyConsumerGroup(fact.groupId)
  switch (fact.kind) {
    case 'consumer-epoch':
      return fact.epoch === undefined ? undefined : { ...group, epoch: fact.epoch, metadataHash: fact.metadataHash }
    case 'consumer-seen':
      return { ...group, seenVersion: fact.version }
    case 'consumer-awaited': {
      if (present === undefined || present.awaited.has(fact.memberId) === fact.isAwaited) return present
      const awaited = new Set(present.awaited)
      if (fact.isAwaited) awaited.add(fact.memberId)
      else awaited.delete(fact.memberId)
      return { ...present, awaited }
    }
    case 'consumer-target-epoch':
      if (fact.epoch === undefined && present === undefined) return undefined
      return { ...group, targetEpoch: fact.epoch ?? 0, targetSinceMs: fact.timestampMs }
    case 'consumer-target':
      if (fact.target === undefined && present === undefined) return undefined
      return { ...group, targets: changed(group.targets, fact.memberId, fact.target) }
    case 'consumer-regex':
      if (fact.resolved === undefined && present === undefined) return undefined
      return { ...group, regexes: changed(group.regexes, fact.regex, fact.resolved) }
    case 'consumer-member':
      return fact.member === undefined ? withoutMember(present, fact.memberId) : withMember(group, fact.memberId, fact.member)
    case 'consumer-current': {
      const member = present?.members.get(fact.memberId)
      if (fact.progress === undefined && member === undefined) return present
      const progress = fact.progress ?? freshProgress
      return withMember(group, fact.memberId, { ...unknownMetadata, ...member, ...progress })
    }
  }
}

function withMember(group: ConsumerGroup, memberId: string, part: MemberMetadata & Partial<MemberProgress>): ConsumerGroup {
  const before = group.members.get(memberId)
  const member: ConsumerMember = { ...freshProgress, ...before, ...part, memberId }
  const staticMembers =
    member.instanceId === null || group.staticMembers.get(member.instanceId) === memberId
      ? group.staticMembers
      : new Map(group.staticMembers).set(member.instanceId, memberId)
  return { ...group, members: new Map(group.members).set(memberId, member), staticMembers }
}

function withoutMember(group: ConsumerGroup | undefined, memberId: string): ConsumerGroup | undefined {
  const member = group?.members.get(memberId)
  if (group === undefined || member === undefined) return group
  const isTheInstance = member.instanceId !== null && group.staticMembers.get(member.instanceId) === memberId
  const awaited = new Set(group.awaited)
  awaited.delete(memberId)
  return {
    ...group,
    awaited,
    members: changed(group.members, memberId, undefined),
    staticMembers: isTheInstance ? changed(group.staticMembers, member.instanceId, undefined) : group.staticMembers,
  }
}

function changed<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): ReadonlyMap<K, V> {
  const next = new Map(map)
  if (value === undefined) next.delete(key)
  else next.set(key, value)
  return next
}

const ownersOf = new WeakMap<ConsumerGroup['members'], ReadonlyMap<string, ReadonlyMap<number, string>>>()

/** CG-05: who has a partition, or has it to give up; undefined: it is free. */
export function ownerOf(group: ConsumerGroup, topicId: string, partition: number): string | undefined {
  let owners = ownersOf.get(group.members)
  if (owners === undefined) ownersOf.set(group.members, (owners = computeOwners(group)))
  return owners.get(topicId)?.get(partition)
}

function computeOwners(group: ConsumerGroup): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const owners = new Map<string, Map<number, string>>()
  for (const { memberId, assigned, pendingRevocation } of group.members.values()) {
    for (const owned of [assigned, pendingRevocation]) {
      for (const [topicId, partitions] of owned) {
        let byPartition = owners.get(topicId)
        if (byPartition === undefined) owners.set(topicId, (byPartition = new Map()))
        for (const partition of partitions.keys()) byPartition.set(partition, memberId)
      }
    }
  }
  return owners
}
