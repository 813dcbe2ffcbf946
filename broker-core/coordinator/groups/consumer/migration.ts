import type { ClassicGroup, ClassicMember } from '../classic/classic-group.ts'
import { ClassicDraft, type GroupDecision, joinRefusal, syncRefusal } from '../classic/draft.ts'
import { decideJoin } from '../classic/join.ts'
import { consumerProtocolType, subscriptionIn } from '../classic/subscribed-topics.ts'
import type { JoinCommand } from '../commands.ts'
import { groupTombstones, isEmptyGroup } from '../group-view.ts'
import type { GroupsState } from '../state.ts'
import type { ConsumerHeartbeatCommand, TopicIdPartitions } from './commands.ts'
import { joinEpoch, type Owned, type Target } from './consumer-group.ts'
import type { ConsumerContext } from './context.ts'
import { ConsumerDraft } from './draft.ts'
import { partitionsInAssignment } from './embedded-assignment.ts'
import type { FoundGroup } from './heartbeat.ts'
import { decideMixedJoin } from './mixed.ts'

/** JoinGroup, whatever the group is. A consumer group without members becomes a classic one with the first that joins (CG-11). */
export function decideAnyJoin(state: GroupsState, command: JoinCommand, nowMs: number, context: ConsumerContext): GroupDecision {
  const group = state.groups.get(command.groupId)
  if (group?.type !== 'consumer') return decideJoin(group, command, nowMs, context.settings)
  if (!isEmptyGroup(group)) return decideMixedJoin(group, command, nowMs, context)
  const decision = decideJoin(undefined, command, nowMs, context.settings)
  return decision.facts.length === 0 ? decision : { ...decision, facts: [...groupTombstones(group), ...decision.facts] }
}

/** The group that a consumer heartbeat is about; a join may turn a classic group into a consumer group (CG-11). */
export function groupForConsumer(
  state: GroupsState,
  command: ConsumerHeartbeatCommand,
  nowMs: number,
  context: ConsumerContext,
): FoundGroup {
  const { groupId } = command
  const group = state.groups.get(groupId)
  if (group === undefined || group.type === 'consumer') return { group, draft: () => new ConsumerDraft(group, groupId) }
  if (command.memberEpoch === joinEpoch && isEmptyGroup(group)) {
    return { group: undefined, draft: () => startedAnew(group) }
  }
  const upgraded = command.memberEpoch === joinEpoch && mayUpgrade(group, context) ? upgrade(group, nowMs, context) : undefined
  if (upgraded !== undefined) return { group: upgraded.group, draft: () => upgraded }
  return { group: undefined, draft: () => new ConsumerDraft(undefined, groupId), isRefused: true }
}

function startedAnew(group: ClassicGroup): ConsumerDraft {
  const draft = new ConsumerDraft(undefined, group.groupId)
  draft.include({ facts: groupTombstones(group), replies: [], timers: [] })
  return draft
}

function mayUpgrade(group: ClassicGroup, { settings }: ConsumerContext): boolean {
  const { consumerGroupSizeMax, consumerMigrationPolicy: policy } = settings
  if (policy !== 'upgrade' && policy !== 'bidirectional') return false
  return group.protocolType === consumerProtocolType && group.members.size < consumerGroupSizeMax
}

/** CG-11. Undefined: what members say of themselves cannot be understood, so the group stays classic. */
function upgrade(group: ClassicGroup, nowMs: number, context: ConsumerContext): ConsumerDraft | undefined {
  const members: Translated[] = []
  for (const member of group.members.values()) {
    const translated = translate(group, member, context)
    if (translated === undefined) return undefined
    members.push(translated)
  }
  const { groupId, generationId } = group
  const draft = new ConsumerDraft(undefined, groupId)
  draft.include(farewell(group, nowMs))
  for (const { member, subscription } of members) {
    draft.putMember(member.memberId, {
      instanceId: member.groupInstanceId,
      rackId: subscription.rackId || null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      subscribedTopics: subscription.topics.toSorted(),
      subscribedRegex: null,
      serverAssignor: null,
      classic: { sessionTimeoutMs: member.sessionTimeoutMs, protocols: member.protocols },
    })
  }
  draft.emit({ kind: 'consumer-epoch', groupId, epoch: generationId, metadataHash: 0n })
  for (const { member, partitions } of members) {
    const target: Target = new Map(partitions.map(({ topicId, partitions: ids }) => [topicId, new Set(ids)]))
    draft.emit({ kind: 'consumer-target', groupId, memberId: member.memberId, target })
  }
  draft.emit({ kind: 'consumer-target-epoch', groupId, epoch: generationId, timestampMs: nowMs })
  for (const { member, partitions } of members) {
    const assigned: Owned = new Map(
      partitions.map(({ topicId, partitions: ids }) => [topicId, new Map(ids.map(id => [id, generationId]))]),
    )
    const progress = {
      epoch: generationId,
      previousEpoch: generationId,
      state: 'stable',
      assigned,
      pendingRevocation: new Map(),
    } as const
    draft.putProgress(member.memberId, progress)
    draft.sessionTimer(member.memberId, member.sessionTimeoutMs)
  }
  return draft
}

interface Translated {
  readonly member: ClassicMember
  readonly subscription: NonNullable<ReturnType<typeof subscriptionIn>>
  readonly partitions: readonly TopicIdPartitions[]
}

function translate(group: ClassicGroup, member: ClassicMember, { metadata }: ConsumerContext): Translated | undefined {
  const protocol = member.protocols.find(({ name }) => name === group.protocolName) ?? member.protocols[0]
  const subscription = protocol && subscriptionIn(protocol.metadata)
  const partitions = partitionsInAssignment(member.assignment, metadata)
  return subscription === undefined || partitions === undefined ? undefined : { member, subscription, partitions }
}

/** The classic group ends: whoever waits is told to come again, and its timers stop. */
function farewell(group: ClassicGroup, nowMs: number): Pick<GroupDecision, 'facts' | 'replies' | 'timers'> {
  const draft = new ClassicDraft(group, nowMs)
  for (const { join, memberId, sync } of group.members.values()) {
    draft.cancelSession(memberId)
    if (join !== undefined) draft.reply(join, joinRefusal('REBALANCE_IN_PROGRESS', memberId))
    if (sync !== undefined) draft.reply(sync, syncRefusal('REBALANCE_IN_PROGRESS'))
  }
  for (const memberId of group.pendingMembers) draft.cancelSession(memberId)
  draft.cancel('join')
  draft.cancel('sync')
  draft.remove(true)
  return draft.decision()
}
