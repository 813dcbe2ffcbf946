import type { CoordinatorMetadata, CoordinatorTopic, TopicsChange } from '../coordinator/ports.ts'
import type { MetadataDelta, MetadataView, TopicImage } from '../controller/image.ts'
import { dynamicConfigs, resourceType } from '../server/config-layers.ts'

/** The metadata of this broker, reduced to what coordinators look at. */
export function coordinatorMetadata(view: MetadataView): CoordinatorMetadata {
  return {
    topic: name => reduced(view.image().topicsByName.get(name)),
    topicById: topicId => reduced(view.image().topicsById.get(topicId)),
    topicNames: () => view.image().topicsByName.keys(),
    partitionLeader: (topic, partition) => view.image().topicsByName.get(topic)?.partitions[partition]?.leader,
    partitionRacks(topic, partition) {
      const image = view.image()
      const replicas = image.topicsByName.get(topic)?.partitions[partition]?.replicas ?? []
      return replicas.flatMap(brokerId => image.brokers.get(brokerId)?.rack ?? [])
    },
    endpoint(nodeId, listener) {
      const broker = view.image().brokers.get(nodeId)
      return broker?.fenced === false ? broker.endpoints.find(endpoint => endpoint.listener === listener) : undefined
    },
    groupConfig: groupId => dynamicConfigs(view.image(), resourceType.group, groupId),
    featureLevel: name => view.image().features.get(name) ?? 0,
    watchTopics: listener => view.subscribe(delta => tell(delta, listener)),
  }
}

function reduced(topic: TopicImage | undefined): CoordinatorTopic | undefined {
  return topic && { name: topic.name, topicId: topic.topicId, partitionCount: topic.partitions.length }
}

/** Only what coordinators ask about: topics that came, went, or grew. */
function tell({ previous, next, changedTopicIds, deletedTopics }: MetadataDelta, listener: (change: TopicsChange) => void): void {
  const changed = new Set<string>()
  for (const topicId of changedTopicIds) {
    const topic = next.topicsById.get(topicId)
    if (topic === undefined) continue
    if (previous.topicsById.get(topicId)?.partitions.length !== topic.partitions.length) changed.add(topic.name)
  }
  const deleted = deletedTopics.flatMap(topic => reduced(topic) ?? [])
  if (changed.size > 0 || deleted.length > 0) listener({ changed, deleted })
}
