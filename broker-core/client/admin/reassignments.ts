import type { TopicPartition } from '../../model/ids.ts'
import { electLeaders as electLeadersApi } from '../../protocol/messages/43-elect-leaders.ts'
import { alterPartitionReassignments } from '../../protocol/messages/45-alter-partition-reassignments.ts'
import { listPartitionReassignments } from '../../protocol/messages/46-list-partition-reassignments.ts'
import { type Outcome, outcomeOf, throwOnError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { controllerCall, controllerTimeoutMs } from './controller-call.ts'
import { groupByTopic } from './group-by-topic.ts'

export interface Reassignment extends TopicPartition {
  readonly replicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
}

/** Reassignments under way, of some partitions or of all. */
export async function listReassignments(
  client: KafkaClient,
  options: RetryOptions & { readonly partitions?: readonly TopicPartition[] } = {},
): Promise<readonly Reassignment[]> {
  const topics =
    options.partitions === undefined
      ? null
      : groupByTopic(options.partitions).map(([name, some]) => ({ name, partitionIndexes: some.map(it => it.partition) }))
  const body = { timeoutMs: controllerTimeoutMs, topics }
  const reply = await controllerCall(client, listPartitionReassignments, body, it => [it.errorCode], options)
  throwOnError(reply.errorCode, { api: listPartitionReassignments.name }, reply.errorMessage)
  return reply.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, ...rest }) => ({ topic: name, partition: partitionIndex, ...rest })),
  )
}

export interface ReassignmentToMake extends TopicPartition {
  /** The preferred leader first; null cancels a reassignment under way. */
  readonly replicas: readonly number[] | null
}

/** Starts and cancels reassignments (KIP-455); the brokers copy in the background. One outcome per partition. */
export async function alterReassignments(
  client: KafkaClient,
  changes: readonly ReassignmentToMake[],
  options: RetryOptions = {},
): Promise<readonly (TopicPartition & Outcome)[]> {
  const topics = groupByTopic(changes).map(([name, some]) => ({
    name,
    partitions: some.map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
  }))
  const body = { ...alterPartitionReassignments.request.zero, timeoutMs: controllerTimeoutMs, topics }
  const reply = await controllerCall(client, alterPartitionReassignments, body, it => [it.errorCode], options)
  throwOnError(reply.errorCode, { api: alterPartitionReassignments.name }, reply.errorMessage)
  return reply.responses.flatMap(({ name, partitions }) =>
    partitions.map(it => ({ topic: name, partition: it.partitionIndex, ...outcomeOf(it.errorCode, it.errorMessage) })),
  )
}

/**
 * Elects the preferred leader, or (unclean) any replica at the price of data. `partitions` null: all. Partitions where nothing was to be
 * done answer ELECTION_NOT_NEEDED, and for `null` are left out.
 */
export async function electLeaders(
  client: KafkaClient,
  partitions: readonly TopicPartition[] | null,
  options: RetryOptions & { readonly unclean?: boolean } = {},
): Promise<readonly (TopicPartition & Outcome)[]> {
  const topicPartitions =
    partitions === null
      ? null
      : groupByTopic(partitions).map(([topic, some]) => ({ topic, partitions: some.map(it => it.partition) }))
  const body = { electionType: options.unclean === true ? 1 : 0, topicPartitions, timeoutMs: controllerTimeoutMs }
  const reply = await controllerCall(client, electLeadersApi, body, it => [it.errorCode], options)
  throwOnError(reply.errorCode, { api: electLeadersApi.name })
  const outcomes = reply.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
    partitionResult.map(it => ({ topic, partition: it.partitionId, ...outcomeOf(it.errorCode, it.errorMessage) })),
  )
  const done = outcomes.filter(it => it.error === 'NONE')
  if (done.length > 0) await client.refresh([...new Set(done.map(it => it.topic))], options)
  return outcomes
}
