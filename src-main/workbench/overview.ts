import { describeCluster, describeQuorum } from '../../broker-core/client/admin/cluster.ts'
import type { ClusterDescription, QuorumDescription } from '../../broker-core/client/admin/cluster.ts'
import type { LogDirectory } from '../../broker-core/client/admin/log-directories.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import type { PartitionMetadata, TopicMetadata } from '../../broker-core/client/metadata/cluster-metadata.ts'
import type { ConnectionView } from '../contract/views/app.ts'
import type { BrokerView, ClusterHealth, ClusterOverview, QuorumView } from '../contract/views/cluster.ts'
import { reasonOf } from './failures.ts'
import type { TopicFacts } from './topics/topic-facts.ts'

const factsMaxAgeMs = 5_000

export interface OverviewSources {
  readonly connection: ConnectionView
  readonly client: KafkaClient
  readonly facts: TopicFacts
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

/** The cluster as it says of itself now. Throws only when it cannot be reached at all. */
export async function clusterOverview(sources: OverviewSources): Promise<ClusterOverview> {
  const { client, facts, signal } = sources
  const missing: string[] = []
  const [metadata, described, quorum] = await Promise.all([
    client.refresh(null, { signal, timeoutMs: 10_000 }),
    describeCluster(client, { signal, timeoutMs: 10_000 }),
    describeQuorum(client, { signal, timeoutMs: 3_000 }).catch((error: unknown) => {
      missing.push(`quorum (${reasonOf(error)})`)
      return null
    }),
  ])
  const topics = [...metadata.topics.values()]
  await facts.refresh(topics, factsMaxAgeMs, 1_000)
  const partitions = topics.flatMap(topic => topic.partitions)
  // In KRaft, metadata names any broker as its controller; the quorum knows the real one.
  const controllerId = quorum?.leaderId ?? described.controllerId
  return {
    connection: sources.connection.id,
    asOfMs: sources.nowMs(),
    clusterId: described.clusterId,
    controllerId,
    bootstrap: sources.connection.bootstrap.join(','),
    brokers: brokerViews(described, { controllerId, partitions, directories: facts.directories() ?? [] }),
    quorum: quorum === null ? null : quorumView(quorum),
    health: healthOf(topics, facts),
    topicCount: topics.filter(topic => !topic.isInternal).length,
    internalTopicCount: topics.filter(topic => topic.isInternal).length,
    partitionCount: partitions.length,
    missing: [...missing, ...facts.missing],
  }
}

interface BrokerFacts {
  readonly controllerId: number
  readonly partitions: readonly PartitionMetadata[]
  readonly directories: readonly LogDirectory[]
}

/** Those of the description, and those that only hold replicas: gone without being fenced yet. */
function brokerViews(described: ClusterDescription, about: BrokerFacts): BrokerView[] {
  const known = new Map(described.brokers.map(broker => [broker.nodeId, broker]))
  const held = new Set(about.partitions.flatMap(it => it.replicas))
  const ids = [...new Set([...known.keys(), ...held])].sort((a, b) => a - b)
  return ids.map(brokerId => {
    const broker = known.get(brokerId)
    const replicas = about.partitions.filter(it => it.replicas.includes(brokerId))
    return {
      brokerId,
      host: broker?.host ?? '',
      port: broker?.port ?? -1,
      rack: broker?.rack ?? null,
      up: broker !== undefined && !broker.isFenced,
      isController: brokerId === about.controllerId,
      leaderCount: about.partitions.filter(it => it.leaderId === brokerId).length,
      replicaCount: replicas.length,
      inSyncCount: replicas.filter(it => it.isr.includes(brokerId)).length,
      ...diskOf(about.directories.filter(directory => directory.brokerId === brokerId && directory.error === 'NONE')),
      failedDirectories: failedOf(about.directories, brokerId),
      software: null,
    }
  })
}

const failedOf = (directories: readonly LogDirectory[], brokerId: number): string[] =>
  directories.filter(directory => directory.brokerId === brokerId && directory.error !== 'NONE').map(({ path }) => path)

function diskOf(directories: readonly LogDirectory[]): Pick<BrokerView, 'logBytes' | 'volumeTotalBytes' | 'volumeFreeBytes'> {
  if (directories.length === 0) return { logBytes: null, volumeTotalBytes: null, volumeFreeBytes: null }
  const sum = (of: (directory: LogDirectory) => number) => directories.reduce((total, directory) => total + of(directory), 0)
  const told = (bytes: number) => (bytes < 0 ? null : bytes)
  return {
    logBytes: sum(directory => directory.replicas.reduce((total, replica) => total + replica.sizeBytes, 0)),
    volumeTotalBytes: told(sum(directory => directory.totalBytes)),
    volumeFreeBytes: told(sum(directory => directory.usableBytes)),
  }
}

function quorumView(quorum: QuorumDescription): QuorumView {
  const end = Math.max(0, ...quorum.voters.map(voter => voter.logEndOffset))
  const member = (it: QuorumDescription['voters'][number]) => ({
    nodeId: it.nodeId,
    logEndOffset: it.logEndOffset,
    lag: it.logEndOffset < 0 ? -1 : Math.max(0, end - it.logEndOffset),
    lastCaughtUpAtMs: it.lastCaughtUpTimestampMs < 0 ? null : it.lastCaughtUpTimestampMs,
  })
  const { leaderId, leaderEpoch, highWatermark } = quorum
  return { leaderId, leaderEpoch, highWatermark, voters: quorum.voters.map(member), observers: quorum.observers.map(member) }
}

export function healthOf(topics: readonly TopicMetadata[], facts: Pick<TopicFacts, 'config'>): ClusterHealth {
  const health = { underReplicated: 0, underMinIsr: 0, offline: 0, notPreferred: 0 }
  for (const topic of topics) {
    const minIsr = Number(facts.config(topic.name, 'min.insync.replicas') ?? 1)
    for (const it of topic.partitions) {
      if (it.isr.length < it.replicas.length) health.underReplicated += 1
      if (it.isr.length < minIsr) health.underMinIsr += 1
      if (it.leaderId < 0) health.offline += 1
      else if (it.leaderId !== it.replicas[0]) health.notPreferred += 1
    }
  }
  return health
}
