import { answer, nothing } from '../../runtime/machine.ts'
import type { GroupDecision } from '../classic/draft.ts'
import type { ConsumerHeartbeatCommand, ConsumerHeartbeatReply } from './commands.ts'
import { type ConsumerGroup, leaveEpoch, nothingOwned, staticLeaveEpoch } from './consumer-group.ts'
import { type ConsumerContext, sessionTimeoutMs } from './context.ts'
import { ConsumerDraft } from './draft.ts'
import { downgrade, mayDowngrade } from './downgrade.ts'
import { refreshEpoch } from './target.ts'

/** CG-01: for good with epoch -1, for a while with -2. */
export function decideLeave(
  group: ConsumerGroup,
  command: ConsumerHeartbeatCommand,
  nowMs: number,
  context: ConsumerContext,
): GroupDecision {
  const { instanceId, memberEpoch, memberId, ticket } = command
  const holder = instanceId === null ? memberId : group.staticMembers.get(instanceId)
  const member = holder === undefined ? undefined : group.members.get(holder)
  if (member === undefined) return answer(ticket, left('UNKNOWN_MEMBER_ID', memberId, 0))
  if (member.memberId !== memberId) return answer(ticket, left('FENCED_INSTANCE_ID', memberId, 0))
  const draft = new ConsumerDraft(group, command.groupId)
  if (memberEpoch === staticLeaveEpoch) {
    draft.putProgress(memberId, {
      ...member,
      epoch: staticLeaveEpoch,
      previousEpoch: member.epoch,
      pendingRevocation: nothingOwned,
    })
    draft.sessionTimer(memberId, sessionTimeoutMs(context, command.groupId))
    draft.revocationTimer(memberId, undefined)
  } else {
    fence(draft, memberId, nowMs, context)
  }
  draft.reply(ticket, left('NONE', memberId, memberEpoch === staticLeaveEpoch ? staticLeaveEpoch : leaveEpoch))
  return draft.decision()
}

const left = (error: ConsumerHeartbeatReply['error'], memberId: string, memberEpoch: number): ConsumerHeartbeatReply => ({
  error,
  message: null,
  memberId,
  memberEpoch,
  heartbeatIntervalMs: 0,
  assignment: null,
})

/**
 * The member is gone; its partitions are free, and the next heartbeat of anybody computes who gets them (CG-03). Where only classic
 * members are left the group becomes classic (CG-11).
 */
export function fence(draft: ConsumerDraft, memberId: string, nowMs: number, context: ConsumerContext): void {
  draft.removeMember(memberId)
  if (mayDowngrade(draft.group, context)) downgrade(draft, nowMs, context)
  else refreshEpoch(draft, context, nowMs, true)
  const { groupId, members, targetEpoch } = draft.group
  if (members.size === 0) draft.emit({ kind: 'consumer-target-epoch', groupId, epoch: targetEpoch, timestampMs: nowMs })
}

/** CG-06 */
export function decideSessionExpired(
  group: ConsumerGroup | undefined,
  memberId: string,
  nowMs: number,
  context: ConsumerContext,
): GroupDecision {
  if (group === undefined || !group.members.has(memberId)) return nothing
  const draft = new ConsumerDraft(group, group.groupId)
  fence(draft, memberId, nowMs, context)
  return draft.decision()
}

/** CG-06: a member that was told to give partitions up, and still has them in the same epoch, is fenced. */
export function decideRevocationExpired(
  group: ConsumerGroup | undefined,
  command: { readonly memberId: string; readonly memberEpoch: number },
  nowMs: number,
  context: ConsumerContext,
): GroupDecision {
  const member = group?.members.get(command.memberId)
  if (group === undefined || member?.state !== 'unrevoked' || member.epoch !== command.memberEpoch) return nothing
  return decideSessionExpired(group, command.memberId, nowMs, context)
}
