import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { answer } from '../../runtime/machine.ts'
import type { GroupDecision } from '../classic/draft.ts'
import type { ConsumerHeartbeatCommand, ConsumerHeartbeatReply } from './commands.ts'
import {
  type ConsumerGroup,
  type ConsumerMember,
  joinEpoch,
  leaveEpoch,
  type MemberMetadata,
  noTarget,
  nothingOwned,
  staticLeaveEpoch,
} from './consumer-group.ts'
import { advance } from './advance.ts'
import { membersPerGroupMax } from '../settings.ts'
import { type ConsumerContext, heartbeatIntervalMs, sessionTimeoutMs } from './context.ts'
import { ConsumerDraft } from './draft.ts'
import { decideLeave } from './leave.ts'
import { isWithin, listed, sameOwned } from './reconcile.ts'
import { refreshEpoch, updateTarget } from './target.ts'
import { PatternError, topicPattern } from './topic-pattern.ts'

export const refusedHeartbeat = (error: KafkaErrorName, message: string | null = null): ConsumerHeartbeatReply => ({
  error,
  message,
  memberId: '',
  memberEpoch: 0,
  heartbeatIntervalMs: 0,
  assignment: null,
})

/** A group that a consumer heartbeat found. */
export interface FoundGroup {
  /** Undefined: none, or none that this request may turn into a consumer group. */
  readonly group: ConsumerGroup | undefined
  /** Begins a decision; for a classic group with what makes it a consumer group (CG-11). */
  draft(): ConsumerDraft
  /** There is a group of this name that stays what it is. */
  readonly isRefused?: true
}

/** ConsumerGroupHeartbeat: CG-01 to CG-10. */
export function decideConsumerHeartbeat(
  found: FoundGroup,
  command: ConsumerHeartbeatCommand,
  nowMs: number,
  context: ConsumerContext,
): GroupDecision {
  const { group } = found
  const isLeaving = command.memberEpoch === leaveEpoch || command.memberEpoch === staticLeaveEpoch
  if (isLeaving) {
    if (group === undefined) return answer(command.ticket, refusedHeartbeat('GROUP_ID_NOT_FOUND'))
    return decideLeave(group, command, nowMs, context)
  }
  if (found.isRefused === true || (group === undefined && command.memberEpoch !== joinEpoch))
    return answer(command.ticket, refusedHeartbeat('GROUP_ID_NOT_FOUND'))
  const memberId = command.memberId === '' ? command.freshId : command.memberId
  const refusal = memberRefusal(group, { ...command, memberId }, context)
  if (refusal !== undefined) return answer(command.ticket, refusal)
  const draft = found.draft()
  const before = group?.members.get(memberId)
  replaceInstance(draft, memberId, command)
  if (command.memberEpoch === joinEpoch && before !== undefined) restart(draft, before)
  const hasNewSubscription = takeWishes(draft, memberId, command)
  refreshEpoch(draft, context, nowMs, hasNewSubscription)
  updateTarget(draft, context, nowMs)
  advance(draft, memberId, command.ownedPartitions, hasNewSubscription)
  const timeoutMs = sessionTimeoutMs(context, command.groupId)
  if (before === undefined) draft.sessionTimer(memberId, timeoutMs)
  else draft.heardOf(memberId, timeoutMs)
  draft.reply(command.ticket, answerTo(draft, memberId, command, before, context))
  return draft.decision()
}

