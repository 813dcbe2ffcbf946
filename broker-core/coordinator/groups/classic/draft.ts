import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { type Decision, type Reply, replyTo, type Ticket, type TimerChange } from '../../runtime/machine.ts'
import type { GroupCommand } from '../commands.ts'
import type { GroupFact } from '../facts.ts'
import {
  type ClassicGroup,
  type ClassicMember,
  type ClassicState,
  type JoinReply,
  metadataFor,
  movedTo,
  noBytes,
  type SyncReply,
} from './classic-group.ts'

export type GroupDecision = Decision<GroupCommand, GroupFact, never>

/**
 * A decision on one classic group in the making: the next value of the group, and the replies and timers that go with it. The group in
 * the state is not touched; `decision` hands out one fact with the next value.
 */
export class ClassicDraft {
  readonly nowMs: number
  readonly #before: ClassicGroup | undefined
  #group: ClassicGroup
  #stored = false
  #removed = false
  readonly #replies: Reply[] = []
  readonly #timers: TimerChange<GroupCommand>[] = []

  constructor(group: ClassicGroup, nowMs: number, isNew = false) {
    this.#group = group
    this.#before = isNew ? undefined : group
    this.nowMs = nowMs
  }

  get group(): ClassicGroup {
    return this.#group
  }

  update(part: Partial<ClassicGroup>): void {
    this.#group = { ...this.#group, ...part }
  }

  moveTo(state: ClassicState): void {
    this.#group = movedTo(this.#group, state, this.nowMs)
  }

  /** The next value is written to the log. */
  store(): void {
    this.#stored = true
  }

  /** The group leaves the state, and the log if it is there. */
  remove(stored: boolean): void {
    this.#removed = true
    this.#stored = stored
  }

  putMember(member: ClassicMember): void {
    const members = new Map(this.#group.members)
    members.set(member.memberId, member)
    const part: { -readonly [K in keyof ClassicGroup]?: ClassicGroup[K] } = { members }
    if (member.groupInstanceId !== null && this.#group.staticMembers.get(member.groupInstanceId) !== member.memberId) {
      part.staticMembers = new Map(this.#group.staticMembers).set(member.groupInstanceId, member.memberId)
    }
    part.leaderId = this.#group.leaderId ?? member.memberId
    this.update(part)
  }

  /** All members at once, of unchanged ids. */
  mapMembers(change: (member: ClassicMember) => ClassicMember): void {
    const members = new Map<string, ClassicMember>()
    for (const [memberId, member] of this.#group.members) members.set(memberId, change(member))
    this.update({ members })
  }

  /** GRP-08. Whoever the member kept waiting hears `error`. */
  removeMember(memberId: string, error: KafkaErrorName = 'UNKNOWN_MEMBER_ID'): void {
    const member = this.#group.members.get(memberId)
    if (member === undefined) return
    if (member.join !== undefined) this.reply(member.join, joinRefusal(error, ''))
    if (member.sync !== undefined) this.reply(member.sync, syncRefusal(error))
    const members = new Map(this.#group.members)
    members.delete(memberId)
    const { groupInstanceId } = member
    const staticMembers = new Map(this.#group.staticMembers)
    if (groupInstanceId !== null && staticMembers.get(groupInstanceId) === memberId) staticMembers.delete(groupInstanceId)
    const isLeader = this.#group.leaderId === memberId
    const leaderId = isLeader ? (members.keys().next().value ?? null) : this.#group.leaderId
    this.update({ members, staticMembers, leaderId, pendingSync: without(this.#group.pendingSync, memberId) })
    this.cancelSession(memberId)
  }

  addPending(memberId: string): void {
    this.update({ pendingMembers: new Set(this.#group.pendingMembers).add(memberId) })
  }

  removePending(memberId: string): void {
    if (this.#group.pendingMembers.has(memberId)) this.update({ pendingMembers: without(this.#group.pendingMembers, memberId) })
  }

  synced(memberId: string): void {
    if (!this.#group.pendingSync.has(memberId)) return
    this.update({ pendingSync: without(this.#group.pendingSync, memberId) })
    if (this.#group.pendingSync.size === 0) this.cancel('sync')
  }

  reply<Value>(ticket: Ticket<Value>, value: NoInfer<Value>): void {
    this.#replies.push(replyTo(ticket, value))
  }

  sessionTimer(memberId: string, delayMs: number): void {
    const { groupId } = this.#group
    this.#timers.push({ key: sessionKey(groupId, memberId), delayMs, command: { kind: 'session-expired', groupId, memberId } })
  }

  cancelSession(memberId: string): void {
    this.#timers.push({ key: sessionKey(this.#group.groupId, memberId), cancel: true })
  }

  /** One timer for the join phase and one for the sync phase of a group. */
  timer(phase: 'join' | 'sync', delayMs: number, command: GroupCommand): void {
    this.#timers.push({ key: phaseKey(phase, this.#group.groupId), delayMs, command })
  }

  cancel(phase: 'join' | 'sync'): void {
    this.#timers.push({ key: phaseKey(phase, this.#group.groupId), cancel: true })
  }

  decision(): GroupDecision {
    const { groupId } = this.#group
    const isChanged = this.#removed || this.#stored || this.#group !== this.#before
    const group = this.#removed ? undefined : this.#group
    return {
      facts: isChanged ? [{ kind: 'classic-group', groupId, group, stored: this.#stored }] : [],
      replies: this.#replies,
      timers: this.#timers,
      effects: [],
    }
  }
}

const sessionKey = (groupId: string, memberId: string): string => `session\0${groupId}\0${memberId}`
const phaseKey = (phase: string, groupId: string): string => `${phase}\0${groupId}`

function without(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const rest = new Set(set)
  rest.delete(item)
  return rest
}

export const joinRefusal = (error: KafkaErrorName, memberId: string): JoinReply => ({
  error,
  generationId: -1,
  protocolType: null,
  protocolName: null,
  leader: '',
  skipAssignment: false,
  memberId,
  members: [],
})

export const syncRefusal = (error: KafkaErrorName): SyncReply => ({
  error,
  protocolType: null,
  protocolName: null,
  assignment: noBytes,
})

/** The answer to a member that is in the present generation (GRP-04). */
export function joinedReply(group: ClassicGroup, memberId: string, part: Partial<JoinReply> = {}): JoinReply {
  const isLeader = group.leaderId === memberId
  return {
    error: 'NONE',
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    skipAssignment: false,
    memberId,
    members: isLeader ? memberList(group) : [],
    ...part,
  }
}

export const memberList = (group: ClassicGroup): JoinReply['members'] =>
  [...group.members.values()].map(member => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: metadataFor(member, group.protocolName),
  }))

export const syncedReply = (group: ClassicGroup, assignment: Uint8Array): SyncReply => ({
  error: 'NONE',
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  assignment,
})

/** The member without what it waited for. */
export function withoutTickets(member: ClassicMember, which: 'join' | 'sync'): ClassicMember {
  const { join, sync, ...rest } = member
  if (which === 'join') return sync === undefined ? rest : { ...rest, sync }
  return join === undefined ? rest : { ...rest, join }
}
