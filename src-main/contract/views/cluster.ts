import type { ConfigDefinition } from './topics.ts'
import type { Failure } from '../failure.ts'

export interface ClusterOverview {
  readonly connection: string
  readonly asOfMs: number
  readonly clusterId: string | null
  /** -1: none known. */
  readonly controllerId: number
  /** `host:port,host:port`, for clients. */
  readonly bootstrap: string
  readonly brokers: readonly BrokerView[]
  readonly quorum: QuorumView | null
  readonly health: ClusterHealth
  readonly topicCount: number
  readonly internalTopicCount: number
  readonly partitionCount: number
  /** What could not be asked, said in words: the rest of the page still holds. */
  readonly missing: readonly string[]
}

export interface BrokerView {
  readonly brokerId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
  /** Serving clients, according to the controller. */
  readonly up: boolean
  readonly isController: boolean
  readonly leaderCount: number
  readonly replicaCount: number
  /** In-sync replicas out of replicaCount. */
  readonly inSyncCount: number
  /** Bytes of all replicas, by DescribeLogDirs; null when not answered. */
  readonly logBytes: number | null
  readonly volumeTotalBytes: number | null
  readonly volumeFreeBytes: number | null
  /** Log directories that the broker reports as offline: their replicas are served by others, or by nobody. */
  readonly failedDirectories: readonly string[]
  readonly software: string | null
}

export interface ClusterHealth {
  readonly underReplicated: number
  readonly underMinIsr: number
  readonly offline: number
  /** Partitions not led by their preferred replica. */
  readonly notPreferred: number
}

export interface QuorumView {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly voters: readonly QuorumMember[]
  readonly observers: readonly QuorumMember[]
}

export interface QuorumMember {
  readonly nodeId: number
  readonly logEndOffset: number
  /** Records behind the leader. */
  readonly lag: number
  readonly lastCaughtUpAtMs: number | null
}

/** Levels of features (KIP-584) that the cluster has finalized, beside what its brokers support. */
export interface ClusterFeatures {
  readonly asOfMs: number
  /** None: the brokers tell of no features. */
  readonly features: readonly FeatureView[]
  /** Brokers that did not answer, said in words. */
  readonly missing: readonly string[]
}

export interface FeatureView {
  readonly name: string
  /** 0: not in use. */
  readonly finalized: FeatureLevel
  /** What each broker that answered supports; null: they do not tell, or have no level in common. */
  readonly supported: { readonly min: FeatureLevel; readonly max: FeatureLevel } | null
  /** Brokers support different ranges, as in the midst of an upgrade. */
  readonly isMixed: boolean
}

export interface FeatureLevel {
  readonly level: number
  /** `4.3-IV0`; null where there is none, or none that we know. */
  readonly name: string | null
}

/** The status bar, about once a second. */
export interface ClusterStatus {
  readonly connection: string
  readonly asOfMs: number
  /** False: what follows is the last known answer, `failure` says why. */
  readonly reachable: boolean
  readonly failure: Failure | null
  readonly brokersUp: number
  /** Brokers ever seen by this app. */
  readonly brokersTotal: number
  readonly controllerId: number
  /** By log end offsets. */
  readonly recordsInPerSecond: number | null
  /** By committed offsets of all groups: the protocol tells no other. */
  readonly recordsOutPerSecond: number | null
  readonly lagTotal: number | null
  /** Resident bytes of this app. */
  readonly memoryBytes: number
}

/** One sample, about once a second; `cluster.rates` sends the remembered ones first. */
export interface RateSample {
  readonly atMs: number
  readonly brokers: readonly BrokerRate[]
}

export interface BrokerRate {
  readonly brokerId: number
  /** Records appended per second to the partitions that it leads. */
  readonly recordsInPerSecond: number
  /** Growth of its log directories per second, replicas included; null when not answered. */
  readonly bytesInPerSecond: number | null
}

export interface ClientSnippet {
  /** `java`, `spring`, `kafkajs`, `python`, `go`, `dotnet`, `kcat`. */
  readonly id: string
  readonly title: string
  /** Language name as Monaco knows it. */
  readonly language: string
  /** Secrets are placeholders. */
  readonly code: string
  /** What has to be put in before it runs. */
  readonly note: string | null
}

