import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { answer } from '../../runtime/machine.ts'
import { type GroupDecision, joinRefusal, syncRefusal } from '../classic/draft.ts'
import { consumerProtocolType, subscriptionIn } from '../classic/subscribed-topics.ts'
import type { HeartbeatCommand, JoinCommand, LeaveCommand, LeaveReply, MemberIdentity, SyncCommand } from '../commands.ts'
import { membersPerGroupMax } from '../settings.ts'
import { advance, canAdvance } from './advance.ts'
import {
  type ConsumerGroup,
  type ConsumerMember,
  joinEpoch,
  type MemberMetadata,
  noTarget,
  nothingOwned,
} from './consumer-group.ts'
import type { ConsumerContext } from './context.ts'
import { downgrade, mayDowngrade } from './downgrade.ts'
import { ConsumerDraft } from './draft.ts'
import { embeddedAssignment, withTopicIds } from './embedded-assignment.ts'
import { fence } from './leave.ts'
import { refreshEpoch, updateTarget } from './target.ts'

/**
 * CG-11: members of the classic protocol in a consumer group. Joining is a heartbeat with everything in it, the generation is the
 * member's epoch, and instead of a leader the coordinator assigns.
 */
export function decideMixedJoin(
  group: ConsumerGroup,
  command: JoinCommand,
  nowMs: number,
  context: ConsumerContext,
): GroupDecision {
  const { caller, groupInstanceId, ticket } = command
  const metadata = command.protocols[0]?.metadata
  const subscription = metadata && subscriptionIn(metadata)
  const refusal =
    mixedJoinRefusal(group, command, context) ?? (subscription === undefined ? 'INCONSISTENT_GROUP_PROTOCOL' : undefined)
  if (refusal !== undefined || subscription === undefined) {
    return answer(ticket, joinRefusal(refusal ?? 'INCONSISTENT_GROUP_PROTOCOL', command.memberId))
  }
  const isNameless = command.memberId === ''
  const memberId = isNameless ? `${groupInstanceId ?? caller.clientId}-${command.freshId}` : command.memberId
  if (isNameless && groupInstanceId === null && caller.apiVersion >= 4) {
    return answer(ticket, joinRefusal('MEMBER_ID_REQUIRED', memberId))
  }
  const draft = new ConsumerDraft(group, command.groupId)
  const replaced = takePlace(draft, memberId, groupInstanceId)
  const hasNewSubscription = takeSubscription(draft, memberId, command, subscription)
  refreshEpoch(draft, context, nowMs, hasNewSubscription)
  updateTarget(draft, context, nowMs)
  advance(draft, memberId, withTopicIds(subscription.ownedPartitions, context.metadata), hasNewSubscription)
  draft.sessionTimer(memberId, command.sessionTimeoutMs)
  draft.rejoinTimer(memberId, command.rebalanceTimeoutMs)
  draft.reply(ticket, {
    ...joinRefusal('NONE', memberId),
    generationId: draft.member(memberId).epoch,
    protocolType: consumerProtocolType,
    protocolName: command.protocols[0]?.name ?? null,
  })
  const isLastReplaced = replaced !== undefined && replaced.classic === null && mayDowngrade(draft.group, context)
  if (isLastReplaced) downgrade(draft, nowMs, context)
  return draft.decision()
}

function mixedJoinRefusal(group: ConsumerGroup, command: JoinCommand, { settings }: ConsumerContext): KafkaErrorName | undefined {
  const { sessionTimeoutMs, groupInstanceId, memberId } = command
  const isInRange = sessionTimeoutMs >= settings.sessionTimeoutMsMin && sessionTimeoutMs <= settings.sessionTimeoutMsMax
  if (!isInRange) return 'INVALID_SESSION_TIMEOUT'
  if (settings.consumerMigrationPolicy === 'disabled') return 'INCONSISTENT_GROUP_PROTOCOL'
  const holder = groupInstanceId === null ? undefined : group.staticMembers.get(groupInstanceId)
  const isNew = !group.members.has(memberId) && holder === undefined
  const sizeMax = Math.min(settings.consumerGroupSizeMax, membersPerGroupMax)
  if (isNew && group.members.size >= sizeMax) return 'GROUP_MAX_SIZE_REACHED'
  // GRP-12: a static member that has an id was here; who is not any more begins anew.
  if (memberId !== '' && groupInstanceId !== null && holder !== memberId) {
    return holder === undefined ? 'UNKNOWN_MEMBER_ID' : 'FENCED_INSTANCE_ID'
  }
  if (command.protocolType !== consumerProtocolType) return 'INCONSISTENT_GROUP_PROTOCOL'
  return hasCommonProtocol(group, command) ? undefined : 'INCONSISTENT_GROUP_PROTOCOL'
}

/** The classic members must be able to go on among themselves. */
function hasCommonProtocol(group: ConsumerGroup, command: JoinCommand): boolean {
  return command.protocols.some(({ name }) =>
    [...group.members.values()].every(
      ({ classic, memberId }) =>
        classic === null || memberId === command.memberId || classic.protocols.some(protocol => protocol.name === name),
    ),
  )
}

/** GRP-10: an instance that comes anew takes over from its former self; undefined: there is none. */
function takePlace(draft: ConsumerDraft, memberId: string, instanceId: string | null): ConsumerMember | undefined {
  const holderId = instanceId === null ? undefined : draft.group.staticMembers.get(instanceId)
  if (holderId === undefined || holderId === memberId) return undefined
  const { groupId } = draft.group
  const former = draft.member(holderId)
  const { epoch: _epoch, ...holder } = former
  const target = draft.group.targets.get(holderId) ?? noTarget
  draft.removeMember(holderId)
  draft.putMember(memberId, { ...holder })
  draft.emit({ kind: 'consumer-target', groupId, memberId, target })
  const progress = { epoch: joinEpoch, previousEpoch: joinEpoch, state: 'stable', pendingRevocation: nothingOwned } as const
  draft.putProgress(memberId, { ...progress, assigned: holder.assigned })
  return former
}

