import { unreachable } from '../../base/assert.ts'
import { answer, type Machine, nothing, replyTo } from '../runtime/machine.ts'
import { type ClassicGroup, emptyClassicGroup } from './classic/classic-group.ts'
import { ClassicDraft, type GroupDecision, joinRefusal } from './classic/draft.ts'
import { decideHeartbeat, decideLeave, decideSessionExpired } from './classic/membership.ts'
import { initialDelayOver, joinTimedOut, prepareRebalance, syncTimedOut } from './classic/rebalance.ts'
import { decideSync } from './classic/sync.ts'
import type { CompleteTransactionCommand, GroupCommand } from './commands.ts'
import { type ConsumerGroup, evolveConsumerGroup } from './consumer/consumer-group.ts'
import { type ConsumerContext, sessionTimeoutMs } from './consumer/context.ts'
import { ConsumerDraft } from './consumer/draft.ts'
import type { ConsumerFact } from './consumer/facts.ts'
import { decideConsumerHeartbeat, refusedHeartbeat } from './consumer/heartbeat.ts'
import { decideRevocationExpired, decideSessionExpired as decideConsumerExpired } from './consumer/leave.ts'
import { decideAnyJoin, groupForConsumer } from './consumer/migration.ts'
import { decideMixedHeartbeat, decideMixedLeave, decideMixedSync } from './consumer/mixed.ts'
import type { GroupFact } from './facts.ts'
import { decideCommit, decideMemberCommit } from './offsets/commit.ts'
import { decideDeleteGroup, decideDeleteOffsets } from './offsets/deletion.ts'
import { decideExpireOffsets, decideTopicsDeleted, expiryTimer } from './offsets/expiry.ts'
import { decodeGroupFact, encodeGroupFact } from './records.ts'
import { type GroupSettings, groupsPerPartitionMax } from './settings.ts'
import { classicGroupIn, consumerGroupIn, emptyGroupsState, type GroupsState } from './state.ts'

export type GroupMachine = Machine<GroupsState, GroupCommand, GroupFact, never>

/** The groups and offsets of one partition of `__consumer_offsets`. */
export function groupMachine(context: ConsumerContext): GroupMachine {
  return {
    initial: emptyGroupsState,
    decide: (state, command, nowMs) => decide(state, command, nowMs, context),
    evolve,
    encode: encodeGroupFact,
    decode: decodeGroupFact,
    loaded: (state, nowMs) => loaded(state, nowMs, context),
  }
}

function decide(state: GroupsState, command: GroupCommand, nowMs: number, context: ConsumerContext): GroupDecision {
  const { settings } = context
  const refused = overflowRefusal(state, command) ?? zombieRefusal(state, command)
  if (refused !== undefined) return refused
  const mixed = decideMixed(state, command, nowMs, context)
  if (mixed !== undefined) return mixed
  switch (command.kind) {
    case 'join':
      return decideAnyJoin(state, command, nowMs, context)
    case 'sync':
      return decideSync(classicGroupIn(state, command.groupId), command, nowMs)
    case 'heartbeat':
      return decideHeartbeat(classicGroupIn(state, command.groupId), command, nowMs)
    case 'leave':
      return decideLeave(classicGroupIn(state, command.groupId), command, nowMs, settings)
    case 'commit-offsets':
      return decideCommit(classicGroupIn(state, command.groupId), command, nowMs, settings)
    case 'delete-offsets':
      return decideDeleteOffsets(state, command)
    case 'delete-group':
      return decideDeleteGroup(state, command)
    case 'complete-transaction':
      return decideCompleteTransaction(state, command)
    case 'session-expired':
      return withoutLeftover(
        state,
        decideSessionExpired(classicGroupIn(state, command.groupId), command.memberId, nowMs, settings),
      )
    case 'join-timeout':
      return onGroup(state, command.groupId, nowMs, joinTimedOut)
    case 'initial-delay':
      return onGroup(state, command.groupId, nowMs, draft => initialDelayOver(draft, command, settings))
    case 'sync-timeout':
      return onGroup(state, command.groupId, nowMs, draft => syncTimedOut(draft, command.generationId, settings))
    case 'consumer-heartbeat':
      return decideConsumerHeartbeat(groupForConsumer(state, command, nowMs, context), command, nowMs, context)
    case 'consumer-session-expired':
      return decideConsumerExpired(consumerGroupIn(state, command.groupId), command.memberId, nowMs, context)
    case 'consumer-revocation-expired':
      return decideRevocationExpired(consumerGroupIn(state, command.groupId), command, nowMs, context)
    case 'expire-offsets':
      return decideExpireOffsets(state, nowMs, context)
    case 'topics-deleted':
      return decideTopicsDeleted(state, command.topics)
    default:
      return unreachable(command)
  }
}

