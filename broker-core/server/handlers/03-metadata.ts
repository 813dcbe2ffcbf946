import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../../controller/image.ts'
import { isInternalTopic } from '../../model/internal-topics.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { metadata } from '../../protocol/messages/03-metadata.ts'
import { clusterOperations, operationsNotAsked, topicOperations } from '../authorized-operations.ts'
import { handler, type Handler, type RequestContext } from '../handler.ts'
import { anyLiveBroker, liveBrokers, offlineReplicas } from '../live-brokers.ts'
import { nodeEndpoints } from '../partition-access.ts'
import { isTopicName } from '../topic-name.ts'

type Request = RequestOf<typeof metadata>
type Response = ResponseOf<typeof metadata>
type TopicResponse = Response['topics'][number]

export interface MetadataDeps {
  image(): MetadataImage
  /** [0, 1): which live broker is named as controller. */
  fraction(): number
  /** `auto.create.topics.enable`. */
  readonly createsTopics: boolean
  /** Asks the controller for topics with the broker's defaults; resolves with what came of each name, NONE included. Never rejects. */
  createTopics(names: readonly string[]): Promise<ReadonlyMap<string, KafkaErrorName>>
}

/** Metadata v0-13: META-01..03. Answers from the newest committed image of this broker. */
export function metadataHandler(deps: MetadataDeps): Handler<typeof metadata> {
  return handler(metadata, (request, context) => {
    const image = deps.image()
    const topics = wantedTopics(request, context, image)
    const missing = topics.filter(topic => topic.errorCode === unknownTopic && topic.name !== null).map(topic => topic.name ?? '')
    const mayCreate = deps.createsTopics && request.allowAutoTopicCreation && missing.length > 0
    if (!mayCreate) return answer(deps, request, context, image, topics)
    return deps.createTopics(missing).then(results => {
      const told = topics.map(topic => (topic.errorCode === unknownTopic ? created(topic, results) : topic))
      return answer(deps, request, context, deps.image(), told)
    })
  })
}

const unknownTopic = errorCode('UNKNOWN_TOPIC_OR_PARTITION')

function wantedTopics(request: Request, context: RequestContext, image: MetadataImage): TopicResponse[] {
  const isAll = request.topics === null || (context.apiVersion === 0 && request.topics.length === 0)
  const isAsked = request.includeTopicAuthorizedOperations
  if (isAll) return [...image.topicsByName.values()].map(topic => described(image, context, topic, isAsked))
  const seen = new Set<string>()
  const wantedOnce = (request.topics ?? []).filter(({ name, topicId }) => seen.size < seen.add(`${topicId}:${name}`).size)
  return wantedOnce.map(wanted => {
    const hasId = wanted.name === null || wanted.topicId !== zeroUuid
    // v10 and v11 have the field, but ids count since v12 only.
    if (hasId && context.apiVersion < 12) return refused(wanted.name ?? '', wanted.topicId, 'INVALID_REQUEST')
    if (hasId || wanted.name === null) {
      const topic = image.topicsById.get(wanted.topicId)
      return topic === undefined ? refused(null, wanted.topicId, 'UNKNOWN_TOPIC_ID') : described(image, context, topic, isAsked)
    }
    const topic = image.topicsByName.get(wanted.name)
    if (topic !== undefined) return described(image, context, topic, isAsked)
    return refused(wanted.name, zeroUuid, isTopicName(wanted.name) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION')
  })
}

function described(image: MetadataImage, context: RequestContext, topic: TopicImage, withOperations: boolean): TopicResponse {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map(partition => describedPartition(image, context, partition)),
    topicAuthorizedOperations: withOperations ? topicOperations : operationsNotAsked,
  }
}

function describedPartition(image: MetadataImage, context: RequestContext, partition: PartitionImage) {
  return {
    errorCode: errorCode(leaderError(image, context, partition)),
    partitionIndex: partition.partition,
    leaderId: partition.leader,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    offlineReplicas: offlineReplicas(image, partition),
  }
}

function leaderError(image: MetadataImage, context: RequestContext, partition: PartitionImage): KafkaErrorName {
  const leader = image.brokers.get(partition.leader)
  if (partition.leader < 0 || leader === undefined || leader.fenced) return 'LEADER_NOT_AVAILABLE'
  const isReachable = leader.endpoints.some(endpoint => endpoint.listener === context.listener)
  if (isReachable) return 'NONE'
  return context.apiVersion >= 6 ? 'LISTENER_NOT_FOUND' : 'LEADER_NOT_AVAILABLE'
}

function refused(name: string | null, topicId: string, error: KafkaErrorName): TopicResponse {
  return {
    errorCode: errorCode(error),
    name,
    topicId,
    isInternal: name !== null && isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: operationsNotAsked,
  }
}

/** META-01: the client asks again; by then leaders are known. */
function created(topic: TopicResponse, results: ReadonlyMap<string, KafkaErrorName>): TopicResponse {
  const result = results.get(topic.name ?? '')
  const isUnderWay = result === 'NONE' || result === 'TOPIC_ALREADY_EXISTS'
  const told = result === 'INVALID_REPLICATION_FACTOR' || result === 'INVALID_TOPIC_EXCEPTION' || result === 'POLICY_VIOLATION'
  if (isUnderWay) return { ...topic, errorCode: errorCode('LEADER_NOT_AVAILABLE') }
  return told ? { ...topic, errorCode: errorCode(result) } : topic
}

function answer(
  deps: MetadataDeps,
  request: Request,
  context: RequestContext,
  image: MetadataImage,
  topics: readonly TopicResponse[],
): Response {
  const live = [...liveBrokers(image)].map(broker => broker.brokerId)
  return {
    throttleTimeMs: 0,
    brokers: nodeEndpoints(image, live, context.listener),
    clusterId: image.clusterId,
    controllerId: anyLiveBroker(image, deps.fraction()),
    topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
    errorCode: 0,
  }
}