export type LocalBrokerState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed'

/** The embedded cluster, by its host (not by the Kafka protocol). */
export interface LocalClusterView {
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping' | 'failed'
  readonly bootstrap: string
  readonly dataDirectory: string
  readonly brokers: readonly LocalBrokerView[]
  /** From start to every broker serving; null until then. */
  readonly readyAfterMs: number | null
  readonly failure: string | null
}

export interface LocalProperties {
  readonly properties: readonly ServerPropertyView[]
  /** Brokers that run with other values: they take these when they start next. */
  readonly runningWithOthers: readonly number[]
}

export interface ServerPropertyView extends ConfigDefinition {
  /** With which brokers start; null: none is set. */
  readonly value: string | null
  /** `app`: by the number of brokers. What the command line says, the settings cannot. */
  readonly source: 'command-line' | 'settings' | 'app' | 'default'
}

export interface LocalBrokerView {
  readonly brokerId: number
  readonly host: string
  readonly port: number
  /** A voter of the metadata quorum: it can be stopped and emptied, but not retired. */
  readonly isVoter: boolean
  readonly state: LocalBrokerState
  readonly startedAtMs: number | null
  readonly failure: string | null
  /** Mean delay of its event loop in the last seconds. */
  readonly eventLoopDelayMs: number | null
  /** While it starts after an unclean stop; anew a few times a second. */
  readonly recovery: RecoveryView | null
  /** Partitions of it whose compaction failed: they are compacted no more until it is started again. At most 100 are named. */
  readonly uncleanable: readonly UncleanableView[]
}

export interface UncleanableView {
  /** `orders-3`. */
  readonly partition: string
  readonly error: string
}

/** How much of the log that was not flushed has been checked, CRC by CRC. */
export interface RecoveryView {
  readonly doneBytes: number
  readonly totalBytes: number
  /** In hand: `orders-3`. */
  readonly partition: string
}

/** How far retiring a broker is. Phases come in this order; only `moving` can be cancelled. */
export interface RetireProgress {
  readonly brokerId: number
  readonly phase: 'planning' | 'moving' | 'stopping' | 'unregistering' | 'done'
  /** Of what the other brokers have to copy; null while sizes are unknown. */
  readonly doneBytes: number | null
  readonly totalBytes: number | null
  /** Partitions that still have a replica on it. */
  readonly partitionsLeft: number
}

export type SampleShopState = 'absent' | 'starting' | 'running' | 'stopping'

export interface DataDirectorySize {
  readonly brokers: readonly { readonly brokerId: number; readonly bytes: number }[]
  /** Settings, lag history, exports. */
  readonly otherBytes: number
  /** Of the volume; null: not told. */
  readonly freeBytes: number | null
}

export interface SampleShopView {
  readonly state: SampleShopState
  readonly ordersPerSecond: number
  readonly recordsProduced: number
  readonly topics: readonly string[]
  readonly groups: readonly string[]
  /** False: its consumers have left their groups for a while. */
  readonly isReading: boolean
  readonly startedAtMs: number | null
  readonly failure: Failure | null
}

export type ClusterEventKind =
  | 'leader-elected'
  | 'leader-lost'
  | 'isr-shrunk'
  | 'isr-grown'
  | 'replicas-changed'
  | 'broker-gone'
  | 'broker-came'
  | 'controller-changed'
  | 'topic-created'
  | 'topic-deleted'
  | 'partitions-added'
  | 'unreachable'
  | 'reachable'

/** A change that the sampler saw between two of its rounds. `cluster.events` sends the remembered ones (at most 1,000) first. */
export interface ClusterEvent {
  readonly id: number
  /** When it was seen: up to a round after it happened. */
  readonly atMs: number
  readonly kind: ClusterEventKind
  readonly topic: string | null
  readonly partition: number | null
  /** The broker concerned: new leader, who left, who is controller. */
  readonly brokerId: number | null
  /** One sentence: `orders-3: leader 1 → 2`. */
  readonly text: string
  /** Like changes of the same round that are told by this one event. */
  readonly count: number
}
