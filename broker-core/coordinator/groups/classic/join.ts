import { assert, unreachable } from '../../../base/assert.ts'
import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { answer } from '../../runtime/machine.ts'
import type { JoinCommand } from '../commands.ts'
import { type GroupSettings, membersPerGroupMax, newMemberJoinTimeoutMs, protocolBytesMax } from '../settings.ts'
import {
  type ClassicGroup,
  type ClassicMember,
  emptyClassicGroup,
  hasSameProtocols,
  memberRefusal,
  noBytes,
  selectProtocol,
  supportsProtocols,
} from './classic-group.ts'
import { ClassicDraft, type GroupDecision, joinedReply, joinRefusal, memberList } from './draft.ts'
import { completeJoinIfAllThere, rebalanceOrCompleteJoin } from './rebalance.ts'

/** JoinGroup: the table of SEMANTICS 10.1, GRP-01 to GRP-06, GRP-10. */
export function decideJoin(
  group: ClassicGroup | undefined,
  command: JoinCommand,
  nowMs: number,
  settings: GroupSettings,
): GroupDecision {
  const { memberId, ticket } = command
  const refusal = joinGroupRefusal(group, command, settings)
  if (refusal !== undefined) return answer(ticket, joinRefusal(refusal, memberId))
  if (group !== undefined && !hasRoomFor(group, memberId, settings)) return refuseForSize(group, command, nowMs)
  const present = group ?? emptyClassicGroup(command.groupId, nowMs)
  const draft = new ClassicDraft(present, nowMs, group === undefined)
  if (!supportsProtocols(present, command.protocolType, command.protocols)) {
    return answer(ticket, joinRefusal('INCONSISTENT_GROUP_PROTOCOL', memberId))
  }
  if (memberId === '') joinNewMember(draft, command, settings)
  else joinKnownMember(draft, command, settings)
  completeJoinIfAllThere(draft)
  return draft.decision()
}

function joinGroupRefusal(
  group: ClassicGroup | undefined,
  command: JoinCommand,
  settings: GroupSettings,
): KafkaErrorName | undefined {
  if (command.groupId === '') return 'INVALID_GROUP_ID'
  const { sessionTimeoutMs } = command
  const isInRange = sessionTimeoutMs >= settings.sessionTimeoutMsMin && sessionTimeoutMs <= settings.sessionTimeoutMsMax
  if (!isInRange) return 'INVALID_SESSION_TIMEOUT'
  const protocolBytes = command.protocols.reduce((sum, { metadata, name }) => sum + metadata.length + name.length, 0)
  if (protocolBytes > protocolBytesMax) return 'INVALID_REQUEST'
  return group === undefined && command.memberId !== '' ? 'UNKNOWN_MEMBER_ID' : undefined
}

/** GRP-05. Those who joined the present phase first stay; in a phase where all must come again, the first ones to come. */
function hasRoomFor(group: ClassicGroup, memberId: string, settings: GroupSettings): boolean {
  const { groupSizeMax } = settings
  const isKnown = group.members.has(memberId) || group.pendingMembers.has(memberId)
  if (!isKnown && group.members.size + group.pendingMembers.size >= membersPerGroupMax) return false
  switch (group.state) {
    case 'Empty':
    case 'Dead':
      return true
    case 'PreparingRebalance': {
      if (group.members.get(memberId)?.join !== undefined || group.pendingMembers.has(memberId)) return true
      let waiting = 0
      for (const member of group.members.values()) if (member.join !== undefined) waiting++
      return waiting + group.pendingMembers.size < groupSizeMax
    }
    case 'CompletingRebalance':
    case 'Stable':
      return group.members.has(memberId) || group.pendingMembers.has(memberId) || group.members.size < groupSizeMax
    default:
      return unreachable(group.state)
  }
}

function refuseForSize(group: ClassicGroup, command: JoinCommand, nowMs: number): GroupDecision {
  const draft = new ClassicDraft(group, nowMs)
  if (command.memberId !== '') draft.removeMember(command.memberId)
  draft.reply(command.ticket, joinRefusal('GROUP_MAX_SIZE_REACHED', ''))
  // GRP-03: it may have been the one that the others waited for.
  completeJoinIfAllThere(draft)
  return draft.decision()
}

function joinNewMember(draft: ClassicDraft, command: JoinCommand, settings: GroupSettings): void {
  const { groupInstanceId, caller } = command
  const memberId = `${groupInstanceId ?? caller.clientId}-${command.freshId}`
  const replaced = groupInstanceId === null ? undefined : draft.group.staticMembers.get(groupInstanceId)
  if (replaced !== undefined) {
    replaceStaticMember(draft, { command, memberId, replaced }, settings)
  } else if (groupInstanceId === null && caller.apiVersion >= 4) {
    draft.addPending(memberId)
    draft.sessionTimer(memberId, command.sessionTimeoutMs)
    draft.reply(command.ticket, joinRefusal('MEMBER_ID_REQUIRED', memberId))
  } else {
    addMember(draft, memberId, command, settings)
  }
}