function onGroup(state: GroupsState, groupId: string, nowMs: number, change: (draft: ClassicDraft) => void): GroupDecision {
  const group = classicGroupIn(state, groupId)
  if (group === undefined) return nothing
  const draft = new ClassicDraft(group, nowMs)
  change(draft)
  return draft.decision()
}

/** Whoever would begin one group more than there may be. */
function overflowRefusal(state: GroupsState, command: GroupCommand): GroupDecision | undefined {
  if (state.groups.size < groupsPerPartitionMax || !('groupId' in command) || state.groups.has(command.groupId)) return undefined
  const error = 'COORDINATOR_NOT_AVAILABLE'
  switch (command.kind) {
    case 'join':
      return answer(command.ticket, joinRefusal(error, command.memberId))
    case 'consumer-heartbeat':
      return answer(command.ticket, refusedHeartbeat(error))
    case 'commit-offsets':
      return answer(command.ticket, error)
    default:
      return undefined
  }
}

/** TXN-05: a newer instance of the producer has a transaction open here. */
function zombieRefusal({ offsets }: GroupsState, command: GroupCommand): GroupDecision | undefined {
  if (command.kind !== 'commit-offsets' || command.producer === undefined) return undefined
  const openEpoch = offsets.pendingEpoch(command.producer.producerId)
  const isZombie = openEpoch !== undefined && command.producer.producerEpoch < openEpoch
  return isZombie ? answer(command.ticket, 'INVALID_PRODUCER_EPOCH') : undefined
}

/** A group that only ever handed out an id, which nobody used, leaves nothing behind. */
function withoutLeftover({ offsets }: GroupsState, decision: GroupDecision): GroupDecision {
  const [fact] = decision.facts
  if (fact?.kind !== 'classic-group' || fact.group === undefined) return decision
  const { generationId, groupId, members, pendingMembers } = fact.group
  const isUsed = generationId > 0 || members.size > 0 || pendingMembers.size > 0
  if (isUsed || offsets.hasOffsets(groupId) || offsets.hasPending(groupId)) return decision
  return { ...decision, facts: [{ ...fact, group: undefined, stored: false }] }
}

/** Requests of the classic protocol about a consumer group (CG-11); undefined: not such. */
function decideMixed(
  state: GroupsState,
  command: GroupCommand,
  nowMs: number,
  context: ConsumerContext,
): GroupDecision | undefined {
  const group = 'groupId' in command ? consumerGroupIn(state, command.groupId) : undefined
  if (group === undefined) return undefined
  switch (command.kind) {
    case 'sync':
      return decideMixedSync(group, command, context)
    case 'heartbeat':
      return decideMixedHeartbeat(group, command, nowMs, context)
    case 'leave':
      return decideMixedLeave(group, command, nowMs, context)
    case 'commit-offsets':
      return decideMemberCommit(group, command, nowMs, context.settings)
    default:
      return undefined
  }
}

