import type { TopicPartition } from '../../model/ids.ts'
import type { IsolationLevel } from '../admin/offsets.ts'
import type { KafkaClientError } from '../client-error.ts'
import type { TailBatches } from '../reading/topic-tail.ts'
import type { AssignorName } from './assignors.ts'

export interface ConsumerOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  /** `consumer` is the protocol of KIP-848, in which the broker assigns. Default: classic. */
  readonly protocol?: 'classic' | 'consumer'
  /** In order of preference, for the classic protocol. Default: range, then cooperative-sticky, as Java's. */
  readonly assignors?: readonly AssignorName[]
  /** For the protocol of KIP-848: `uniform` or `range`; the broker's default when absent. */
  readonly serverAssignor?: string
  /** A static member (KIP-345): its partitions wait for it over a restart. */
  readonly instanceId?: string
  /** Default 45 s. */
  readonly sessionTimeoutMs?: number
  /** Default 3 s; with KIP-848 the broker says. */
  readonly heartbeatIntervalMs?: number
  /** How long a rebalance may wait for this member. Default 60 s. */
  readonly rebalanceTimeoutMs?: number
  /** Where to begin without a committed offset. Default latest. */
  readonly offsetReset?: 'earliest' | 'latest'
  /** `auto` commits what was received every so often, and before partitions are given up. Default auto. */
  readonly commit?: 'auto' | 'manual'
  readonly autoCommitIntervalMs?: number
  readonly isolation?: IsolationLevel
  /** How long one fetch may wait at a broker. Default 500. */
  readonly fetchWaitMs?: number
  /** What one fetch may bring; at least one batch comes. Default 4 MiB. */
  readonly fetchBytesMax?: number
}

/** What a consumer tells while it runs. Calls are awaited where they return a promise. */
export interface ConsumerHandler {
  /** Records of one partition; those below `fromOffset` were received before. What it rejects with ends the consumer. */
  receive(batches: TailBatches): Promise<void> | void
  assigned?(partitions: readonly TopicPartition[], generation: number): Promise<void> | void
  /** Before partitions are given up: the last chance to commit by hand. */
  revoked?(partitions: readonly TopicPartition[]): Promise<void> | void
  /** Others may have the partitions already: the member was removed without being asked. */
  lost?(partitions: readonly TopicPartition[]): Promise<void> | void
  /** What goes wrong and is tried again. */
  trouble?(error: KafkaClientError): void
}

export type ConsumerState = 'joining' | 'stable' | 'rebalancing' | 'stopped'

export interface ConsumerStatus {
  readonly state: ConsumerState
  readonly memberId: string
  /** Member epoch with KIP-848. -1 before the first join. */
  readonly generation: number
  readonly assignor: string
  readonly isLeader: boolean
  readonly assignment: readonly TopicPartition[]
  /** Next offset to be received, by partition. */
  readonly positions: readonly (TopicPartition & { readonly offset: number })[]
}

export interface GroupConsumer {
  status(): ConsumerStatus
  /** Commits what was received. Throws what the coordinator says: ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, … */
  commit(): Promise<void>
  /** Stops receiving without leaving the assignment, and goes on. */
  pause(): void
  resume(): void
  /** Commits (unless by hand), leaves the group, stops. */
  leave(): Promise<void>
  /** Stops as a process that dies: no commit, no word to the group. */
  crash(): void
  /** Resolves when it has stopped; rejects with what ended it, as FENCED_INSTANCE_ID. */
  readonly stopped: Promise<void>
}

export type ConsumerSettings = Required<Omit<ConsumerOptions, 'instanceId' | 'serverAssignor'>> & {
  readonly instanceId: string | null
  readonly serverAssignor: string | null
}

export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  return {
    groupId: options.groupId,
    topics: options.topics,
    protocol: options.protocol ?? 'classic',
    assignors: options.assignors ?? ['range', 'cooperative-sticky'],
    serverAssignor: options.serverAssignor ?? null,
    instanceId: options.instanceId ?? null,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 45_000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 3_000,
    rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
    offsetReset: options.offsetReset ?? 'latest',
    commit: options.commit ?? 'auto',
    autoCommitIntervalMs: options.autoCommitIntervalMs ?? 5_000,
    isolation: options.isolation ?? 'read_uncommitted',
    fetchWaitMs: options.fetchWaitMs ?? 500,
    fetchBytesMax: options.fetchBytesMax ?? 4_194_304,
  }
}
