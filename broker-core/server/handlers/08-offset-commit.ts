import type { CommitReply, OffsetToCommit } from '../../coordinator/groups/commands.ts'
import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { offsetCommit } from '../../protocol/messages/08-offset-commit.ts'
import { handler, type Handler } from '../handler.ts'
import { findTopic, type TopicNames } from '../topic-address.ts'

type TopicRequest = RequestOf<typeof offsetCommit>['topics'][number]
type TopicResponse = ResponseOf<typeof offsetCommit>['topics'][number]

/** From this version on topics have ids (OFF-07). */
const topicIdsSince = 10

/** OffsetCommit v2-10: OFF-01, OFF-02, OFF-05, OFF-07, OFF-08. */
export function offsetCommitHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'commitOffsets'>
  readonly topics: TopicNames
}): Handler<typeof offsetCommit> {
  return handler(offsetCommit, async (request, { apiVersion }) => {
    const { offsets, errors } = offsetsToCommit(deps.topics, request.topics, apiVersion >= topicIdsSince)
    const reply: CommitReply =
      offsets.length === 0 && request.topics.length > 0
        ? []
        : await deps.groups.commitOffsets({ ...request, apiVersion, offsets })
    return { throttleTimeMs: 0, topics: commitResults(request.topics, errors, reply) }
  })
}

/** What TxnOffsetCommit asks for has the same shape. */
export function offsetsToCommit(
  topics: TopicNames,
  wanted: readonly TopicRequest[],
  byId: boolean,
): { readonly offsets: readonly OffsetToCommit[]; readonly errors: readonly (KafkaErrorName | undefined)[] } {
  const offsets: OffsetToCommit[] = []
  const errors = wanted.map((address): KafkaErrorName | undefined => {
    const topic = findTopic(topics, address, byId)
    if (typeof topic === 'string') return topic
    for (const partition of address.partitions) {
      offsets.push({
        topic: topic.name,
        topicId: topic.topicId,
        partition: partition.partitionIndex,
        offset: partition.committedOffset,
        leaderEpoch: partition.committedLeaderEpoch,
        metadata: partition.committedMetadata ?? '',
      })
    }
    return undefined
  })
  return { offsets, errors }
}

/** Results in the shape of the request: `errors` are those of whole topics, the reply is about the partitions of the others. */
export function commitResults(
  wanted: readonly TopicRequest[],
  errors: readonly (KafkaErrorName | undefined)[],
  reply: CommitReply,
): readonly TopicResponse[] {
  let next = 0
  return wanted.map(({ name, topicId, partitions }, at) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => {
      const error = errors[at] ?? (typeof reply === 'string' ? reply : (reply[next++] ?? 'UNKNOWN_SERVER_ERROR'))
      return { partitionIndex, errorCode: errorCode(error) }
    }),
  }))
}
