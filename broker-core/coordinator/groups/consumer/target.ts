import { type AssignableMember, type AssignableTopic, assign, type AssignorName, assignorNames } from './assignors.ts'
import { noTarget, subscribedTopicsIn, topicsOfMember } from './consumer-group.ts'
import type { ConsumerContext } from './context.ts'
import type { ConsumerDraft } from './draft.ts'
import { sameTarget } from './reconcile.ts'
import { PatternError, topicPattern } from './topic-pattern.ts'

/**
 * CG-03: looks at the topics again when they changed since the group last did, or when a member's wishes did; raises the group epoch
 * when that comes to something.
 */
export function refreshEpoch(draft: ConsumerDraft, context: ConsumerContext, nowMs: number, hasChangedMembers: boolean): void {
  const version = context.metadataVersion()
  const isStale = draft.group.seenVersion !== version
  if (!isStale && !hasChangedMembers) return
  resolveRegexes(draft, context, nowMs, isStale)
  const hash = hashOf(subscribedTopicsIn(draft.group), context)
  if (hasChangedMembers || hash !== draft.group.metadataHash) draft.bumpEpoch(hash)
  if (isStale) draft.emit({ kind: 'consumer-seen', groupId: draft.group.groupId, version })
}

/** CG-10: the patterns in use against the topics that there are; those that nobody uses any more are forgotten. */
function resolveRegexes(draft: ConsumerDraft, { metadata }: ConsumerContext, nowMs: number, isStale: boolean): void {
  const { groupId } = draft.group
  const used = new Set<string>()
  for (const { subscribedRegex } of draft.group.members.values()) if (subscribedRegex) used.add(subscribedRegex)
  for (const regex of draft.group.regexes.keys()) {
    if (!used.has(regex)) draft.emit({ kind: 'consumer-regex', groupId, regex, resolved: undefined })
  }
  for (const regex of used) {
    const present = draft.group.regexes.get(regex)
    if (present !== undefined && !isStale) continue
    const topics = matchingTopics(regex, metadata)
    const isSame =
      present !== undefined && present.topics.length === topics.length && topics.every((name, at) => name === present.topics[at])
    if (isSame) continue
    draft.emit({
      kind: 'consumer-regex',
      groupId,
      regex,
      resolved: { topics, version: (present?.version ?? 0) + 1, timestampMs: nowMs },
    })
  }
}

/** None for a pattern of another coordinator that is none here: its member waits, the others go on. */
function matchingTopics(regex: string, metadata: ConsumerContext['metadata']): readonly string[] {
  try {
    const pattern = topicPattern(regex)
    return [...metadata.topicNames()].filter(name => pattern.matches(name)).toSorted()
  } catch (error) {
    if (error instanceof PatternError) return []
    throw error
  }
}

/** Changes when a subscribed topic comes, goes, is made anew, grows, or its replicas change racks. */
function hashOf(topics: ReadonlySet<string>, { metadata }: ConsumerContext): bigint {
  let high = 0x9dc5811c
  let low = 0x01000193
  const mix = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      low = Math.imul(low ^ text.charCodeAt(i), 0x01000193)
      high = Math.imul(high ^ text.charCodeAt(i), 0x85ebca6b) ^ (low >>> 13)
    }
  }
  for (const name of [...topics].toSorted()) {
    const topic = metadata.topic(name)
    if (topic === undefined) continue
    mix(`${topic.topicId} ${topic.partitionCount}\n`)
    for (let partition = 0; partition < topic.partitionCount; partition++) {
      const racks = metadata.partitionRacks(name, partition)
      if (racks.length > 0) mix(`${partition} ${[...racks].toSorted().join()}\n`)
    }
  }
  return topics.size === 0 ? 0n : BigInt((high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0))
}

/** CG-04: a target for everybody, in the group's epoch. */
export function updateTarget(draft: ConsumerDraft, context: ConsumerContext, nowMs: number): void {
  const { group } = draft
  if (group.epoch <= group.targetEpoch) return
  const topics = new Map<string, AssignableTopic>()
  const members: AssignableMember[] = []
  for (const member of group.members.values()) {
    const own = new Set<string>()
    for (const name of topicsOfMember(group, member)) {
      const topic = context.metadata.topic(name)
      if (topic === undefined) continue
      own.add(topic.topicId)
      topics.set(topic.topicId, topic)
    }
    const present = group.targets.get(member.memberId) ?? noTarget
    members.push({ memberId: member.memberId, instanceId: member.instanceId, topics: own, present })
  }
  const { groupId } = group
  const targets = assign(preferredAssignor(draft, context), members, topics)
  for (const { memberId } of members) {
    const target = targets.get(memberId) ?? noTarget
    if (!sameTarget(group.targets.get(memberId), target)) draft.emit({ kind: 'consumer-target', groupId, memberId, target })
  }
  draft.emit({ kind: 'consumer-target-epoch', groupId, epoch: group.epoch, timestampMs: nowMs })
}

/** The assignor that most members ask for; without any wish the broker's first. */
export function preferredAssignor({ group }: Pick<ConsumerDraft, 'group'>, { settings }: ConsumerContext): AssignorName {
  const votes = new Map<string, number>()
  for (const { serverAssignor } of group.members.values()) {
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1)
  }
  const [winner] = [...votes].toSorted((a, b) => b[1] - a[1])
  const wanted = winner?.[0] ?? settings.consumerAssignors[0]
  return assignorNames.find(name => name === wanted) ?? 'uniform'
}
