import { unreachable } from '../../../base/assert.ts'
import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { answer, nothing } from '../../runtime/machine.ts'
import type { HeartbeatCommand, LeaveCommand, LeaveReply, MemberIdentity } from '../commands.ts'
import type { GroupSettings } from '../settings.ts'
import { type ClassicGroup, memberRefusal } from './classic-group.ts'
import { ClassicDraft, type GroupDecision } from './draft.ts'
import { rebalanceOrCompleteJoin } from './rebalance.ts'

/** Heartbeat: the table of SEMANTICS 10.1. */
export function decideHeartbeat(group: ClassicGroup | undefined, command: HeartbeatCommand, nowMs: number): GroupDecision {
  if (command.groupId === '') return answer(command.ticket, 'INVALID_GROUP_ID')
  if (group === undefined) return answer(command.ticket, 'UNKNOWN_MEMBER_ID')
  const refusal = memberRefusal(group, command)
  if (refusal !== undefined) return answer(command.ticket, refusal)
  if (command.generationId !== group.generationId) return answer(command.ticket, 'ILLEGAL_GENERATION')
  const draft = new ClassicDraft(group, nowMs)
  touchSession(draft, command.memberId)
  draft.reply(command.ticket, heartbeatError(group))
  return draft.decision()
}

function heartbeatError(group: ClassicGroup): KafkaErrorName {
  switch (group.state) {
    case 'Empty':
    case 'Dead':
      return 'UNKNOWN_MEMBER_ID'
    case 'PreparingRebalance':
      return 'REBALANCE_IN_PROGRESS'
    case 'CompletingRebalance':
    case 'Stable':
      return 'NONE'
    default:
      return unreachable(group.state)
  }
}

/** A member was heard of: its session starts anew. Who waits in the join phase is kept by its waiting. */
export function touchSession(draft: ClassicDraft, memberId: string): void {
  const member = draft.group.members.get(memberId)
  if (member !== undefined && !member.isNew) draft.sessionTimer(memberId, member.sessionTimeoutMs)
}

/** LeaveGroup: GRP-08, GRP-10. */
export function decideLeave(
  group: ClassicGroup | undefined,
  command: LeaveCommand,
  nowMs: number,
  settings: GroupSettings,
): GroupDecision {
  if (command.groupId === '') return answer(command.ticket, { error: 'INVALID_GROUP_ID', members: [] })
  if (group === undefined) {
    const members = command.members.map(member => ({ ...member, error: 'UNKNOWN_MEMBER_ID' as const }))
    return answer(command.ticket, { error: 'NONE', members })
  }
  const draft = new ClassicDraft(group, nowMs)
  const members: LeaveReply['members'][number][] = []
  let hasLeft = false
  for (const identity of command.members) {
    const left = leaver(draft.group, identity)
    if (left.error === 'NONE') {
      hasLeft = true
      draft.removePending(left.memberId)
      draft.cancelSession(left.memberId)
      draft.removeMember(left.memberId)
    }
    members.push({ ...identity, error: left.error })
  }
  draft.reply(command.ticket, { error: 'NONE', members })
  if (hasLeft) membersLeft(draft, settings)
  return draft.decision()
}

function leaver(group: ClassicGroup, identity: MemberIdentity): { memberId: string; error: KafkaErrorName } {
  const { memberId, groupInstanceId } = identity
  if (groupInstanceId === null) {
    const isThere = group.pendingMembers.has(memberId) || group.members.has(memberId)
    return { memberId, error: isThere ? 'NONE' : 'UNKNOWN_MEMBER_ID' }
  }
  const present = group.staticMembers.get(groupInstanceId)
  if (present === undefined) return { memberId, error: 'UNKNOWN_MEMBER_ID' }
  // An administrator removes by instance id alone.
  if (memberId === '') return { memberId: present, error: 'NONE' }
  return { memberId, error: memberRefusal(group, identity) ?? 'NONE' }
}

function membersLeft(draft: ClassicDraft, settings: GroupSettings): void {
  if (draft.group.state === 'Empty' || draft.group.state === 'Dead') return
  rebalanceOrCompleteJoin(draft, settings)
}

/** GRP-02, GRP-08. Whoever waits for an answer of ours is alive, unless it is new and waited too long. */
export function decideSessionExpired(
  group: ClassicGroup | undefined,
  memberId: string,
  nowMs: number,
  settings: GroupSettings,
): GroupDecision {
  if (group === undefined) return nothing
  const draft = new ClassicDraft(group, nowMs)
  const member = group.members.get(memberId)
  if (group.pendingMembers.has(memberId)) {
    draft.removePending(memberId)
  } else {
    const isWaiting = member !== undefined && !member.isNew && (member.join !== undefined || member.sync !== undefined)
    if (member === undefined || isWaiting) return nothing
    draft.removeMember(memberId)
  }
  if (draft.group.state === 'PreparingRebalance' || member !== undefined) membersLeft(draft, settings)
  return draft.decision()
}
