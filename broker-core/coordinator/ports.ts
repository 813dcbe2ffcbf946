import type { Clock, Random, Timers } from '../env/clock.ts'
import type { Compression, Crc32c } from '../env/codec.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { writeTxnMarkers } from '../protocol/messages/27-write-txn-markers.ts'

/**
 * What the coordinators need from the rest of a broker; `cluster/` plugs it. Everything runs on the broker's own thread: calls that
 * return a value are synchronous and nothing changes between two of them.
 */
export interface CoordinatorPorts {
  readonly nodeId: number
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly crc32c: Crc32c
  readonly compression: Compression
  readonly log: LogSink
  readonly metadata: CoordinatorMetadata
  readonly producerIds: ProducerIdBlocks
  readonly markers: MarkerSender
  readonly internalTopics: InternalTopics
}

/**
 * The local leader's log of one partition of an internal topic, in one leader epoch. Appending is synchronous (page cache); being
 * committed means that the high watermark passed the record.
 */
export interface FactLog {
  readonly partition: number
  readonly leaderEpoch: number
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly highWatermark: number
  /** Largest record batch that `append` takes, in bytes (the topic's max.message.bytes). */
  readonly batchBytesMax: number
  /**
   * Why an append would be refused now, without trying: NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS (in sync replicas below
   * min.insync.replicas), KAFKA_STORAGE_ERROR. Undefined: it would be taken.
   */
  refusal(): KafkaErrorName | undefined
  /** TXN-12: why a marker would be refused, whatever else the log takes: the partition knows a newer producer or coordinator. */
  markerRefusal(marker: FactMarker): KafkaErrorName | undefined
  /** TXN-05: the partition knows a newer instance of the producer, also where nothing of it is open. */
  isZombie(producer: Pick<FactMarker, 'producerId' | 'producerEpoch'>): boolean
  /** Appends one whole v2 batch (offsets and epoch are stamped in place), origin `coordinator`. Control batches are allowed. */
  append(batch: Uint8Array): FactLogAppend
  /** Whole batches from `fromOffset` up to the log end, at least one batch if there is any; no chunks at the end. */
  read(fromOffset: number, maxBytes: number): { readonly chunks: readonly Uint8Array[]; readonly nextOffset: number }
  /** Calls back after each move of the high watermark while this leader epoch lasts. Returns the unsubscription. */
  watchHighWatermark(listener: (highWatermark: number) => void): () => void
}

export interface FactMarker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
}

export type FactLogAppend =
  | { readonly ok: true; readonly lastOffset: number }
  | { readonly ok: false; readonly error: KafkaErrorName }

/**
 * How `cluster/` tells a coordinator which partitions of its internal topic this broker leads. Calls for one partition come in order.
 * `elected` again with a higher epoch replaces the earlier leadership without a `resigned` between.
 */
export interface PartitionLeadership {
  elected(log: FactLog): void
  resigned(partition: number, leaderEpoch: number): void
}

export interface CoordinatorTopic {
  readonly name: string
  readonly topicId: string
  readonly partitionCount: number
}

/** The newest committed metadata that this broker has, reduced to what coordinators look at. */
export interface CoordinatorMetadata {
  topic(name: string): CoordinatorTopic | undefined
  topicById(topicId: string): CoordinatorTopic | undefined
  topicNames(): Iterable<string>
  /** Node id of the leader; undefined when the partition does not exist, -1 when nobody leads it. */
  partitionLeader(topic: string, partition: number): number | undefined
  /** Racks of the replicas of a partition, for rack-aware assignors; empty when unknown. */
  partitionRacks(topic: string, partition: number): readonly string[]
  /** Unfenced broker's endpoint of the named listener. */
  endpoint(nodeId: number, listener: string): { readonly host: string; readonly port: number } | undefined
  /** Dynamic configuration of a group (config resource type 32). */
  groupConfig(groupId: string): ReadonlyMap<string, string>
  /** Finalized level of a feature (`transaction.version`, `group.version`); 0 when not finalized. */
  featureLevel(name: string): number
  /** Topics created, deleted, or with changed partition count; names. Returns the unsubscription. */
  watchTopics(listener: (change: TopicsChange) => void): () => void
}

export interface TopicsChange {
  readonly changed: ReadonlySet<string>
  readonly deleted: readonly CoordinatorTopic[]
}

export interface ProducerIdBlocks {
  /** AllocateProducerIds (67) at the active controller. Rejects when no controller answered; the caller retries. */
  allocate(): Promise<{ readonly firstProducerId: number; readonly length: number }>
}

export interface MarkerSender {
  /**
   * WriteTxnMarkers (27) to a broker on the inter-broker listener, this node included. Rejects when it could not be asked or did not
   * answer; the coordinator retries.
   */
  send(nodeId: number, request: RequestOf<typeof writeTxnMarkers>): Promise<ResponseOf<typeof writeTxnMarkers>>
}

export interface InternalTopics {
  /**
   * Asks the controller to create an internal topic that is missing (INT-01). Resolves with NONE when it exists in the metadata of
   * this broker, otherwise with the error (COORDINATOR_NOT_AVAILABLE while it is being created or brokers are too few).
   */
  ensure(topic: InternalTopicPlan): Promise<KafkaErrorName>
}

export interface InternalTopicPlan {
  readonly name: '__consumer_offsets' | '__transaction_state'
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}