/** CG-01, CG-02: what is wrong with a request as such; undefined: nothing. */
export function requestRefusal(
  request: Omit<ConsumerHeartbeatCommand, 'kind' | 'ticket' | 'freshId'>,
  assignors: readonly string[],
): ConsumerHeartbeatReply | undefined {
  const invalid = (message: string) => refusedHeartbeat('INVALID_REQUEST', message)
  const { groupId, memberId, memberEpoch, instanceId, rackId, caller } = request
  if (groupId.trim() === '') return invalid("GroupId can't be empty.")
  const mayComeWithoutId = caller.apiVersion < 1 && memberEpoch === joinEpoch
  if (memberId.trim() === '' && !mayComeWithoutId) return invalid("MemberId can't be empty.")
  if (instanceId?.trim() === '') return invalid("InstanceId can't be empty.")
  if (rackId?.trim() === '') return invalid("RackId can't be empty.")
  if (memberEpoch < staticLeaveEpoch) return invalid(`MemberEpoch is invalid: ${memberEpoch}.`)
  if (memberEpoch === staticLeaveEpoch && instanceId === null) return invalid('InstanceId must be set to leave for a while.')
  if (memberEpoch === joinEpoch) {
    if (request.rebalanceTimeoutMs < 0) return invalid('RebalanceTimeoutMs must be provided in first request.')
    if (request.ownedPartitions === null || request.ownedPartitions.length > 0) {
      return invalid('TopicPartitions must be empty when (re-)joining.')
    }
    if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null) {
      return invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.')
    }
  }
  if (request.serverAssignor !== null && !assignors.includes(request.serverAssignor)) {
    return refusedHeartbeat('UNSUPPORTED_ASSIGNOR', `Supported assignors: ${assignors.join(', ')}.`)
  }
  return regexRefusal(request.subscribedTopicRegex)
}

/** CG-10 */
function regexRefusal(regex: string | null): ConsumerHeartbeatReply | undefined {
  if (regex === null || regex === '') return undefined
  try {
    topicPattern(regex)
    return undefined
  } catch (error) {
    if (error instanceof PatternError) return refusedHeartbeat('INVALID_REGULAR_EXPRESSION', error.message)
    throw error
  }
}

function memberRefusal(
  group: ConsumerGroup | undefined,
  command: ConsumerHeartbeatCommand,
  { settings }: ConsumerContext,
): ConsumerHeartbeatReply | undefined {
  const { memberId, memberEpoch } = command
  const member = group?.members.get(memberId)
  const sizeMax = Math.min(settings.consumerGroupSizeMax, membersPerGroupMax)
  const isFull = group !== undefined && member === undefined && group.members.size >= sizeMax
  if (isFull) return refusedHeartbeat('GROUP_MAX_SIZE_REACHED', `The group has ${group.members.size} members already.`)
  const instance = instanceRefusal(group, command)
  if (instance !== undefined || memberEpoch === joinEpoch) return instance
  if (member === undefined) return refusedHeartbeat('UNKNOWN_MEMBER_ID', `Member ${memberId} is not in the group.`)
  return epochRefusal(member, command)
}

/** CG-09 */
function instanceRefusal(
  group: ConsumerGroup | undefined,
  { instanceId, memberEpoch, memberId }: ConsumerHeartbeatCommand,
): ConsumerHeartbeatReply | undefined {
  if (instanceId === null) return undefined
  const holder = group?.staticMembers.get(instanceId)
  if (memberEpoch !== joinEpoch) {
    if (holder === undefined) return refusedHeartbeat('UNKNOWN_MEMBER_ID', `Instance ${instanceId} is unknown.`)
    return holder === memberId
      ? undefined
      : refusedHeartbeat('FENCED_INSTANCE_ID', `Instance ${instanceId} is another member now.`)
  }
  if (holder === undefined || holder === memberId) return undefined
  const member = group?.members.get(holder)
  // Classic members do not say that they leave (GRP-11): their instances are taken over as in a classic group.
  const isReleased = member?.epoch === staticLeaveEpoch || member?.classic !== null
  return isReleased ? undefined : refusedHeartbeat('UNRELEASED_INSTANCE_ID', `Instance ${instanceId} is in use.`)
}

/** CG-07 */
function epochRefusal(
  member: ConsumerMember,
  { memberEpoch, ownedPartitions }: ConsumerHeartbeatCommand,
): ConsumerHeartbeatReply | undefined {
  if (memberEpoch === member.epoch) return undefined
  const isLostAnswer = memberEpoch === member.previousEpoch && isWithin(ownedPartitions, member.assigned)
  if (memberEpoch < member.epoch && isLostAnswer) return undefined
  return refusedHeartbeat('FENCED_MEMBER_EPOCH', `The member epoch ${memberEpoch} is not ${member.epoch}.`)
}

