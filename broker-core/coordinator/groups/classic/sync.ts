import { unreachable } from '../../../base/assert.ts'
import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { answer } from '../../runtime/machine.ts'
import type { SyncCommand } from '../commands.ts'
import { type ClassicGroup, memberRefusal, noBytes } from './classic-group.ts'
import { ClassicDraft, type GroupDecision, syncedReply, syncRefusal, withoutTickets } from './draft.ts'

/** SyncGroup: GRP-09, GRP-13. */
export function decideSync(group: ClassicGroup | undefined, command: SyncCommand, nowMs: number): GroupDecision {
  const refusal = syncGroupRefusal(group, command)
  if (group === undefined || refusal !== undefined) return answer(command.ticket, syncRefusal(refusal ?? 'UNKNOWN_MEMBER_ID'))
  const draft = new ClassicDraft(group, nowMs)
  const member = group.members.get(command.memberId)
  switch (group.state) {
    case 'Empty':
    case 'Dead':
      return answer(command.ticket, syncRefusal('UNKNOWN_MEMBER_ID'))
    case 'PreparingRebalance':
      return answer(command.ticket, syncRefusal('REBALANCE_IN_PROGRESS'))
    case 'CompletingRebalance':
      awaitAssignment(draft, command)
      if (group.leaderId === command.memberId) assign(draft, command)
      return draft.decision()
    case 'Stable':
      draft.synced(command.memberId)
      draft.reply(command.ticket, syncedReply(group, member?.assignment ?? noBytes))
      if (member !== undefined) draft.sessionTimer(member.memberId, member.sessionTimeoutMs)
      return draft.decision()
    default:
      return unreachable(group.state)
  }
}

function syncGroupRefusal(group: ClassicGroup | undefined, command: SyncCommand): KafkaErrorName | undefined {
  if (command.groupId === '') return 'INVALID_GROUP_ID'
  if (group === undefined) return 'UNKNOWN_MEMBER_ID'
  const refusal = memberRefusal(group, command)
  if (refusal !== undefined) return refusal
  if (command.generationId !== group.generationId) return 'ILLEGAL_GENERATION'
  const { protocolType, protocolName } = command
  const hasOtherType = protocolType !== null && protocolType !== group.protocolType
  const hasOtherName = protocolName !== null && protocolName !== group.protocolName
  return hasOtherType || hasOtherName ? 'INCONSISTENT_GROUP_PROTOCOL' : undefined
}

function awaitAssignment(draft: ClassicDraft, { memberId, ticket }: SyncCommand): void {
  const member = draft.group.members.get(memberId)
  if (member === undefined) return
  if (member.sync !== undefined) draft.reply(member.sync, syncRefusal('REBALANCE_IN_PROGRESS'))
  draft.putMember({ ...member, sync: ticket })
  draft.synced(memberId)
}

/** The leader's word: everybody who waits hears its part once the whole is committed. */
function assign(draft: ClassicDraft, { assignments }: SyncCommand): void {
  const assigned = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  draft.moveTo('Stable')
  const { group } = draft
  for (const member of group.members.values()) {
    if (member.sync === undefined) continue
    draft.reply(member.sync, syncedReply(group, assigned.get(member.memberId) ?? noBytes))
    draft.sessionTimer(member.memberId, member.sessionTimeoutMs)
  }
  draft.mapMembers(member => ({ ...withoutTickets(member, 'sync'), assignment: assigned.get(member.memberId) ?? noBytes }))
  draft.store()
}
