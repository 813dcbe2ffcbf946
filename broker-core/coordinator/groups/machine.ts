import { unreachable } from '../../base/assert.ts'
import { answer, type Machine, nothing, replyTo } from '../runtime/machine.ts'
import { emptyClassicGroup } from './classic/classic-group.ts'
import { ClassicDraft, type GroupDecision } from './classic/draft.ts'
import { decideJoin } from './classic/join.ts'
import { decideHeartbeat, decideLeave, decideSessionExpired } from './classic/membership.ts'
import { initialDelayOver, joinTimedOut, syncTimedOut } from './classic/rebalance.ts'
import { decideSync } from './classic/sync.ts'
import type { CompleteTransactionCommand, GroupCommand } from './commands.ts'
import type { GroupFact } from './facts.ts'
import { decideCommit } from './offsets/commit.ts'
import { decideDeleteGroup, decideDeleteOffsets } from './offsets/deletion.ts'
import { decideExpireOffsets, decideTopicsDeleted, expiryTimer } from './offsets/expiry.ts'
import { decodeGroupFact, encodeGroupFact } from './records.ts'
import type { GroupSettings } from './settings.ts'
import { emptyGroupsState, type GroupsState } from './state.ts'

export type GroupMachine = Machine<GroupsState, GroupCommand, GroupFact, never>

/** The groups and offsets of one partition of `__consumer_offsets`. */
export function groupMachine(settings: GroupSettings): GroupMachine {
  return {
    initial: emptyGroupsState,
    decide: (state, command, nowMs) => decide(state, command, nowMs, settings),
    evolve,
    encode: encodeGroupFact,
    decode: decodeGroupFact,
    loaded: (state, nowMs) => loaded(state, nowMs, settings),
  }
}

function decide(state: GroupsState, command: GroupCommand, nowMs: number, settings: GroupSettings): GroupDecision {
  switch (command.kind) {
    case 'join':
      return decideJoin(state.groups.get(command.groupId), command, nowMs, settings)
    case 'sync':
      return decideSync(state.groups.get(command.groupId), command, nowMs)
    case 'heartbeat':
      return decideHeartbeat(state.groups.get(command.groupId), command, nowMs)
    case 'leave':
      return decideLeave(state.groups.get(command.groupId), command, nowMs, settings)
    case 'commit-offsets':
      return decideCommit(state.groups.get(command.groupId), command, nowMs, settings)
    case 'delete-offsets':
      return decideDeleteOffsets(state, command)
    case 'delete-group':
      return decideDeleteGroup(state, command)
    case 'complete-transaction':
      return decideCompleteTransaction(state, command)
    case 'session-expired':
      return decideSessionExpired(state.groups.get(command.groupId), command.memberId, nowMs, settings)
    case 'join-timeout':
      return onGroup(state, command.groupId, nowMs, joinTimedOut)
    case 'initial-delay':
      return onGroup(state, command.groupId, nowMs, draft => initialDelayOver(draft, command, settings))
    case 'sync-timeout':
      return onGroup(state, command.groupId, nowMs, draft => syncTimedOut(draft, command.generationId, settings))
    case 'expire-offsets':
      return decideExpireOffsets(state, nowMs, settings)
    case 'topics-deleted':
      return decideTopicsDeleted(state, command.topics)
    default:
      return unreachable(command)
  }
}

function onGroup(state: GroupsState, groupId: string, nowMs: number, change: (draft: ClassicDraft) => void): GroupDecision {
  const group = state.groups.get(groupId)
  if (group === undefined) return nothing
  const draft = new ClassicDraft(group, nowMs)
  change(draft)
  return draft.decision()
}

/** TXN-12 for the offsets topic. The marker is written also where nothing is pending: the log may hold an open transaction. */
function decideCompleteTransaction(state: GroupsState, command: CompleteTransactionCommand): GroupDecision {
  const { producer, coordinatorEpoch, committed, ticket } = command
  const openEpoch = state.offsets.pendingEpoch(producer.producerId)
  if (openEpoch !== undefined && producer.producerEpoch < openEpoch) return answer(ticket, 'INVALID_PRODUCER_EPOCH')
  return {
    ...nothing,
    facts: [{ kind: 'transaction-ended', producer, coordinatorEpoch, committed }],
    replies: [replyTo(ticket, 'NONE')],
  }
}

/** Total: facts come from the log as well, in any order that compaction leaves. */
function evolve(state: GroupsState, fact: GroupFact): void {
  switch (fact.kind) {
    case 'classic-group':
      if (fact.group === undefined) state.groups.delete(fact.groupId)
      else state.groups.set(fact.groupId, fact.group)
      return
    case 'offset':
      evolveOffset(state, fact)
      return
    case 'transaction-ended':
      state.offsets.endTransaction(fact.producer.producerId, fact.committed)
      return
    default:
      unreachable(fact)
  }
}

function evolveOffset({ offsets }: GroupsState, fact: GroupFact & { kind: 'offset' }): void {
  const { groupId, topic, partition, offset, producer } = fact
  if (offset === undefined) offsets.remove(groupId, topic, partition)
  else if (producer === undefined) offsets.commit(groupId, topic, partition, offset)
  else offsets.addPending(producer, groupId, topic, partition, offset)
}

/** Sessions start anew at a new coordinator (GRP-13); who only keeps offsets has a group as well. */
function loaded(state: GroupsState, nowMs: number, settings: GroupSettings): GroupDecision {
  const facts: GroupFact[] = []
  const timers: GroupDecision['timers'][number][] = [expiryTimer(settings)]
  for (const groupId of state.offsets.groupIds()) {
    if (state.groups.has(groupId)) continue
    facts.push({ kind: 'classic-group', groupId, group: emptyClassicGroup(groupId, nowMs), stored: false })
  }
  for (const group of state.groups.values()) {
    const draft = new ClassicDraft(group, nowMs)
    for (const member of group.members.values()) draft.sessionTimer(member.memberId, member.sessionTimeoutMs)
    timers.push(...draft.decision().timers)
  }
  return { facts, replies: [], timers, effects: [] }
}
