import { zeroUuid } from '../../base/bytes/uuid.ts'
import { errorName, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { TopicPartition } from '../../model/ids.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { offsetCommit } from '../../protocol/messages/08-offset-commit.ts'
import { offsetFetch } from '../../protocol/messages/09-offset-fetch.ts'
import { offsetDelete } from '../../protocol/messages/47-offset-delete.ts'
import { type Outcome, outcomeOf, throwOnError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { signalOf } from './controller-call.ts'
import { groupByTopic } from './group-by-topic.ts'
import { throwIfCoordinatorMoved } from './groups.ts'

export interface CommittedOffset extends TopicPartition {
  /** The next record to read; -1: nothing committed. */
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
  readonly error: KafkaErrorName
}

/** Versions with topic ids are left out: topics that are gone would have no name in them. */
const lastVersionWithNames = 9

/** Committed offsets of a group; of all partitions that have one, or of those given. Looking changes nothing. */
export async function committedOffsets(
  client: KafkaClient,
  groupId: string,
  options: RetryOptions & { readonly partitions?: readonly TopicPartition[]; readonly requireStable?: boolean } = {},
): Promise<readonly CommittedOffset[]> {
  const place = { api: offsetFetch.name, group: groupId }
  return client.retry(async () => {
    const destination = { to: 'coordinator', of: 'group', key: groupId } as const
    const sendOptions = { versionMin: 2, versionMax: lastVersionWithNames, ...signalOf(options) }
    const reply = await client.send(offsetFetch, version => fetchBody(groupId, options, version), destination, sendOptions)
    const group = reply.groups[0] ?? reply
    throwOnError(group.errorCode, place)
    return committedIn(group.topics)
  }, options)
}

/** First version that takes many groups at once. */
const firstVersionWithGroups = 8

/**
 * Committed offsets of many groups of one coordinator in one request; a group that it answers with an error is absent, so that it can
 * be asked for alone. One attempt. Throws when the broker is too old for it.
 */
export async function committedOffsetsAt(
  client: KafkaClient,
  coordinatorId: number,
  groupIds: readonly string[],
  options: RetryOptions = {},
): Promise<ReadonlyMap<string, readonly CommittedOffset[]>> {
  const sendOptions = {
    versionMin: firstVersionWithGroups,
    versionMax: lastVersionWithNames,
    ...signalOf(options),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  }
  const groups = groupIds.map(groupId => ({ groupId, memberId: null, memberEpoch: -1, topics: null }))
  const body = { ...offsetFetch.request.zero, groups }
  const reply = await client.send(offsetFetch, body, { to: 'broker', nodeId: coordinatorId }, sendOptions)
  const answered = reply.groups.filter(group => group.errorCode === 0)
  return new Map(answered.map(group => [group.groupId, committedIn(group.topics)]))
}

function fetchBody(
  groupId: string,
  options: { readonly partitions?: readonly TopicPartition[]; readonly requireStable?: boolean },
  version: number,
) {
  const topics =
    options.partitions === undefined
      ? null
      : groupByTopic(options.partitions).map(([name, some]) => ({
          name,
          topicId: zeroUuid,
          partitionIndexes: some.map(it => it.partition),
        }))
  const body = { ...offsetFetch.request.zero, requireStable: version >= 7 && (options.requireStable ?? false) }
  if (version < 8) return { ...body, groupId, topics }
  return { ...body, groups: [{ groupId, memberId: null, memberEpoch: -1, topics }] }
}

type FetchReply = ResponseOf<typeof offsetFetch>
type FetchedTopics = FetchReply['topics'] | FetchReply['groups'][number]['topics']

function committedIn(topics: FetchedTopics): readonly CommittedOffset[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(it => ({
      topic: name,
      partition: it.partitionIndex,
      offset: it.committedOffset,
      leaderEpoch: it.committedLeaderEpoch,
      metadata: it.metadata ?? '',
      error: errorName(it.errorCode),
    })),
  )
}

export interface OffsetToCommit extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch?: number
  readonly metadata?: string
}

/** Who commits, when it is a member; without one only groups without members take offsets (UNKNOWN_MEMBER_ID otherwise). */
export interface CommittingMember {
  readonly memberId: string
  readonly generationOrEpoch: number
  readonly instanceId?: string | null
}

/** Sets committed offsets. One outcome per partition. */
export async function alterGroupOffsets(
  client: KafkaClient,
  groupId: string,
  offsets: readonly OffsetToCommit[],
  options: RetryOptions & { readonly member?: CommittingMember } = {},
): Promise<readonly (TopicPartition & Outcome)[]> {
  const { member } = options
  const body = {
    ...offsetCommit.request.zero,
    groupId,
    generationIdOrMemberEpoch: member?.generationOrEpoch ?? -1,
    memberId: member?.memberId ?? '',
    groupInstanceId: member?.instanceId ?? null,
    topics: groupByTopic(offsets).map(([name, some]) => ({
      name,
      topicId: zeroUuid,
      partitions: some.map(it => ({
        partitionIndex: it.partition,
        committedOffset: it.offset,
        committedLeaderEpoch: it.leaderEpoch ?? -1,
        committedMetadata: it.metadata ?? '',
      })),
    })),
  }
  return client.retry(async () => {
    const destination = { to: 'coordinator', of: 'group', key: groupId } as const
    const reply = await client.send(offsetCommit, body, destination, { versionMax: lastVersionWithNames, ...signalOf(options) })
    return outcomesIn(reply.topics, groupId)
  }, options)
}

/** Forgets committed offsets. Topics to which members are subscribed answer GROUP_SUBSCRIBED_TO_TOPIC. */
export async function deleteGroupOffsets(
  client: KafkaClient,
  groupId: string,
  partitions: readonly TopicPartition[],
  options: RetryOptions = {},
): Promise<readonly (TopicPartition & Outcome)[]> {
  const topics = groupByTopic(partitions).map(([name, some]) => ({
    name,
    partitions: some.map(it => ({ partitionIndex: it.partition })),
  }))
  return client.retry(async () => {
    const destination = { to: 'coordinator', of: 'group', key: groupId } as const
    const reply = await client.send(offsetDelete, { groupId, topics }, destination, signalOf(options))
    throwOnError(reply.errorCode, { api: offsetDelete.name, group: groupId })
    return outcomesIn(reply.topics, groupId)
  }, options)
}

type Topics = readonly {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
}[]

/** A coordinator that moved or is loading says so for partitions, perhaps only for some: then all of it is sent again. */
function outcomesIn(topics: Topics, groupId: string): readonly (TopicPartition & Outcome)[] {
  for (const { partitions } of topics) for (const it of partitions) throwIfCoordinatorMoved(it.errorCode, groupId)
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(it => ({ topic: name, partition: it.partitionIndex, ...outcomeOf(it.errorCode) })),
  )
}
