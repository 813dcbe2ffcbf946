import type { Api } from '../protocol/api.ts'
import type { CancelSignal } from './cancel.ts'
import type { KafkaClientError } from './client-error.ts'
import type { ClientEnv, ClientSettings } from './client-options.ts'
import type { BrokerNode, ClusterMetadata, TopicMetadata } from './metadata/cluster-metadata.ts'

/** Whom a request is for. Leaders and coordinators are looked up, and asked for when not known. */
export type Destination =
  | { readonly to: 'any' }
  | { readonly to: 'broker'; readonly nodeId: number }
  /** Some broker: in KRaft every broker forwards to the controller. */
  | { readonly to: 'controller' }
  | { readonly to: 'leader'; readonly topic: string; readonly partition: number }
  | { readonly to: 'coordinator'; readonly of: CoordinatorType; readonly key: string }

export type CoordinatorType = 'group' | 'transaction' | 'share'

export interface SendOptions {
  /** A connection of its own: long polls block everything behind them on a connection (WIRE-07). Default: the general one. */
  readonly lane?: string
  readonly timeoutMs?: number
  readonly signal?: CancelSignal
  /** Bounds of the version, inside what client and broker have in common. */
  readonly versionMin?: number
  readonly versionMax?: number
}

export interface RetryOptions {
  /** For all attempts together; default `apiTimeoutMs`. */
  readonly timeoutMs?: number
  readonly signal?: CancelSignal
}

/** The request, or how to make it for the version that was agreed on. */
export type RequestBody<Req> = Req | ((version: number) => Req)

/**
 * A connected client. What can be done with it stands in functions of their own: admin/*, reading/*, producing/*. All failures are
 * KafkaClientError.
 */
export interface KafkaClient {
  readonly settings: ClientSettings
  readonly env: ClientEnv
  /** The newest known metadata, at once; may be old while the cluster is gone. */
  cluster(): ClusterMetadata
  /** How long ago `cluster()` was confirmed by a broker; Infinity before the first time. */
  metadataAgeMs(): number
  /** Asks for metadata of `topics` (null: all; empty: brokers only). Calls for the same topics share one request. */
  refresh(topics: readonly string[] | null, options?: RetryOptions): Promise<ClusterMetadata>
  /** A topic whose metadata is not older than `metadataMaxAgeMs`. Throws UNKNOWN_TOPIC_OR_PARTITION and what else is wrong with it. */
  topic(name: string, options?: RetryOptions): Promise<TopicMetadata>
  /** Called after each change of `cluster()`. Returns how to stop that. */
  watch(listener: (cluster: ClusterMetadata) => void): () => void
  /**
   * One attempt: finds the broker, connects when needed, sends, and gives the response whatever error codes are in it. Throws when there
   * is no response. UNSUPPORTED_VERSION: the broker has no version of the API that will do.
   */
  send<Req, Res>(api: Api<Req, Res>, body: RequestBody<Req>, destination: Destination, options?: SendOptions): Promise<Res>
  /** Sends what has no answer (Produce with acks=0). Resolves when it was handed to the connection. */
  tell<Req>(api: Api<Req, unknown>, body: RequestBody<Req>, destination: Destination, options?: SendOptions): Promise<void>
  /**
   * Runs `attempt` again while it throws retriable errors: waits longer each time, and forgets what the error says is stale (the
   * leader, the coordinator, the broker). Throws the last error, or TIMED_OUT caused by it.
   */
  retry<T>(attempt: (number: number) => Promise<T>, options?: RetryOptions): Promise<T>
  /** Notes a leader that a reply named (KIP-951). */
  noteLeader(
    at: { readonly topic: string; readonly partition: number },
    leader: { readonly leaderId: number; readonly leaderEpoch: number },
    nodes: readonly BrokerNode[],
  ): void
  /** For callers with repetitions of their own: forgets what a retriable error says is stale, as `retry` does. */
  noteFailure(error: KafkaClientError): void
  /** Where the coordinator is, asked for when not known. */
  coordinator(of: CoordinatorType, key: string, options?: SendOptions): Promise<number>
  /** Range of versions of an API that a broker has, undefined for none. Connects when needed. */
  versionsOf(api: Api, destination: Destination): Promise<readonly [min: number, max: number] | undefined>
  /** Closes the connections of a lane. */
  closeLane(lane: string): void
  /** Closes everything; calls under way end with CLOSED. */
  close(): Promise<void>
}
