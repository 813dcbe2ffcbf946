import type { ResponseOf } from '../../protocol/api.ts'
import { createTopics as createTopicsApi } from '../../protocol/messages/19-create-topics.ts'
import { deleteTopics as deleteTopicsApi } from '../../protocol/messages/20-delete-topics.ts'
import { createPartitions as createPartitionsApi } from '../../protocol/messages/37-create-partitions.ts'
import { type Outcome, outcomeOf } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import type { TopicMetadata } from '../metadata/cluster-metadata.ts'
import { changesLane, controllerCall, controllerTimeoutMs } from './controller-call.ts'

export interface TopicToCreate {
  readonly name: string
  /** -1 or absent: the cluster's default. */
  readonly partitions?: number
  /** -1 or absent: the cluster's default. */
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
  /** Replicas of each partition, the preferred leader first; then the two counts are not given. */
  readonly assignments?: readonly (readonly number[])[]
}

export interface TopicCreation extends Outcome {
  readonly name: string
  readonly topicId: string
  /** -1 with brokers that do not say. */
  readonly partitions: number
  readonly replicationFactor: number
}

/** All topics of the cluster, in order of name. */
export async function listTopics(client: KafkaClient, options: RetryOptions = {}): Promise<readonly TopicMetadata[]> {
  const cluster = await client.refresh(null, options)
  return [...cluster.topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Fresh metadata of some topics; those that do not exist are absent. */
export async function describeTopics(
  client: KafkaClient,
  names: readonly string[],
  options: RetryOptions = {},
): Promise<readonly TopicMetadata[]> {
  const cluster = await client.refresh(names, options)
  return names
    .map(name => cluster.topics.get(name))
    .filter(topic => topic !== undefined && topic.error !== 'UNKNOWN_TOPIC_OR_PARTITION')
    .filter(topic => topic !== undefined)
}

/** One outcome per topic, in the order given. `validateOnly`: says what would happen. */
export async function createTopics(
  client: KafkaClient,
  topics: readonly TopicToCreate[],
  options: RetryOptions & { readonly validateOnly?: boolean } = {},
): Promise<readonly TopicCreation[]> {
  const body = { topics: topics.map(creatable), timeoutMs: controllerTimeoutMs, validateOnly: options.validateOnly ?? false }
  const reply = await controllerCall(client, createTopicsApi, body, it => it.topics.map(topic => topic.errorCode), options)
  return reply.topics.map(creationOf)
}

function creatable(topic: TopicToCreate) {
  const assignments = (topic.assignments ?? []).map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }))
  return {
    name: topic.name,
    numPartitions: assignments.length > 0 ? -1 : (topic.partitions ?? -1),
    replicationFactor: assignments.length > 0 ? -1 : (topic.replicationFactor ?? -1),
    assignments,
    configs: Object.entries(topic.configs ?? {}).map(([name, value]) => ({ name, value })),
  }
}

function creationOf(topic: ResponseOf<typeof createTopicsApi>['topics'][number]): TopicCreation {
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.numPartitions,
    replicationFactor: topic.replicationFactor,
    ...outcomeOf(topic.errorCode, topic.errorMessage),
  }
}

export async function deleteTopics(
  client: KafkaClient,
  names: readonly string[],
  options: RetryOptions = {},
): Promise<readonly (Outcome & { readonly name: string })[]> {
  const body = {
    topics: names.map(name => ({ ...topicStateZero, name })),
    topicNames: names,
    timeoutMs: controllerTimeoutMs,
  }
  const reply = await client.retry(
    async () =>
      client.send(
        deleteTopicsApi,
        version => ({ ...body, topics: version >= 6 ? body.topics : [] }),
        { to: 'controller' },
        { timeoutMs: controllerTimeoutMs + 5_000, lane: changesLane },
      ),
    options,
  )
  return reply.responses.map(it => ({ name: it.name ?? '', ...outcomeOf(it.errorCode, it.errorMessage) }))
}

const topicStateZero = { topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }

/** Raises the number of partitions to `count`; `assignments` for the new ones. Keys move to other partitions. */
export async function createPartitions(
  client: KafkaClient,
  topic: string,
  count: number,
  options: RetryOptions & { readonly validateOnly?: boolean; readonly assignments?: readonly (readonly number[])[] } = {},
): Promise<Outcome> {
  const assignments = options.assignments?.map(brokerIds => ({ brokerIds })) ?? null
  const body = {
    topics: [{ name: topic, count, assignments }],
    timeoutMs: controllerTimeoutMs,
    validateOnly: options.validateOnly ?? false,
  }
  const reply = await controllerCall(client, createPartitionsApi, body, it => it.results.map(one => one.errorCode), options)
  const result = reply.results[0]
  return outcomeOf(result?.errorCode ?? -1, result?.errorMessage)
}
