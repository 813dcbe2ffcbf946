import { zeroUuid } from '../../../base/bytes/uuid.ts'
import type { GroupDecision } from '../classic/draft.ts'
import type { ConsumerContext } from '../consumer/context.ts'
import type { GroupFact } from '../facts.ts'
import { groupTombstones, isDeserted, maySubscribeTo } from '../group-view.ts'
import type { GroupSettings } from '../settings.ts'
import type { Group, GroupsState } from '../state.ts'
import { offsetTombstones } from './deletion.ts'
import type { StoredOffset } from './offset-store.ts'

/** Tombstones that one run writes at most; the next run goes on. */
const expiredPerRunMax = 10_000

/** OFF-05: the time from which an offset's retention counts; undefined: it does not expire now. */
function retentionBaseMs(group: Group, topic: string, stored: StoredOffset): number | undefined {
  if (group.type === 'consumer') {
    if (group.members.size === 0) return Math.max(group.targetSinceMs, stored.commitTimestampMs)
    return maySubscribeTo(group, topic) ? undefined : stored.commitTimestampMs
  }
  if (group.protocolType === null) return stored.commitTimestampMs
  if (group.state === 'Empty') {
    // Groups stored by old brokers do not say since when they are empty.
    return group.stateSinceMs < 0 ? stored.commitTimestampMs : Math.max(group.stateSinceMs, stored.commitTimestampMs)
  }
  return group.state === 'Stable' && !maySubscribeTo(group, topic) ? stored.commitTimestampMs : undefined
}

function isExpired(group: Group, topic: string, stored: StoredOffset, nowMs: number, retentionMs: number): boolean {
  const baseMs = retentionBaseMs(group, topic, stored)
  if (baseMs === undefined) return false
  if (stored.expireTimestampMs >= 0) return nowMs >= stored.expireTimestampMs
  return nowMs - baseMs >= retentionMs
}

/**
 * OFF-05: tombstones for what is past its retention, and for groups that have nothing left. OFF-06: also for what a topic left behind that
 * was deleted while nobody could write that down.
 */
export function decideExpireOffsets(
  state: GroupsState,
  nowMs: number,
  { metadata, settings }: Pick<ConsumerContext, 'metadata' | 'settings'>,
): GroupDecision {
  const facts: GroupFact[] = []
  const isOver = (group: Group, topic: string, stored: StoredOffset): boolean => {
    const isGone = stored.topicId !== zeroUuid && metadata.topicById(stored.topicId) === undefined
    return isGone || isExpired(group, topic, stored, nowMs, settings.offsetsRetentionMs)
  }
  for (const group of state.groups.values()) {
    if (facts.length >= expiredPerRunMax) break
    expireGroup(state, group, isOver, facts)
  }
  const timers = [expiryTimer(settings)]
  return { facts, replies: [], timers, effects: [] }
}

function expireGroup(
  state: GroupsState,
  group: Group,
  isOver: (group: Group, topic: string, stored: StoredOffset) => boolean,
  facts: GroupFact[],
): void {
  const { groupId } = group
  let kept = 0
  for (const topic of state.offsets.topicsOf(groupId)) {
    for (const [partition, stored] of state.offsets.partitionsOf(groupId, topic)) {
      const isOpen = state.offsets.isPending(groupId, topic, partition)
      if (isOpen || !isOver(group, topic, stored)) kept++
      else facts.push({ kind: 'offset', groupId, topic, partition, offset: undefined })
    }
  }
  if (isDeserted(group) && kept === 0 && !state.offsets.hasPending(groupId)) facts.push(...groupTombstones(group))
}

export const expiryTimer = (settings: GroupSettings) =>
  ({
    key: 'expire-offsets',
    delayMs: settings.offsetsRetentionCheckIntervalMs,
    command: { kind: 'expire-offsets' },
  }) as const

/** OFF-06. A topic may have a namesake by now, whose offsets stay; who committed without an id meant the one that is gone. */
export function decideTopicsDeleted(
  state: GroupsState,
  topics: readonly { readonly name: string; readonly topicId: string }[],
): GroupDecision {
  const gone = new Map(topics.map(topic => [topic.name, topic.topicId]))
  const groupIds = new Set([...state.offsets.groupIds(), ...state.groups.keys()])
  const isGone = (topic: string, topicId: string): boolean =>
    gone.has(topic) && (topicId === zeroUuid || topicId === gone.get(topic))
  const facts = [...groupIds].flatMap(groupId => offsetTombstones(state, groupId, isGone))
  return { facts, replies: [], timers: [], effects: [] }
}