/** CG-09: a replacement takes over the place and the target of the instance that left. */
function replaceInstance(draft: ConsumerDraft, memberId: string, { instanceId, memberEpoch }: ConsumerHeartbeatCommand): void {
  const holderId = instanceId === null ? undefined : draft.group.staticMembers.get(instanceId)
  if (memberEpoch !== joinEpoch || holderId === undefined || holderId === memberId) return
  const { groupId } = draft.group
  const holder = draft.member(holderId)
  const target = draft.group.targets.get(holderId) ?? noTarget
  draft.removeMember(holderId)
  draft.putMember(memberId, holder)
  draft.emit({ kind: 'consumer-target', groupId, memberId, target })
  draft.putProgress(memberId, {
    epoch: joinEpoch,
    previousEpoch: joinEpoch,
    state: 'stable',
    assigned: holder.assigned,
    pendingRevocation: nothingOwned,
  })
}

/** A member that comes anew under its old id has given up everything. */
function restart(draft: ConsumerDraft, { memberId }: ConsumerMember): void {
  draft.putProgress(memberId, {
    epoch: joinEpoch,
    previousEpoch: joinEpoch,
    state: 'stable',
    assigned: nothingOwned,
    pendingRevocation: nothingOwned,
  })
}

/** True: the group must think again about who gets what. */
function takeWishes(draft: ConsumerDraft, memberId: string, command: ConsumerHeartbeatCommand): boolean {
  const before = draft.group.members.get(memberId)
  const wished: MemberMetadata = {
    instanceId: command.instanceId ?? before?.instanceId ?? null,
    rackId: command.rackId ?? before?.rackId ?? null,
    clientId: command.caller.clientId,
    clientHost: command.caller.clientHost,
    rebalanceTimeoutMs: command.rebalanceTimeoutMs < 0 ? (before?.rebalanceTimeoutMs ?? -1) : command.rebalanceTimeoutMs,
    subscribedTopics: [...new Set(command.subscribedTopicNames ?? before?.subscribedTopics ?? [])].toSorted(),
    subscribedRegex: (command.subscribedTopicRegex ?? before?.subscribedRegex) || null,
    serverAssignor: command.serverAssignor ?? before?.serverAssignor ?? null,
    classic: null,
  }
  if (before !== undefined && sameWishes(before, wished)) return false
  draft.putMember(memberId, wished)
  return before === undefined || !sameSubscription(before, wished)
}

const sameTopics = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((topic, at) => topic === right[at])

const sameSubscription = (left: MemberMetadata, right: MemberMetadata): boolean =>
  sameTopics(left.subscribedTopics, right.subscribedTopics) &&
  left.subscribedRegex === right.subscribedRegex &&
  left.serverAssignor === right.serverAssignor &&
  left.rackId === right.rackId

const sameWishes = (left: MemberMetadata, right: MemberMetadata): boolean =>
  sameSubscription(left, right) &&
  left.instanceId === right.instanceId &&
  left.clientId === right.clientId &&
  left.clientHost === right.clientHost &&
  left.rebalanceTimeoutMs === right.rebalanceTimeoutMs &&
  left.classic === right.classic

/** CG-08 */
function answerTo(
  draft: ConsumerDraft,
  memberId: string,
  command: ConsumerHeartbeatCommand,
  before: ConsumerMember | undefined,
  context: ConsumerContext,
): ConsumerHeartbeatReply {
  const member = draft.member(memberId)
  const isFullRequest =
    command.rebalanceTimeoutMs >= 0 &&
    (command.subscribedTopicNames !== null || command.subscribedTopicRegex !== null) &&
    command.ownedPartitions !== null
  const isNews = before === undefined || !sameOwned(before.assigned, member.assigned)
  return {
    error: 'NONE',
    message: null,
    memberId,
    memberEpoch: member.epoch,
    heartbeatIntervalMs: heartbeatIntervalMs(context, command.groupId),
    assignment: command.memberEpoch === joinEpoch || isFullRequest || isNews ? listed(member.assigned) : null,
  }
}