function takeSubscription(
  draft: ConsumerDraft,
  memberId: string,
  command: JoinCommand,
  subscription: NonNullable<ReturnType<typeof subscriptionIn>>,
): boolean {
  const before = draft.group.members.get(memberId)
  const wished: MemberMetadata = {
    instanceId: command.groupInstanceId,
    rackId: subscription.rackId || null,
    clientId: command.caller.clientId,
    clientHost: command.caller.clientHost,
    rebalanceTimeoutMs: command.rebalanceTimeoutMs,
    subscribedTopics: [...new Set(subscription.topics)].toSorted(),
    subscribedRegex: null,
    serverAssignor: null,
    classic: { sessionTimeoutMs: command.sessionTimeoutMs, protocols: command.protocols },
  }
  draft.putMember(memberId, wished)
  if (before === undefined || before.rackId !== wished.rackId || before.subscribedRegex !== null) return true
  return before.subscribedTopics.join('\0') !== wished.subscribedTopics.join('\0')
}

/** The classic member that a request is from, or why it is none. */
function classicMemberIn(group: ConsumerGroup, identity: MemberIdentity): ConsumerMember | KafkaErrorName {
  const { groupInstanceId, memberId } = identity
  const holder = groupInstanceId === null ? memberId : group.staticMembers.get(groupInstanceId)
  const member = holder === undefined ? undefined : group.members.get(holder)
  if (member === undefined) return 'UNKNOWN_MEMBER_ID'
  // GRP-12, whatever protocol the instance speaks by now: unknown, the former member would come again and take its place back.
  if (member.memberId !== memberId) return 'FENCED_INSTANCE_ID'
  return member.classic === null ? 'UNKNOWN_MEMBER_ID' : member
}

/** SyncGroup: the assignment is there at once, unless the member must join again first. */
export function decideMixedSync(group: ConsumerGroup, command: SyncCommand, { metadata }: ConsumerContext): GroupDecision {
  const { protocolName, protocolType, ticket } = command
  const member = classicMemberIn(group, command)
  if (typeof member === 'string') return answer(ticket, syncRefusal(member))
  if (command.generationId !== member.epoch) return answer(ticket, syncRefusal('ILLEGAL_GENERATION'))
  const own = member.classic?.protocols[0]
  const isOther =
    (protocolType !== null && protocolType !== consumerProtocolType) || (protocolName !== null && protocolName !== own?.name)
  if (isOther) return answer(ticket, syncRefusal('INCONSISTENT_GROUP_PROTOCOL'))
  const draft = new ConsumerDraft(group, command.groupId)
  draft.sessionTimer(member.memberId, member.classic?.sessionTimeoutMs ?? 0)
  if (group.epoch > member.epoch && member.state !== 'unrevoked') {
    draft.reply(ticket, syncRefusal('REBALANCE_IN_PROGRESS'))
    return draft.decision()
  }
  draft.rejoinTimer(member.memberId, undefined)
  draft.reply(ticket, {
    error: 'NONE',
    protocolType: consumerProtocolType,
    protocolName: own?.name ?? null,
    assignment: embeddedAssignment(member.assigned, own?.metadata, metadata),
  })
  return draft.decision()
}

/** Heartbeat: tells the member to join again when there is something to give up, to get, or to catch up with. */
export function decideMixedHeartbeat(
  group: ConsumerGroup,
  command: HeartbeatCommand,
  nowMs: number,
  context: ConsumerContext,
): GroupDecision {
  const member = classicMemberIn(group, command)
  if (typeof member === 'string') return answer(command.ticket, member)
  if (command.generationId !== member.epoch) return answer(command.ticket, 'ILLEGAL_GENERATION')
  const draft = new ConsumerDraft(group, command.groupId)
  refreshEpoch(draft, context, nowMs, false)
  draft.heardOf(member.memberId, member.classic?.sessionTimeoutMs ?? 0)
  const mustRejoin =
    draft.group.epoch > member.epoch ||
    member.state === 'unrevoked' ||
    (member.state === 'unreleased' && canAdvance(draft, member.memberId))
  if (mustRejoin && !draft.group.awaited.has(member.memberId)) draft.rejoinTimer(member.memberId, member.rebalanceTimeoutMs)
  draft.reply(command.ticket, mustRejoin ? 'REBALANCE_IN_PROGRESS' : 'NONE')
  return draft.decision()
}

/** LeaveGroup. An administrator may remove members of either protocol. */
export function decideMixedLeave(
  group: ConsumerGroup,
  command: LeaveCommand,
  nowMs: number,
  context: ConsumerContext,
): GroupDecision {
  const leavers = new Set<string>()
  const members = command.members.map((identity): LeaveReply['members'][number] => {
    const { groupInstanceId, memberId } = identity
    const holder = groupInstanceId === null ? memberId : group.staticMembers.get(groupInstanceId)
    if (holder === undefined || !group.members.has(holder)) return { ...identity, error: 'UNKNOWN_MEMBER_ID' }
    if (memberId !== '' && holder !== memberId) return { ...identity, error: 'FENCED_INSTANCE_ID' }
    leavers.add(holder)
    return { ...identity, error: 'NONE' }
  })
  const draft = new ConsumerDraft(group, command.groupId)
  const last = [...leavers].at(-1)
  for (const memberId of leavers) {
    if (memberId === last) fence(draft, memberId, nowMs, context)
    else draft.removeMember(memberId)
  }
  draft.reply(command.ticket, { error: 'NONE', members })
  return draft.decision()
}
