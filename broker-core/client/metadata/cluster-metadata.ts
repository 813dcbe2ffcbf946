import { zeroUuid } from '../../base/bytes/uuid.ts'
import { errorName, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import type { metadata } from '../../protocol/messages/03-metadata.ts'

export interface BrokerNode {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export interface PartitionMetadata {
  readonly partition: number
  /** -1: none. */
  readonly leaderId: number
  /** -1: unknown. */
  readonly leaderEpoch: number
  /** In order of preference: the first is the preferred leader. */
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
  /** LEADER_NOT_AVAILABLE and the like. */
  readonly error: KafkaErrorName
}

export interface TopicMetadata {
  readonly name: string
  /** The zero uuid with brokers that know no topic ids. */
  readonly topicId: string
  readonly isInternal: boolean
  readonly error: KafkaErrorName
  /** In order of their numbers, without gaps. */
  readonly partitions: readonly PartitionMetadata[]
}

/** What the client knows of the cluster. Immutable; a refresh makes a new one. */
export interface ClusterMetadata {
  readonly clusterId: string | null
  /** -1: unknown. A KRaft cluster names some broker, which forwards to the controller. */
  readonly controllerId: number
  readonly brokers: ReadonlyMap<number, BrokerNode>
  readonly topics: ReadonlyMap<string, TopicMetadata>
}

export const noMetadata: ClusterMetadata = { clusterId: null, controllerId: -1, brokers: new Map(), topics: new Map() }

type Reply = ResponseOf<typeof metadata>
type ReplyTopic = Reply['topics'][number]

/**
 * The cluster after a reply. `asked`: the topics that were asked for, null for all of them; topics that were not asked for stay as
 * they were, those that exist no more go.
 */
export function withReply(known: ClusterMetadata, reply: Reply, asked: readonly string[] | null): ClusterMetadata {
  const topics = new Map(asked === null ? [] : known.topics)
  for (const name of asked ?? []) topics.delete(name)
  for (const topic of reply.topics) {
    if (topic.name !== null && topic.name !== '') topics.set(topic.name, newerOf(known.topics.get(topic.name), topicOf(topic)))
  }
  return {
    clusterId: reply.clusterId ?? known.clusterId,
    controllerId: reply.controllerId,
    brokers: reply.brokers.length === 0 ? known.brokers : new Map(reply.brokers.map(node => [node.nodeId, node])),
    topics,
  }
}

function topicOf(topic: ReplyTopic): TopicMetadata {
  const partitions = topic.partitions.map(it => ({
    partition: it.partitionIndex,
    leaderId: it.leaderId,
    leaderEpoch: it.leaderEpoch,
    replicas: it.replicaNodes,
    isr: it.isrNodes,
    offlineReplicas: it.offlineReplicas,
    error: errorName(it.errorCode),
  }))
  partitions.sort((a, b) => a.partition - b.partition)
  return {
    name: topic.name ?? '',
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    error: errorName(topic.errorCode),
    partitions,
  }
}

/** A broker that lags behind may name an older leader than one already known: the higher epoch of the same topic wins (KIP-320). */
function newerOf(known: TopicMetadata | undefined, next: TopicMetadata): TopicMetadata {
  if (known === undefined || known.topicId !== next.topicId || next.topicId === zeroUuid) return next
  const partitions = next.partitions.map(partition => {
    const before = known.partitions[partition.partition]
    return before !== undefined && before.leaderEpoch > partition.leaderEpoch ? before : partition
  })
  return { ...next, partitions }
}

/** Notes a leader that a Produce or Fetch reply named (KIP-951); unchanged when what is known is as new. */
export function withLeader(
  known: ClusterMetadata,
  at: { readonly topic: string; readonly partition: number },
  leader: { readonly leaderId: number; readonly leaderEpoch: number },
  nodes: readonly BrokerNode[],
): ClusterMetadata {
  const topic = known.topics.get(at.topic)
  const before = topic?.partitions[at.partition]
  if (topic === undefined || before === undefined || before.leaderEpoch >= leader.leaderEpoch || leader.leaderId < 0) return known
  const brokers = new Map(known.brokers)
  for (const node of nodes) brokers.set(node.nodeId, node)
  if (!brokers.has(leader.leaderId)) return known
  const partitions = topic.partitions.map(it => (it === before ? { ...it, ...leader } : it))
  return { ...known, brokers, topics: new Map(known.topics).set(at.topic, { ...topic, partitions }) }
}
