/**
 * The metadata image: what the committed part of the metadata log says. Immutable; a commit makes a new one that shares what did
 * not change. Every broker has it; only the active controller writes the log behind it.
 */
export interface MetadataImage {
  /** Offset after the last record in it. */
  readonly offset: number
  readonly epoch: number
  readonly clusterId: string
  readonly brokers: ReadonlyMap<number, BrokerRegistration>
  readonly topicsByName: ReadonlyMap<string, TopicImage>
  readonly topicsById: ReadonlyMap<string, TopicImage>
  /** Keyed `<resource type>:<name>`; type 2 topic, 4 broker (empty name: default for all), 32 group, 16 client metrics. */
  readonly configs: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Finalized feature levels. */
  readonly features: ReadonlyMap<string, number>
  readonly nextProducerId: number
}

export interface BrokerRegistration {
  readonly brokerId: number
  readonly brokerEpoch: number
  readonly incarnationId: string
  readonly endpoints: readonly BrokerEndpoint[]
  readonly rack: string | null
  readonly fenced: boolean
  readonly inControlledShutdown: boolean
  readonly logDirectoryIds: readonly string[]
}

export interface BrokerEndpoint {
  readonly listener: string
  readonly host: string
  readonly port: number
}

export interface TopicImage {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly PartitionImage[]
}

export interface PartitionImage {
  readonly partition: number
  readonly replicas: readonly number[]
  readonly directories: readonly string[]
  readonly isr: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
  readonly eligibleLeaderReplicas: readonly number[]
  readonly lastKnownElr: readonly number[]
  /** -1: none. */
  readonly leader: number
  readonly leaderRecoveryState: 0 | 1
  readonly leaderEpoch: number
  readonly partitionEpoch: number
}

/** What changed between two images: enough for subscribers not to look at everything. */
export interface MetadataDelta {
  readonly previous: MetadataImage
  readonly next: MetadataImage
  /** Topics created, or with any partition changed. */
  readonly changedTopicIds: ReadonlySet<string>
  readonly deletedTopics: readonly TopicImage[]
  readonly changedConfigKeys: ReadonlySet<string>
  readonly brokersChanged: boolean
}

export type MetadataSubscriber = (delta: MetadataDelta) => void

/** The broker's view of metadata, always the newest committed image it has. */
export interface MetadataView {
  image(): MetadataImage
  subscribe(subscriber: MetadataSubscriber): () => void
  /** Resolves when the image has reached `offset`; false at the deadline. */
  whenAtLeast(offset: number, timeoutMs: number): Promise<boolean>
}
