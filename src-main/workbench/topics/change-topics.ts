import { alterConfigs } from '../../../broker-core/client/admin/configs.ts'
import type { ConfigChange } from '../../../broker-core/client/admin/configs.ts'
import { deleteRecords } from '../../../broker-core/client/admin/delete-records.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import { createPartitions, createTopics, deleteTopics } from '../../../broker-core/client/admin/topics.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { NamedOutcome, TopicCreated } from '../../contract/views/topics.ts'
import { badInput, brokerRefusal } from '../failures.ts'

const deleteRecordsTimeoutMs = 15_000

/** Creates one topic, or says what would be created. */
export async function createTopic(
  client: KafkaClient,
  order: ParsedOf<'topics.create'>,
  signal: AbortSignal,
): Promise<TopicCreated> {
  const { topic, assignment, configs, validateOnly } = order
  const wish = {
    name: topic,
    partitions: order.partitions,
    configs,
    ...(order.replicationFactor === null ? {} : { replicationFactor: order.replicationFactor }),
    ...(assignment === null ? {} : { assignments: assignment }),
  }
  const [created] = await createTopics(client, [wish], { validateOnly, signal })
  if (created === undefined) throw brokerRefusal('UNKNOWN_SERVER_ERROR', 'the cluster gave no answer for the topic', { topic })
  if (created.error !== 'NONE') throw brokerRefusal(created.error, created.message, { topic })
  const replicas = validateOnly ? null : await layoutOf(client, topic, signal)
  return {
    name: topic,
    topicId: validateOnly ? null : created.topicId,
    partitionCount: created.partitions < 0 ? (replicas?.length ?? order.partitions) : created.partitions,
    replicationFactor:
      created.replicationFactor < 0 ? (replicas?.[0]?.length ?? order.replicationFactor ?? -1) : created.replicationFactor,
    replicas: replicas ?? assignment,
  }
}

/** What the controller laid out; the new topic may not be known to every broker yet. */
async function layoutOf(client: KafkaClient, topic: string, signal: AbortSignal): Promise<readonly (readonly number[])[] | null> {
  try {
    const { partitions } = await client.topic(topic, { signal, timeoutMs: 3_000 })
    return partitions.map(it => it.replicas)
  } catch {
    return null
  }
}

export async function dropTopics(client: KafkaClient, topics: readonly string[], signal: AbortSignal): Promise<NamedOutcome[]> {
  const outcomes = await deleteTopics(client, topics, { signal })
  return outcomes.map(({ name, error, message }) => ({
    name,
    error: error === 'NONE' ? null : error,
    message: error === 'NONE' ? null : message,
  }))
}

export async function addPartitions(
  client: KafkaClient,
  order: ParsedOf<'topics.addPartitions'>,
  signal: AbortSignal,
): Promise<null> {
  const { topic, total, validateOnly } = order
  const outcome = await createPartitions(client, topic, total, { validateOnly, signal })
  if (outcome.error !== 'NONE') throw brokerRefusal(outcome.error, outcome.message, { topic })
  return null
}

/** Moves the start of every partition to its present end (DeleteRecords). Throws the first refusal; other partitions may be done. */
export async function emptyTopic(client: KafkaClient, topic: string, signal: AbortSignal): Promise<null> {
  const { partitions } = await client.topic(topic, { signal })
  const questions = partitions.map(({ partition }) => ({ topic, partition, at: 'latest' as const }))
  const ends = await listOffsets(client, questions, { signal })
  const unknown = ends.find(it => it.error !== 'NONE')
  if (unknown !== undefined) throw brokerRefusal(unknown.error, '', { topic })
  const deleted = await deleteRecords(
    client,
    ends.map(({ partition, offset }) => ({ topic, partition, beforeOffset: offset })),
    { signal, timeoutMs: deleteRecordsTimeoutMs },
  )
  const failed = deleted.find(it => it.error !== 'NONE')
  if (failed !== undefined) throw brokerRefusal(failed.error, failed.message, { topic })
  return null
}

export async function alterTopicConfig(
  client: KafkaClient,
  order: ParsedOf<'topics.alterConfig'>,
  signal: AbortSignal,
): Promise<null> {
  const { topic, set, reset, validateOnly } = order
  const changes: ConfigChange[] = [
    ...Object.entries(set).map(([name, value]) => ({ name, operation: 'set' as const, value })),
    ...reset.map(name => ({ name, operation: 'remove' as const, value: null })),
  ]
  if (changes.length === 0) throw badInput('set: nothing is to be changed')
  const outcome = await alterConfigs(client, { type: 'topic', name: topic }, changes, { validateOnly, signal })
  if (outcome.error !== 'NONE') throw brokerRefusal(outcome.error, outcome.message, { topic })
  return null
}
