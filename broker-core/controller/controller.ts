import type { Digest } from '../env/digest.ts'
import type { MetadataImage } from './image.ts'
import type { MetadataRecord } from './metadata-records.ts'

/**
 * What one decision rests on: the newest image (committed or not), and what only the active controller knows. Decisions read it and
 * change nothing; the records they return are appended as one batch, evolve the image at once, and the reply leaves when they are committed.
 */
export interface ControllerState {
  readonly image: MetadataImage
  /** Offset that the first record of this decision will get; the epoch of a broker registered now. */
  readonly nextOffset: number
  /** Monotonic; for sessions. */
  readonly nowMs: number
  readonly defaults: ControllerDefaults
  /** Brokers that were heard from within their session; soft state of the active controller. */
  readonly sessions: BrokerSessions
  /** Seeded in tests: placement starts at a random broker, topic ids are random. */
  readonly random: { fraction(): number; bytes(count: number): Uint8Array }
  readonly quorum: QuorumFeature
  /** For SCRAM credentials, which arrive as salted passwords. */
  readonly digest: Digest
}

/** kraft.version is finalized by records of the quorum itself, not by the controller's. */
export interface QuorumFeature {
  /** Of the controller that decides. */
  readonly nodeId: number
  readonly kraftVersion: number
  /** Undefined: it can be upgraded to `level`. */
  whyNotUpgraded(level: number): string | undefined
}

export interface BrokerSessions {
  hasSession(brokerId: number): boolean
  /** Smallest metadata offset reported by the brokers that are not fenced; Infinity without any. */
  lowestActiveOffset(): number
  /** Offset at which the controlled shutdown of a broker was decided, undefined when none runs. */
  shutdownOffset(brokerId: number): number | undefined
}

/** From server.properties; what a request leaves open. */
export interface ControllerDefaults {
  readonly numPartitions: number
  readonly defaultReplicationFactor: number
  /** Kafka names with values of static broker properties, lowest layer of configuration for topics. */
  readonly staticConfigs: Readonly<Record<string, string>>
  /** broker.session.timeout.ms */
  readonly sessionTimeoutMs: number
  /** leader.imbalance.check.interval.seconds; undefined: no automatic balance (auto.leader.rebalance.enable=false). */
  readonly leaderBalanceIntervalMs: number | undefined
}

export interface Decision<Reply> {
  readonly records: readonly MetadataRecord[]
  readonly reply: Reply
  /** The quorum is to go to this level; `whyNotUpgraded` saw nothing against it. */
  readonly kraftVersion?: number
}

/** One per controller node. Only the leader of the quorum is active; the others refuse with undefined (NOT_CONTROLLER). */
export interface Controller {
  isActive(): boolean
  /**
   * Runs `decide` on the newest state when this node is the active controller, and resolves with its reply once the records (and all before
   * them) are committed. Undefined: not the active controller, or it lost that role before the commit; whether the records survive is then unknown.
   */
  perform<Reply>(decide: (state: ControllerState) => Decision<Reply>): Promise<Reply | undefined>
  /** Soft state behind BrokerHeartbeat: extends the session, when the epoch is that of the registration. */
  heard(from: { readonly brokerId: number; readonly brokerEpoch: number; readonly currentMetadataOffset: number }): void
  stop(): void
}
