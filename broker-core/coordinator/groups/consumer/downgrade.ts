import { type ClassicGroup, type ClassicMember, emptyClassicGroup, noBytes, selectProtocol } from '../classic/classic-group.ts'
import { ClassicDraft } from '../classic/draft.ts'
import { prepareRebalance } from '../classic/rebalance.ts'
import { consumerProtocolType, subscribedTopicsOf } from '../classic/subscribed-topics.ts'
import { groupTombstones } from '../group-view.ts'
import type { ConsumerGroup, ConsumerMember, Owned } from './consumer-group.ts'
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
  const members = new Map([...group.members.values()].map(member => [member.memberId, classicMemberOf(member, context)]))
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

function classicMemberOf(member: ConsumerMember, { metadata, settings }: ConsumerContext): ClassicMember {
  const protocols = member.classic?.protocols ?? []
  const held = heldBy(member)
  return {
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.classic?.sessionTimeoutMs ?? settings.sessionTimeoutMsMin,
    protocols,
    assignment: held.size === 0 ? noBytes : embeddedAssignment(held, protocols[0]?.metadata, metadata),
    isNew: false,
  }
}

/** CG-05: also what the member is still to give up, and not yet what it is to get: nobody else may have it until the rebalance. */
function heldBy({ assigned, pendingRevocation }: ConsumerMember): Owned {
  const held = new Map(assigned)
  for (const [topicId, partitions] of pendingRevocation) {
    held.set(topicId, new Map([...(held.get(topicId) ?? []), ...partitions]))
  }
  return held
}
