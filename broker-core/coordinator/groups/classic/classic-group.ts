import { assert } from '../../../base/assert.ts'
import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import type { Ticket } from '../../runtime/machine.ts'

/** Kafka's names, as DescribeGroups and ListGroups show them. A group that is not there is Dead. */
export type ClassicState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

/** From which state a group may go where. A new group is Empty. */
const moves: Readonly<Record<ClassicState, readonly ClassicState[]>> = {
  Empty: ['PreparingRebalance', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty', 'Dead'],
  CompletingRebalance: ['Stable', 'PreparingRebalance', 'Dead'],
  Stable: ['PreparingRebalance', 'Dead'],
  Dead: [],
}

export const classicMoves = moves

export interface ClassicProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface JoinReply {
  readonly error: KafkaErrorName
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string
  readonly skipAssignment: boolean
  readonly memberId: string
  /** For the leader only (GRP-04). */
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly metadata: Uint8Array
  }[]
}

export interface SyncReply {
  readonly error: KafkaErrorName
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Uint8Array
}

export interface ClassicMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  /** In order of the member's preference. After loading only the one that was selected. */
  readonly protocols: readonly ClassicProtocol[]
  readonly assignment: Uint8Array
  /** Never had an answer to a JoinGroup yet: its session starts with that. */
  readonly isNew: boolean
  readonly join?: Ticket<JoinReply>
  readonly sync?: Ticket<SyncReply>
}

/**
 * A group of the classic protocol as an immutable value. Stored are members, generation, protocol, leader and assignments; who waits
 * for what is soft state, which members rebuild at a new coordinator by asking again.
 */
export interface ClassicGroup {
  readonly type: 'classic'
  readonly groupId: string
  readonly state: ClassicState
  readonly stateSinceMs: number
  /** Null until the first member: a group that only keeps offsets. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly generationId: number
  readonly leaderId: string | null
  /** In order of joining. */
  readonly members: ReadonlyMap<string, ClassicMember>
  /** Instance id to member id (KIP-345). */
  readonly staticMembers: ReadonlyMap<string, string>
  /** Ids that were handed out and not used yet (GRP-02). */
  readonly pendingMembers: ReadonlySet<string>
  /** Members that have not sent SyncGroup in this generation (GRP-07). */
  readonly pendingSync: ReadonlySet<string>
  /** The join phase under way is the first of an empty group, which may be prolonged (GRP-01). */
  readonly isInitialRebalance: boolean
  readonly memberJoinedWhileDelayed: boolean
  /** Topics that members subscribe to, of the selected protocol; undefined: unknown (not the consumer protocol). */
  readonly subscribedTopics: ReadonlySet<string> | undefined
}

export function emptyClassicGroup(groupId: string, nowMs: number): ClassicGroup {
  return {
    type: 'classic',
    groupId,
    state: 'Empty',
    stateSinceMs: nowMs,
    protocolType: null,
    protocolName: null,
    generationId: 0,
    leaderId: null,
    members: new Map(),
    staticMembers: new Map(),
    pendingMembers: new Set(),
    pendingSync: new Set(),
    isInitialRebalance: false,
    memberJoinedWhileDelayed: false,
    subscribedTopics: undefined,
  }
}

export function movedTo(group: ClassicGroup, state: ClassicState, nowMs: number): ClassicGroup {
  assert(moves[group.state].includes(state), `a classic group does not move from ${group.state} to ${state}`)
  return { ...group, state, stateSinceMs: nowMs }
}

/** Who a request says it is from, against who is in the group (GRP-12). */
export function memberRefusal(
  group: ClassicGroup,
  identity: { readonly memberId: string; readonly groupInstanceId: string | null },
): KafkaErrorName | undefined {
  if (identity.groupInstanceId !== null) {
    const present = group.staticMembers.get(identity.groupInstanceId)
    if (present === undefined) return 'UNKNOWN_MEMBER_ID'
    if (present !== identity.memberId) return 'FENCED_INSTANCE_ID'
  }
  return group.members.has(identity.memberId) ? undefined : 'UNKNOWN_MEMBER_ID'
}

/** Protocols that every member supports. */
function candidates(group: ClassicGroup): ReadonlySet<string> {
  let common: Set<string> | undefined
  for (const { protocols } of group.members.values()) {
    const own = new Set(protocols.map(protocol => protocol.name))
    common = common === undefined ? own : new Set([...common].filter(name => own.has(name)))
  }
  return common ?? new Set()
}

/** GRP-05: whether somebody with these protocols can be in the group together with those who are. */
export function supportsProtocols(group: ClassicGroup, protocolType: string, protocols: readonly ClassicProtocol[]): boolean {
  if (protocolType === '' || protocols.length === 0) return false
  if (group.members.size === 0) return true
  if (group.protocolType !== protocolType) return false
  const members = [...group.members.values()]
  return protocols.some(({ name }) => members.every(member => member.protocols.some(own => own.name === name)))
}

/** GRP-04: the protocol with most votes among those that all support; each votes for its most preferred one. */
export function selectProtocol(group: ClassicGroup): string {
  const common = candidates(group)
  const votes = new Map<string, number>()
  for (const { protocols } of group.members.values()) {
    const vote = protocols.find(({ name }) => common.has(name))
    assert(vote !== undefined, 'members were only let in with a protocol in common')
    votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  let winner: string | undefined
  for (const [name, count] of votes) if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = name
  assert(winner !== undefined, 'a protocol is selected among members')
  return winner
}

export const metadataFor = (member: ClassicMember, protocolName: string | null): Uint8Array =>
  member.protocols.find(({ name }) => name === protocolName)?.metadata ?? noBytes

export const noBytes = new Uint8Array(0)

/** The same protocols in the same order with the same metadata. */
export function hasSameProtocols(member: ClassicMember, protocols: readonly ClassicProtocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((own, at) => own.name === protocols[at]?.name && sameBytes(own.metadata, protocols[at].metadata))
  )
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}

/** GRP-03: the longest of the members' rebalance timeouts. */
export function rebalanceTimeoutMs(group: ClassicGroup): number {
  let longest = 0
  for (const member of group.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs)
  return longest
}

export function hasAllMembersJoined(group: ClassicGroup): boolean {
  if (group.pendingMembers.size > 0) return false
  for (const member of group.members.values()) if (member.join === undefined) return false
  return true
}
