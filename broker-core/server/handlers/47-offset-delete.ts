import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import { offsetDelete } from '../../protocol/messages/47-offset-delete.ts'
import { handler, type Handler } from '../handler.ts'
import type { TopicNames } from '../topic-address.ts'

/** OffsetDelete v0: GRP-15. */
export function offsetDeleteHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'deleteOffsets'>
  readonly topics: Pick<TopicNames, 'topic'>
}): Handler<typeof offsetDelete> {
  return handler(offsetDelete, async ({ groupId, topics }) => {
    const existing = new Set(topics.map(topic => topic.name).filter(name => deps.topics.topic(name) !== undefined))
    const exists = (topic: string): boolean => existing.has(topic)
    const partitions = topics.flatMap(topic =>
      exists(topic.name) ? topic.partitions.map(({ partitionIndex }) => ({ topic: topic.name, partition: partitionIndex })) : [],
    )
    const reply = await deps.groups.deleteOffsets({ groupId, partitions })
    if (typeof reply === 'string') return { ...offsetDelete.response.zero, errorCode: errorCode(reply) }
    let next = 0
    const result = (topic: string): KafkaErrorName =>
      exists(topic) ? (reply[next++] ?? 'UNKNOWN_SERVER_ERROR') : 'UNKNOWN_TOPIC_OR_PARTITION'
    return {
      errorCode: 0,
      throttleTimeMs: 0,
      topics: topics.map(topic => ({
        name: topic.name,
        partitions: topic.partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: errorCode(result(topic.name)),
        })),
      })),
    }
  })
}
