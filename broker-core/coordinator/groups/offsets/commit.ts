import { unreachable } from '../../../base/assert.ts'
import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { answer, replyTo } from '../../runtime/machine.ts'
import { type ClassicGroup, emptyClassicGroup, memberRefusal } from '../classic/classic-group.ts'
import { ClassicDraft, type GroupDecision } from '../classic/draft.ts'
import { touchSession } from '../classic/membership.ts'
import type { CommitOffsetsCommand } from '../commands.ts'
import type { ConsumerGroup } from '../consumer/consumer-group.ts'
import type { GroupFact } from '../facts.ts'
import type { GroupSettings } from '../settings.ts'

/** OffsetCommit and TxnOffsetCommit of a classic group: OFF-01, OFF-02, TXN-08, TXN-09. */
export function decideCommit(
  group: ClassicGroup | undefined,
  command: CommitOffsetsCommand,
  nowMs: number,
  settings: GroupSettings,
): GroupDecision {
  const refusal = group === undefined ? absentGroupRefusal(command) : commitRefusal(group, command)
  if (refusal !== undefined) return answer(command.ticket, refusal)
  const draft = new ClassicDraft(group ?? emptyClassicGroup(command.groupId, nowMs), nowMs, group === undefined)
  touchSession(draft, command.memberId)
  const soft = draft.decision()
  const written = offsetsWritten(command, nowMs, settings)
  return {
    ...soft,
    facts: [...soft.facts, ...written.facts],
    replies: [replyTo(command.ticket, written.errors)],
  }
}

export function offsetsWritten(
  command: CommitOffsetsCommand,
  nowMs: number,
  settings: GroupSettings,
  isStale: (topicId: string, partition: number) => boolean = () => false,
): { readonly facts: readonly GroupFact[]; readonly errors: readonly KafkaErrorName[] } {
  const facts: GroupFact[] = []
  const expireTimestampMs = command.retentionTimeMs < 0 ? -1 : nowMs + command.retentionTimeMs
  const errors = command.offsets.map((commit): KafkaErrorName => {
    if (isStale(commit.topicId, commit.partition)) return 'STALE_MEMBER_EPOCH'
    if (commit.metadata.length > settings.offsetMetadataBytesMax) return 'OFFSET_METADATA_TOO_LARGE'
    const { topic, partition, offset, leaderEpoch, metadata, topicId } = commit
    const stored = { offset, leaderEpoch, metadata, commitTimestampMs: nowMs, expireTimestampMs, topicId }
    const fact = { kind: 'offset', groupId: command.groupId, topic, partition, offset: stored } as const
    facts.push(command.producer === undefined ? fact : { ...fact, producer: command.producer })
    return 'NONE'
  })
  return { facts, errors }
}

/** A group that is not there is in no generation; who manages its partitions itself brings it about (OFF-01). */
function absentGroupRefusal({
  apiVersion,
  generationIdOrMemberEpoch,
  producer,
}: CommitOffsetsCommand): KafkaErrorName | undefined {
  if (generationIdOrMemberEpoch < 0) return undefined
  return producer === undefined && apiVersion >= memberEpochsSince ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION'
}

/** OffsetCommit and TxnOffsetCommit in a consumer group: OFF-08. */
export function decideMemberCommit(
  group: ConsumerGroup,
  command: CommitOffsetsCommand,
  nowMs: number,
  settings: GroupSettings,
): GroupDecision {
  const refusal = memberCommitRefusal(group, command)
  if (refusal !== undefined) return answer(command.ticket, refusal)
  const { errors, facts } = offsetsWritten(command, nowMs, settings, isZombieCommit(group, command))
  // All or nothing, as in Kafka: a transaction must not keep half of the offsets of a member that is behind.
  if (errors.includes('STALE_MEMBER_EPOCH')) return answer(command.ticket, 'STALE_MEMBER_EPOCH')
  return { facts, replies: [replyTo(command.ticket, errors)], timers: [], effects: [] }
}

/** From this version of OffsetCommit on clients know what epochs of members are. */
const memberEpochsSince = 9

function memberCommitRefusal(group: ConsumerGroup, command: CommitOffsetsCommand): KafkaErrorName | undefined {
  const { generationIdOrMemberEpoch: epoch, groupInstanceId, memberId, producer } = command
  if (epoch < 0 && group.members.size === 0) return undefined
  const isAnonymous = epoch < 0 && memberId === '' && groupInstanceId === null
  if (isAnonymous && producer !== undefined) return undefined
  const member = group.members.get(memberId)
  if (member === undefined) return 'UNKNOWN_MEMBER_ID'
  if (member.classic !== null) return epoch === member.epoch ? undefined : 'ILLEGAL_GENERATION'
  if (producer === undefined && command.apiVersion < memberEpochsSince) return 'UNSUPPORTED_VERSION'
  return epoch > member.epoch || epoch < 0 ? 'STALE_MEMBER_EPOCH' : undefined
}

/** An older epoch may still commit what the member has had since before it. */
function isZombieCommit(group: ConsumerGroup, command: CommitOffsetsCommand) {
  const member = group.members.get(command.memberId)
  const epoch = command.generationIdOrMemberEpoch
  if (member === undefined || member.classic !== null || epoch === member.epoch) return undefined
  return (topicId: string, partition: number): boolean => {
    const assignedIn = member.assigned.get(topicId)?.get(partition) ?? member.pendingRevocation.get(topicId)?.get(partition)
    return assignedIn === undefined || epoch < assignedIn
  }
}

function commitRefusal(group: ClassicGroup, command: CommitOffsetsCommand): KafkaErrorName | undefined {
  const { generationIdOrMemberEpoch: generationId, memberId, groupInstanceId } = command
  const isTransactional = command.producer !== undefined
  if (generationId < 0 && group.state === 'Empty') return undefined
  if (generationId >= 0 || memberId !== '' || groupInstanceId !== null) {
    const refusal = memberRefusal(group, command)
    if (refusal !== undefined) return refusal
    if (generationId !== group.generationId) return 'ILLEGAL_GENERATION'
  } else if (!isTransactional) {
    return 'UNKNOWN_MEMBER_ID'
  }
  return isTransactional ? undefined : stateRefusal(group)
}

function stateRefusal({ state }: ClassicGroup): KafkaErrorName | undefined {
  switch (state) {
    case 'CompletingRebalance':
      return 'REBALANCE_IN_PROGRESS'
    case 'Empty':
    case 'PreparingRebalance':
    case 'Stable':
      return undefined
    case 'Dead':
      return 'COORDINATOR_NOT_AVAILABLE'
    default:
      return unreachable(state)
  }
}
