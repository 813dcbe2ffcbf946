import { describeCluster } from '../../../broker-core/client/admin/cluster.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { PartitionMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import { refused } from '../failures.ts'
import { pause } from '../topics/reassignments.ts'

export type PartitionOfTopic = PartitionMetadata & { readonly topic: string }

/** All partitions of the cluster, internal topics too. */
export async function allPartitions(client: KafkaClient, signal: AbortSignal): Promise<readonly PartitionOfTopic[]> {
  const { topics } = await client.refresh(null, { signal })
  return [...topics.values()].flatMap(topic => topic.partitions.map(it => ({ ...it, topic: topic.name })))
}

export const nameOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  `${topic}-${partition}`

/** A few by name, the rest by number. */
export function namesOf(partitions: readonly { readonly topic: string; readonly partition: number }[]): string {
  const shown = partitions.slice(0, 3).map(nameOf).join(', ')
  return partitions.length > 3 ? `${shown} and ${partitions.length - 3} more` : shown
}

/** Of `brokerId`: what nobody else has in sync. Its data would be lost with that broker's disk. */
export const onlyInSyncAt = (partitions: readonly PartitionOfTopic[], brokerId: number): readonly PartitionOfTopic[] =>
  partitions.filter(it => it.replicas.includes(brokerId) && it.isr.every(id => id === brokerId))

const goneWithinMs = 15_000

/** Resolves when the controller has fenced it, so that nothing new is placed there and nothing is led by it. */
export async function untilFenced(client: KafkaClient, brokerId: number, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + goneWithinMs
  for (;;) {
    const { brokers } = await describeCluster(client, { signal })
    if (brokers.every(broker => broker.nodeId !== brokerId || broker.isFenced)) return
    if (performance.now() > deadlineMs) throw refused(`the cluster still takes broker ${brokerId} for alive`)
    await pause(100, signal)
  }
}