/** TXN-12 for the offsets topic. The marker is written also where nothing is pending: the log may hold an open transaction. */
function decideCompleteTransaction(state: GroupsState, command: CompleteTransactionCommand): GroupDecision {
  const { producer, coordinatorEpoch, committed, ticket } = command
  const openEpoch = state.offsets.pendingEpoch(producer.producerId)
  // With an epoch per transaction a marker of the epoch that is open is a late one, of the transaction before.
  const isLate = openEpoch !== undefined && producer.producerEpoch < openEpoch + (command.transactionVersion >= 2 ? 1 : 0)
  if (isLate) return answer(ticket, 'INVALID_PRODUCER_EPOCH')
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
      if (fact.group !== undefined) state.groups.set(fact.groupId, fact.group)
      else if (classicGroupIn(state, fact.groupId) !== undefined) state.groups.delete(fact.groupId)
      return
    case 'offset':
      evolveOffset(state, fact)
      return
    case 'transaction-ended':
      state.offsets.endTransaction(fact.producer.producerId, fact.committed)
      return
    default:
      evolveConsumer(state, fact)
  }
}

/** Of a group that is classic by now only values count: its tombstones as a consumer group came before. */
function evolveConsumer({ groups }: GroupsState, fact: ConsumerFact): void {
  const present = groups.get(fact.groupId)
  const next = evolveConsumerGroup(present?.type === 'consumer' ? present : undefined, fact)
  if (next !== undefined) groups.set(fact.groupId, next)
  else if (present?.type === 'consumer') groups.delete(fact.groupId)
}

function evolveOffset({ offsets }: GroupsState, fact: GroupFact & { kind: 'offset' }): void {
  const { groupId, topic, partition, offset, producer } = fact
  if (offset === undefined) offsets.remove(groupId, topic, partition)
  else if (producer === undefined) offsets.commit(groupId, topic, partition, offset)
  else offsets.addPending(producer, groupId, topic, partition, offset)
}

/** Sessions start anew at a new coordinator (GRP-13); who only keeps offsets has a group as well. */
function loaded(state: GroupsState, nowMs: number, context: ConsumerContext): GroupDecision {
  const { settings } = context
  const facts: GroupFact[] = []
  const timers: GroupDecision['timers'][number][] = [expiryTimer(settings)]
  for (const groupId of state.offsets.groupIds()) {
    if (state.groups.has(groupId)) continue
    facts.push({ kind: 'classic-group', groupId, group: emptyClassicGroup(groupId, nowMs), stored: false })
  }
  for (const group of state.groups.values()) {
    const resumed = group.type === 'classic' ? classicResumed(group, nowMs, settings) : consumerResumed(group, context)
    facts.push(...resumed.facts)
    timers.push(...resumed.timers)
  }
  return { facts, replies: [], timers, effects: [] }
}

function classicResumed(group: ClassicGroup, nowMs: number, settings: GroupSettings): GroupDecision {
  const draft = new ClassicDraft(group, nowMs)
  for (const member of group.members.values()) draft.sessionTimer(member.memberId, member.sessionTimeoutMs)
  // CG-11: what the last member of the consumer protocol had is still to be given to somebody.
  const isJustDowngraded = group.members.size > 0 && group.leaderId === null
  // GRP-05: there may be fewer by now; the first to come again stay.
  if (isJustDowngraded || group.members.size > settings.groupSizeMax) prepareRebalance(draft, settings)
  return draft.decision()
}

function consumerResumed(group: ConsumerGroup, context: ConsumerContext): GroupDecision {
  const draft = new ConsumerDraft(group, group.groupId)
  for (const member of group.members.values()) {
    draft.sessionTimer(member.memberId, member.classic?.sessionTimeoutMs ?? sessionTimeoutMs(context, group.groupId))
    if (member.state === 'unrevoked') draft.revocationTimer(member.memberId, member.rebalanceTimeoutMs)
  }
  return draft.decision()
}
