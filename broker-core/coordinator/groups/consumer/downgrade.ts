import { type ClassicGroup, type ClassicMember, emptyClassicGroup, noBytes, selectProtocol } from '../classic/classic-group.ts'
import { ClassicDraft } from '../classic/draft.ts'
import { prepareRebalance } from '../classic/rebalance.ts'
import { consumerProtocolType, subscribedTopicsOf } from '../classic/subscribed-topics.ts'
import { groupTombstones } from '../group-view.ts'
import { type ConsumerGroup, type ConsumerMember, noTarget } from './consumer-group.ts'
import type { ConsumerContext } from './context.ts'
import type { ConsumerDraft } from './draft.ts'
import { embeddedAssignment } from './embedded-assignment.ts'

/** CG-11: everybody who is left speaks the classic protocol, and the broker lets groups go that way. */
export function mayDowngrade(group: ConsumerGroup, { settings }: ConsumerContext): boolean {
  const { consumerMigrationPolicy: policy, groupSizeMax } = settings
  if (policy !== 'downgrade' && policy !== 'bidirectional') return false
  if (group.members.size === 0 || group.members.size > groupSizeMax) return false
  return [...group.members.values()].every(member => member.classic !== null)
}

/** CG-11: the last member of the consumer protocol is gone. The others keep what they have and are told to rebalance. */
export function downgrade(draft: ConsumerDraft, nowMs: number, context: ConsumerContext): void {
  const { group } = draft
  draft.include({ facts: groupTombstones(group), replies: [], timers: [] })
  const classic = new ClassicDraft(classicGroupOf(group, nowMs, context), nowMs, true)
  classic.store()
  for (const { memberId, sessionTimeoutMs } of classic.group.members.values()) {
    draft.cancelTimers(memberId)
    classic.sessionTimer(memberId, sessionTimeoutMs)
  }
  prepareRebalance(classic, context.settings)
  draft.include(classic.decision())
}

function classicGroupOf(group: ConsumerGroup, nowMs: number, context: ConsumerContext): ClassicGroup {
  const members = new Map([...group.members.values()].map(member => [member.memberId, classicMemberOf(group, member, context)]))
  const base: ClassicGroup = {
    ...emptyClassicGroup(group.groupId, nowMs),
    state: 'Stable',
    protocolType: consumerProtocolType,
    generationId: group.epoch,
    // Nobody leads it until it rebalanced: so a coordinator that loads it knows that it has to (GRP-13).
    leaderId: null,
    members,
    staticMembers: group.staticMembers,
  }
  const named = { ...base, protocolName: selectProtocol(base) }
  return { ...named, subscribedTopics: subscribedTopicsOf(named) }
}

function classicMemberOf(group: ConsumerGroup, member: ConsumerMember, { metadata, settings }: ConsumerContext): ClassicMember {
  const protocols = member.classic?.protocols ?? []
  const target = group.targets.get(member.memberId) ?? noTarget
  return {
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.classic?.sessionTimeoutMs ?? settings.sessionTimeoutMsMin,
    protocols,
    assignment: target.size === 0 ? noBytes : embeddedAssignment(target, protocols[0]?.metadata, metadata),
    isNew: false,
  }
}
