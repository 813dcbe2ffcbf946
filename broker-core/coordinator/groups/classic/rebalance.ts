import { assert } from '../../../base/assert.ts'
import type { GroupSettings } from '../settings.ts'
import { hasAllMembersJoined, rebalanceTimeoutMs, selectProtocol } from './classic-group.ts'
import { type ClassicDraft, joinedReply, syncRefusal, withoutTickets } from './draft.ts'
import { subscribedTopicsOf } from './subscribed-topics.ts'

/**
 * After members came, changed or went: starts a rebalance where none is under way, or ends the join phase where everybody is there.
 */
export function rebalanceOrCompleteJoin(draft: ClassicDraft, settings: GroupSettings): void {
  if (draft.group.state === 'PreparingRebalance') completeJoinIfAllThere(draft)
  else prepareRebalance(draft, settings)
}

export function prepareRebalance(draft: ClassicDraft, settings: GroupSettings): void {
  const { state } = draft.group
  if (state === 'CompletingRebalance') {
    refuseSyncs(draft)
    draft.update({ pendingSync: new Set() })
  }
  if (state !== 'Empty') draft.cancel('sync')
  const isInitialRebalance = state === 'Empty' && settings.initialRebalanceDelayMs > 0
  draft.moveTo('PreparingRebalance')
  draft.update({ isInitialRebalance, memberJoinedWhileDelayed: false, pendingSync: new Set() })
  if (isInitialRebalance) {
    const delayMs = settings.initialRebalanceDelayMs
    scheduleDelay(draft, delayMs, Math.max(rebalanceTimeoutMs(draft.group) - delayMs, 0))
  } else if (hasAllMembersJoined(draft.group)) {
    completeJoin(draft)
  } else {
    scheduleJoinTimeout(draft)
  }
}

/** GRP-03, except for the initial delay, which is waited out (GRP-01). */
export function completeJoinIfAllThere(draft: ClassicDraft): void {
  const { state, isInitialRebalance } = draft.group
  if (state === 'PreparingRebalance' && !isInitialRebalance && hasAllMembersJoined(draft.group)) completeJoin(draft)
}

/** GRP-01: each join prolongs the delay, up to the rebalance timeout. */
export function initialDelayOver(
  draft: ClassicDraft,
  delay: { readonly delayMs: number; readonly remainingMs: number },
  settings: GroupSettings,
): void {
  const { group } = draft
  if (group.state !== 'PreparingRebalance' || !group.isInitialRebalance) return
  if (!group.memberJoinedWhileDelayed || delay.remainingMs === 0) {
    completeJoin(draft)
    return
  }
  draft.update({ memberJoinedWhileDelayed: false })
  const delayMs = Math.min(settings.initialRebalanceDelayMs, delay.remainingMs)
  scheduleDelay(draft, delayMs, Math.max(delay.remainingMs - delayMs, 0))
}

export function joinTimedOut(draft: ClassicDraft): void {
  if (draft.group.state === 'PreparingRebalance') completeJoin(draft)
}

/** The join phase ends (GRP-03, GRP-04): a new generation among those who are there. */
export function completeJoin(draft: ClassicDraft): void {
  assert(draft.group.state === 'PreparingRebalance', 'the join phase ends where it began')
  draft.cancel('join')
  for (const member of [...draft.group.members.values()]) {
    if (member.join === undefined && member.groupInstanceId === null) draft.removeMember(member.memberId)
  }
  const { members, leaderId, generationId } = draft.group
  if (members.size === 0) {
    draft.moveTo('Empty')
    draft.update({ generationId: generationId + 1, protocolName: null, isInitialRebalance: false, subscribedTopics: new Set() })
    draft.store()
    return
  }
  const isLeaderThere = leaderId !== null && members.get(leaderId)?.join !== undefined
  const newLeader = isLeaderThere ? leaderId : [...members.values()].find(member => member.join !== undefined)?.memberId
  if (newLeader === undefined) {
    // Only static members that are away: wait for them, until their sessions end.
    draft.update({ isInitialRebalance: false })
    scheduleJoinTimeout(draft)
    return
  }
  draft.update({ leaderId: newLeader })
  beginGeneration(draft)
}

function beginGeneration(draft: ClassicDraft): void {
  draft.moveTo('CompletingRebalance')
  const protocolName = selectProtocol(draft.group)
  draft.update({
    generationId: draft.group.generationId + 1,
    protocolName,
    isInitialRebalance: false,
    pendingSync: new Set(draft.group.members.keys()),
  })
  draft.update({ subscribedTopics: subscribedTopicsOf(draft.group) })
  const { group } = draft
  for (const member of group.members.values()) {
    if (member.join !== undefined) draft.reply(member.join, joinedReply(group, member.memberId))
    draft.sessionTimer(member.memberId, member.sessionTimeoutMs)
  }
  // Whoever cooperates has its partitions until the leader says otherwise: they are not free should the group upgrade now (CG-11).
  draft.mapMembers(member => ({ ...withoutTickets(member, 'join'), isNew: false }))
  const { groupId, generationId } = group
  draft.timer('sync', rebalanceTimeoutMs(group), { kind: 'sync-timeout', groupId, generationId })
}

/** GRP-07: who has not asked for its assignment in time is removed. */
export function syncTimedOut(draft: ClassicDraft, generationId: number, settings: GroupSettings): void {
  const { group } = draft
  if (group.generationId !== generationId || group.pendingSync.size === 0) return
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return
  for (const memberId of group.pendingSync) draft.removeMember(memberId)
  prepareRebalance(draft, settings)
}

function refuseSyncs(draft: ClassicDraft): void {
  for (const member of draft.group.members.values()) {
    if (member.sync === undefined) continue
    draft.reply(member.sync, syncRefusal('REBALANCE_IN_PROGRESS'))
    draft.sessionTimer(member.memberId, member.sessionTimeoutMs)
  }
  draft.mapMembers(member => withoutTickets(member, 'sync'))
}

function scheduleDelay(draft: ClassicDraft, delayMs: number, remainingMs: number): void {
  draft.timer('join', delayMs, { kind: 'initial-delay', groupId: draft.group.groupId, delayMs, remainingMs })
}

function scheduleJoinTimeout(draft: ClassicDraft): void {
  draft.timer('join', rebalanceTimeoutMs(draft.group), { kind: 'join-timeout', groupId: draft.group.groupId })
}
