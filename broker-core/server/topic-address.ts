import type { CoordinatorTopic } from '../coordinator/ports.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'

/** The names and ids of topics that exist. */
export interface TopicNames {
  topic(name: string): CoordinatorTopic | undefined
  topicById(topicId: string): CoordinatorTopic | undefined
}

/** Requests about offsets name a topic by id from some version on (OFF-07). */
export function findTopic(
  topics: TopicNames,
  address: { readonly name: string; readonly topicId: string },
  byId: boolean,
): CoordinatorTopic | Extract<KafkaErrorName, 'UNKNOWN_TOPIC_ID' | 'UNKNOWN_TOPIC_OR_PARTITION'> {
  if (byId) return topics.topicById(address.topicId) ?? 'UNKNOWN_TOPIC_ID'
  return topics.topic(address.name) ?? 'UNKNOWN_TOPIC_OR_PARTITION'
}
