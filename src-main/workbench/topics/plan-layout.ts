import { describeCluster } from '../../../broker-core/client/admin/cluster.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { TopicMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { TopicLayout } from '../../contract/views/topics.ts'
import { badInput } from '../failures.ts'
import { evenLayout } from './reassignment-plan.ts'
import type { BrokerForPlan } from './reassignment-plan.ts'

/** A layout for a topic that is not there yet, over the brokers that are up. The protocol only tells of one after it was created. */
export async function planLayout(
  client: KafkaClient,
  order: ParsedOf<'topics.planLayout'>,
  signal: AbortSignal,
): Promise<TopicLayout> {
  const [{ topics }, { brokers }] = await Promise.all([client.refresh(null, { signal }), describeCluster(client, { signal })])
  const up = brokers.filter(broker => !broker.isFenced).map(({ nodeId, rack }) => ({ brokerId: nodeId, rack }))
  if (order.replicationFactor > up.length)
    throw badInput(`replicationFactor: ${order.replicationFactor} replicas need as many brokers`, `${up.length} are up now.`)
  return { replicas: newTopicLayout(order.partitions, order.replicationFactor, leastLoadedFirst(up, [...topics.values()])) }
}

/** The first brokers get what does not divide evenly. */
export function newTopicLayout(
  partitions: number,
  replicationFactor: number,
  brokers: readonly BrokerForPlan[],
): readonly (readonly number[])[] {
  const empty = Array.from({ length: partitions }, (_, partition) => ({ topic: '', partition, replicas: [] }))
  return evenLayout(empty, brokers, replicationFactor)
}

export function leastLoadedFirst(
  brokers: readonly BrokerForPlan[],
  topics: readonly Pick<TopicMetadata, 'partitions'>[],
): BrokerForPlan[] {
  const replicas = new Map<number, number>()
  for (const topic of topics)
    for (const partition of topic.partitions)
      for (const brokerId of partition.replicas) replicas.set(brokerId, (replicas.get(brokerId) ?? 0) + 1)
  const load = (broker: BrokerForPlan) => replicas.get(broker.brokerId) ?? 0
  return [...brokers].sort((a, b) => load(a) - load(b) || a.brokerId - b.brokerId)
}