function joinKnownMember(draft: ClassicDraft, command: JoinCommand, settings: GroupSettings): void {
  const { group } = draft
  const { memberId, ticket } = command
  if (group.pendingMembers.has(memberId)) {
    addMember(draft, memberId, command, settings)
    return
  }
  const refusal = memberRefusal(group, command)
  if (refusal !== undefined) {
    draft.reply(ticket, joinRefusal(refusal, memberId))
    return
  }
  const member = group.members.get(memberId)
  assert(member !== undefined, 'the member was just found')
  const isUnchanged = hasSameProtocols(member, command.protocols)
  switch (group.state) {
    case 'PreparingRebalance':
      rejoin(draft, member, command, settings)
      return
    case 'CompletingRebalance':
      // A member that did not get the answer to its JoinGroup asks again.
      if (isUnchanged) draft.reply(ticket, joinedReply(group, memberId))
      else rejoin(draft, member, command, settings)
      return
    case 'Stable':
      if (group.leaderId === memberId || !isUnchanged) rejoin(draft, member, command, settings)
      else draft.reply(ticket, joinedReply(group, memberId))
      return
    case 'Empty':
    case 'Dead':
      draft.reply(ticket, joinRefusal('UNKNOWN_MEMBER_ID', memberId))
      return
    default:
      unreachable(group.state)
  }
}

function memberOf(memberId: string, command: JoinCommand): ClassicMember {
  return {
    memberId,
    groupInstanceId: command.groupInstanceId,
    clientId: command.caller.clientId,
    clientHost: command.caller.clientHost,
    rebalanceTimeoutMs: command.rebalanceTimeoutMs,
    sessionTimeoutMs: command.sessionTimeoutMs,
    protocols: command.protocols,
    assignment: noBytes,
    isNew: true,
    join: command.ticket,
  }
}

function addMember(draft: ClassicDraft, memberId: string, command: JoinCommand, settings: GroupSettings): void {
  draft.removePending(memberId)
  if (draft.group.members.size === 0) draft.update({ protocolType: command.protocolType })
  draft.putMember(memberOf(memberId, command))
  draft.sessionTimer(memberId, newMemberJoinTimeoutMs)
  if (draft.group.isInitialRebalance) draft.update({ memberJoinedWhileDelayed: true })
  rebalanceOrCompleteJoin(draft, settings)
}

function rejoin(draft: ClassicDraft, member: ClassicMember, command: JoinCommand, settings: GroupSettings): void {
  if (member.join !== undefined && member.join !== command.ticket) {
    // An earlier JoinGroup of the same member, given up by its client.
    draft.reply(member.join, joinRefusal('REBALANCE_IN_PROGRESS', member.memberId))
  }
  draft.putMember({
    ...memberOf(member.memberId, command),
    assignment: member.assignment,
    isNew: member.isNew,
    ...syncOf(member),
  })
  rebalanceOrCompleteJoin(draft, settings)
}

const syncOf = (member: ClassicMember): Pick<ClassicMember, 'sync'> => (member.sync === undefined ? {} : { sync: member.sync })

interface Replacement {
  readonly command: JoinCommand
  readonly memberId: string
  readonly replaced: string
}

/** GRP-10: the instance is back under a new member id; the old one is fenced. Without a change of protocol nobody else notices. */
function replaceStaticMember(draft: ClassicDraft, { command, memberId, replaced }: Replacement, settings: GroupSettings): void {
  const old = draft.group.members.get(replaced)
  assert(old !== undefined, 'an instance id stands for a member')
  const formerLeader = draft.group.leaderId
  const wasLeader = formerLeader === replaced
  const wasPendingSync = draft.group.pendingSync.has(replaced)
  draft.removeMember(replaced, 'FENCED_INSTANCE_ID')
  draft.putMember({ ...memberOf(memberId, command), assignment: old.assignment, isNew: false })
  if (wasLeader) draft.update({ leaderId: memberId })
  if (wasPendingSync) draft.update({ pendingSync: new Set(draft.group.pendingSync).add(memberId) })
  draft.sessionTimer(memberId, command.sessionTimeoutMs)
  const { group } = draft
  if (group.state !== 'Stable') {
    if (group.state === 'PreparingRebalance') return
    rebalanceOrCompleteJoin(draft, settings)
    return
  }
  if (selectProtocol(group) !== group.protocolName) {
    rebalanceOrCompleteJoin(draft, settings)
    return
  }
  const skipsAssignment = command.caller.apiVersion >= 9
  const reply = skipsAssignment
    ? joinedReply(group, memberId, { skipAssignment: wasLeader, members: wasLeader ? memberList(group) : [] })
    : // Before KIP-814 a leader would assign anew; told of its former self as the leader it just syncs.
      joinedReply(group, memberId, { leader: formerLeader ?? '', members: [] })
  draft.reply(command.ticket, reply)
  const { join: _answered, ...member } = memberOf(memberId, command)
  draft.putMember({ ...member, assignment: old.assignment, isNew: false })
  draft.store()
}
