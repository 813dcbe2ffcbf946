import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../../controller/image.ts'
import { isInternalTopic } from '../../model/internal-topics.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { describeTopicPartitions } from '../../protocol/messages/75-describe-topic-partitions.ts'
import { operationsNotAsked, topicOperations } from '../authorized-operations.ts'
import { handler, type Handler } from '../handler.ts'
import { isAlive, offlineReplicas } from '../live-brokers.ts'
import { isTopicName } from '../topic-name.ts'

type Request = RequestOf<typeof describeTopicPartitions>
type Response = ResponseOf<typeof describeTopicPartitions>
type TopicResponse = Response['topics'][number]

export interface DescribeTopicPartitionsDeps {
  image(): MetadataImage
  /** `max.request.partition.size.limit`. */
  readonly partitionsMax: number
}

/** DescribeTopicPartitions v0: META-04. */
export function describeTopicPartitionsHandler(deps: DescribeTopicPartitionsDeps): Handler<typeof describeTopicPartitions> {
  return handler(describeTopicPartitions, request => {
    const image = deps.image()
    const names = namesFrom(request, image)
    if (names === undefined) return refusedCursor(request)
    let room = Math.max(1, Math.min(request.responsePartitionLimit, deps.partitionsMax))
    const topics: TopicResponse[] = []
    for (const name of names) {
      if (room === 0) return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: 0 } }
      const topic = image.topicsByName.get(name)
      if (topic === undefined) {
        topics.push(refused(name, isTopicName(name) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'))
        continue
      }
      const from = request.cursor?.topicName === name ? request.cursor.partitionIndex : 0
      const page = topic.partitions.slice(from, from + room)
      topics.push(described(image, topic, page))
      room -= page.length
      const next = from + page.length
      if (next < topic.partitions.length) {
        return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: next } }
      }
    }
    return { throttleTimeMs: 0, topics, nextCursor: null }
  })
}

/** Sorted; from the cursor on. No topics asked for: all. Undefined: the cursor names a topic that was not asked for, or no partition. */
function namesFrom(request: Request, image: MetadataImage): string[] | undefined {
  const isAll = request.topics.length === 0
  const asked = isAll ? image.topicsByName.keys() : request.topics.map(topic => topic.name)
  const names = [...new Set(asked)].sort()
  const { cursor } = request
  if (cursor === null) return names
  if (cursor.partitionIndex < 0) return undefined
  if (!isAll && !names.includes(cursor.topicName)) return undefined
  return names.filter(name => name >= cursor.topicName)
}

function described(image: MetadataImage, topic: TopicImage, partitions: readonly PartitionImage[]): TopicResponse {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: isInternalTopic(topic.name),
    partitions: partitions.map(partition => ({
      errorCode: errorCode(isAlive(image, partition.leader) ? 'NONE' : 'LEADER_NOT_AVAILABLE'),
      partitionIndex: partition.partition,
      leaderId: partition.leader,
      leaderEpoch: partition.leaderEpoch,
      replicaNodes: partition.replicas,
      isrNodes: partition.isr,
      eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
      lastKnownElr: partition.lastKnownElr,
      offlineReplicas: offlineReplicas(image, partition),
    })),
    topicAuthorizedOperations: topicOperations,
  }
}

/** As Kafka words it: there is no place for an error but in the topics. */
const refusedCursor = (request: Request): Response => ({
  throttleTimeMs: 0,
  topics: request.topics.map(({ name }) => ({ ...refused(name, 'INVALID_REQUEST'), isInternal: false })),
  nextCursor: null,
})

const refused = (name: string, error: KafkaErrorName): TopicResponse => ({
  errorCode: errorCode(error),
  name,
  topicId: zeroUuid,
  isInternal: isInternalTopic(name),
  partitions: [],
  topicAuthorizedOperations: operationsNotAsked,
})
