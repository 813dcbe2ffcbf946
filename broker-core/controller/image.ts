import type { RecordOfType } from './metadata-records.ts'

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
  /** Client quotas by entity (QUO-07); keys as `quotaEntityKey` makes them. */
  readonly quotas: ReadonlyMap<string, QuotaImage>
  readonly controllers: ReadonlyMap<number, ControllerRegistration>
  /** SEC-07; keys as `scramKey` makes them. */
  readonly scramCredentials: ReadonlyMap<string, ScramCredential>
  /** Kept for whoever wrote them, by id. */
  readonly accessControlEntries: ReadonlyMap<string, RecordOfType<'AccessControlEntryRecord'>>
  readonly delegationTokens: ReadonlyMap<string, RecordOfType<'DelegationTokenRecord'>>
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
  readonly cordonedLogDirectoryIds: readonly string[]
  /** Ranges of feature levels that its software understands. */
  readonly features: ReadonlyMap<string, FeatureRange>
}

export interface FeatureRange {
  readonly min: number
  readonly max: number
}

/** KIP-919: a node of the quorum that made itself known. */
export interface ControllerRegistration {
  readonly controllerId: number
  readonly incarnationId: string
  readonly endpoints: readonly BrokerEndpoint[]
  readonly features: ReadonlyMap<string, FeatureRange>
}

/** What a server keeps of a SCRAM password (RFC 5802): nothing that would let one log in elsewhere. */
export interface ScramCredential {
  readonly name: string
  /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
  readonly mechanism: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
  readonly iterations: number
}

export interface QuotaImage {
  readonly entity: readonly QuotaEntityPart[]
  readonly values: ReadonlyMap<string, number>
}

/** Null names the default of the type. */
export interface QuotaEntityPart {
  readonly entityType: string
  readonly entityName: string | null
}

export interface BrokerEndpoint {
  readonly listener: string
  readonly host: string
  readonly port: number
  /** 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL. */
  readonly securityProtocol: number
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
  readonly featuresChanged: boolean
  readonly quotasChanged: boolean
}

export type MetadataSubscriber = (delta: MetadataDelta) => void

/** The broker's view of metadata, always the newest committed image it has. */
export interface MetadataView {
  image(): MetadataImage
  subscribe(subscriber: MetadataSubscriber): () => void
  /** Resolves when the image has reached `offset`; false at the deadline. */
  whenAtLeast(offset: number, timeoutMs: number): Promise<boolean>
}
