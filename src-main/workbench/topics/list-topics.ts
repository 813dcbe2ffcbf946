import type { PartitionMetadata, TopicMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { TopicSummary } from '../../contract/views/topics.ts'
import type { TopicFacts } from './topic-facts.ts'

export interface TopicNumbers {
  readonly facts: Pick<TopicFacts, 'startOffset' | 'sizeBytes' | 'config'>
  end(topic: string, partition: number): number | undefined
  topicRate(topic: string): number | null
}

/** A topic as lists show it. */
export function topicSummary(topic: TopicMetadata, numbers: TopicNumbers): TopicSummary {
  const { facts } = numbers
  const retention = facts.config(topic.name, 'retention.ms')
  return {
    name: topic.name,
    topicId: topic.topicId,
    internal: topic.isInternal,
    partitionCount: topic.partitions.length,
    replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
    records: recordsOf(topic, numbers),
    sizeBytes: sizeOf(topic, numbers),
    recordsInPerSecond: numbers.topicRate(topic.name),
    cleanupPolicy: facts.config(topic.name, 'cleanup.policy') ?? null,
    retentionMs: retention === undefined || retention === null ? null : Number(retention),
    health: healthOf(topic.partitions),
    errors: topic.error === 'NONE' ? [] : [topic.error],
  }
}

/** Ends minus starts; null as soon as one partition is not known, because a sum of some would mislead. */
export function recordsOf(topic: TopicMetadata, numbers: TopicNumbers): number | null {
  let records = 0
  for (const { partition } of topic.partitions) {
    const startOffset = numbers.facts.startOffset(topic.name, partition)
    const endOffset = numbers.end(topic.name, partition)
    if (startOffset === undefined || endOffset === undefined) return null
    records += Math.max(0, endOffset - startOffset)
  }
  return records
}

export function sizeOf(topic: TopicMetadata, numbers: TopicNumbers): number | null {
  let bytes = 0
  for (const { partition, leaderId } of topic.partitions) {
    const size = numbers.facts.sizeBytes(topic.name, partition, leaderId)
    if (size === undefined) return null
    bytes += size
  }
  return bytes
}

export function healthOf(partitions: readonly PartitionMetadata[]): TopicSummary['health'] {
  if (partitions.some(it => it.leaderId < 0)) return 'offline'
  return partitions.some(it => it.isr.length < it.replicas.length) ? 'under-replicated' : 'ok'
}
