import { assert } from '../base/assert.ts'
import type { Clock } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { BatchRejection } from '../records/batch-validation.ts'
import { StorageFailure, type PartitionLog, type ReadResult } from '../storage/partition-log.ts'
import { Leadership, type LeadershipPorts } from './leadership.ts'
import { WatchList } from './parked/watch-list.ts'
import type { FetchSeen, ReplicaProgress } from './replica-progress.ts'

/** What the metadata says of this partition; the controller's PartitionImage fits. */
export interface PartitionAssignment {
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly leader: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly leaderRecoveryState: 0 | 1
}

export interface PartitionPorts extends LeadershipPorts {
  readonly clock: Clock
  readonly log: LogSink
  /** DISK-38: the disk under this partition failed. */
  storageFailed(failure: StorageFailure): void
}

export type AppendOutcome =
  | {
      readonly ok: true
      readonly firstOffset: number
      readonly lastOffset: number
      readonly logAppendTimeMs: number
      readonly logStartOffset: number
    }
  | ({ readonly ok: false } & BatchRejection)

export interface AppendOptions {
  readonly origin: 'client' | 'coordinator'
  /** PROD-08: true for acks=-1. */
  readonly requiresIsr: boolean
  readonly produceVersion?: number
  /** Markers only. */
  readonly transactionVersion?: number
  /** Refuses unless this is still the leader's epoch; for coordinators. */
  readonly expectedLeaderEpoch?: number
}

export interface Snapshot {
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly logEndOffset: number
}

/**
 * One replica of a partition on this broker: its log, its role, and who waits for it. All calls are synchronous; the broker's thread
 * is the mailbox.
 */
export class Partition {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  /** Told when the high watermark, the last stable offset or the role moved. */
  readonly watermarkMoved = new WatchList()
  /** Told when the log end or the role moved. */
  readonly logEndMoved = new WatchList()
  /** Told when the low watermark moved or the role did (REPL-09). */
  readonly lowWatermarkMoved = new WatchList()
  #log: PartitionLog
  readonly #brokerId: number
  readonly #ports: PartitionPorts
  #assignment: PartitionAssignment
  #leadership: Leadership | undefined
  /** The leader epoch since which this replica has led without a break; its log was not truncated since. */
  #leadsSince = -1
  #goneWith: KafkaErrorName | undefined
  #minInsyncReplicas = 1

  constructor(log: PartitionLog, brokerId: number, assignment: PartitionAssignment, ports: PartitionPorts) {
    this.topic = log.topic
    this.partition = log.partition
    this.topicId = log.topicId
    this.#log = log
    this.#brokerId = brokerId
    this.#ports = ports
    this.#assignment = { ...assignment, leader: -1, leaderEpoch: -1, partitionEpoch: -1 }
  }

  /** For the follower loop, the cleaner and the checkpoints, which own the log while this is no leader. */
  get log(): PartitionLog {
    return this.#log
  }
  get assignment(): PartitionAssignment {
    return this.#assignment
  }
  get leaderEpoch(): number {
    return this.#assignment.leaderEpoch
  }
  get isLeader(): boolean {
    return this.#leadership !== undefined && !this.isOffline
  }
  get isOffline(): boolean {
    return this.#goneWith !== undefined
  }
  /** The ISR in force: the leader's own view while it leads, else the metadata's. */
  get isr(): readonly number[] {
    return this.#leadership?.isr ?? this.#assignment.isr
  }
  /** Whether the replica on this broker is in the ISR. */
  get isInSync(): boolean {
    return this.isr.includes(this.#brokerId)
  }
  get isUnderMinIsr(): boolean {
    return this.isr.length < this.#effectiveMinIsr()
  }
  get lowWatermark(): number {
    return this.#leadership?.lowWatermark() ?? this.#log.logStartOffset
  }

  /** Takes what the metadata says. Returns true when the leader or its epoch changed. */
  assign(assignment: PartitionAssignment): boolean {
    const isNewEpoch = assignment.leaderEpoch > this.#assignment.leaderEpoch
    if (!isNewEpoch && assignment.partitionEpoch <= this.#assignment.partitionEpoch) return false
    this.#assignment = assignment
    if (isNewEpoch) {
      if (!this.isLeader) this.#leadsSince = assignment.leaderEpoch
      this.#leadership?.end()
      this.#leadership = assignment.leader === this.#brokerId ? this.#lead(assignment) : undefined
    } else {
      this.#leadership?.committed(assignment)
    }
    if (this.#leadership?.advanceHighWatermark() === true || isNewEpoch) this.watermarkMoved.tell()
    if (isNewEpoch) {
      this.logEndMoved.tell()
      this.lowWatermarkMoved.tell()
    }
    return isNewEpoch
  }

  /** REPL-18: the same records, from now on in another log directory. Roles, waiters and the ISR stay as they are. */
  replaceLog(log: PartitionLog): void {
    assert(log.logEndOffset === this.#log.logEndOffset, 'a log is replaced by its copy')
    this.#log = log
    this.#leadership?.replaceLog(log)
  }

  setMinInsyncReplicas(count: number): void {
    this.#minInsyncReplicas = count
    if (this.#leadership?.advanceHighWatermark() === true) this.watermarkMoved.tell()
  }

  /** PROD-07..10. The bytes are stamped in place. */
  append(batches: Uint8Array, options: AppendOptions): AppendOutcome {
    const refusal = this.#appendRefusal(options)
    if (refusal !== undefined) return { ok: false, error: refusal, message: '' }
    const before = this.#log.logEndOffset
    const result = this.#guardDisk(() =>
      this.#log.appendAsLeader(batches, {
        leaderEpoch: this.#assignment.leaderEpoch,
        origin: options.origin,
        ...(options.produceVersion === undefined ? {} : { produceVersion: options.produceVersion }),
        ...(options.transactionVersion === undefined ? {} : { transactionVersion: options.transactionVersion }),
      }),
    )
    if (result === undefined) return { ok: false, error: 'KAFKA_STORAGE_ERROR', message: '' }
    if (!result.ok) return { ok: false, ...result.rejection }
    if (this.#log.logEndOffset > before) this.#appended()
    return {
      ok: true,
      firstOffset: result.firstOffset,
      lastOffset: result.lastOffset,
      logAppendTimeMs: result.logAppendTimeMs,
      logStartOffset: this.#log.logStartOffset,
    }
  }

  /**
   * PROD-09: how far a write that ends at `lastOffset` has got. `waiting` until the high watermark passed it. The epoch may rise meanwhile:
   * a replica that is removed raises it, and the leader stays (REPL-10).
   */
  acknowledgement(lastOffset: number, leaderEpoch: number): 'waiting' | KafkaErrorName {
    if (this.#goneWith !== undefined) return this.#goneWith
    if (!this.isLeader || leaderEpoch < this.#leadsSince) return 'NOT_LEADER_OR_FOLLOWER'
    if (this.#log.highWatermark <= lastOffset) return 'waiting'
    return this.isUnderMinIsr ? 'NOT_ENOUGH_REPLICAS_AFTER_APPEND' : 'NONE'
  }

  /** FETCH-06, and whether this replica may answer at all. `currentLeaderEpoch` -1: not checked. */
  accessRefusal(currentLeaderEpoch: number, mayBeFollower: boolean): KafkaErrorName | undefined {
    if (this.#goneWith !== undefined) return this.#goneWith
    if (currentLeaderEpoch >= 0) {
      if (currentLeaderEpoch < this.#assignment.leaderEpoch) return 'FENCED_LEADER_EPOCH'
      if (currentLeaderEpoch > this.#assignment.leaderEpoch) return 'UNKNOWN_LEADER_EPOCH'
    }
    return this.isLeader || mayBeFollower ? undefined : 'NOT_LEADER_OR_FOLLOWER'
  }

  snapshot(): Snapshot {
    const log = this.#log
    return {
      highWatermark: log.highWatermark,
      lastStableOffset: log.lastStableOffset,
      logStartOffset: log.logStartOffset,
      logEndOffset: log.logEndOffset,
    }
  }

  /** Whole batches as stored; undefined when the disk failed. The caller has checked the offset (FETCH-02). */
  read(fromOffset: number, belowOffset: number, maxBytes: number, atLeastOneBatch: boolean): ReadResult | undefined {
    return this.#guardDisk(() => this.#log.read({ fromOffset, belowOffset, maxBytes, atLeastOneBatch }))
  }

  /** FETCH-07: where the follower's history parts from ours, or undefined when it does not. */
  divergence(fetchOffset: number, lastFetchedEpoch: number): { epoch: number; endOffset: number } | undefined {
    if (lastFetchedEpoch < 0) return undefined
    const end = this.#log.endOffsetOfEpoch(lastFetchedEpoch)
    const isSame = end.epoch === lastFetchedEpoch && end.endOffset >= fetchOffset
    return isSame ? undefined : end
  }

  /** REPL-01: a follower fetched. `leaderLogEndOffset` is the log end when its read was made. */
  followerFetched(brokerId: number, seen: FetchSeen): void {
    const leadership = this.#leadership
    if (leadership === undefined) return
    const lowBefore = this.lowWatermarkMoved.size > 0 ? leadership.lowWatermark() : 0
    if (leadership.followerFetched(brokerId, seen)) this.watermarkMoved.tell()
    if (this.lowWatermarkMoved.size > 0 && leadership.lowWatermark() !== lowBefore) this.lowWatermarkMoved.tell()
  }

  /**
   * The short way for a follower that asks again where it was, at the log end and in the ISR: only the time is noted (REPL-02). False:
   * there is more to it, and `followerFetched` must be told.
   */
  followerIsStillThere(
    brokerId: number,
    at: { readonly fetchOffset: number; readonly logStartOffset: number },
    asker: { readonly replicaEpoch: number; readonly nowMs: number },
  ): boolean {
    return this.#leadership?.followerIsStillThere(brokerId, at, asker) === true
  }

  /** While this broker leads: how far its followers are. */
  followers(): Iterable<Readonly<ReplicaProgress>> {
    return this.#leadership?.followers() ?? []
  }

  /** True when `brokerId` is a replica of this partition, hence may fetch as a follower. */
  isReplica(brokerId: number): boolean {
    return this.#assignment.replicas.includes(brokerId)
  }

  /** REPL-03; called every half of `replica.lag.time.max.ms`. */
  shrinkIsr(): void {
    this.#leadership?.shrink()
  }

  /** FETCH-09, LO-04: a new leader does not know yet how much was committed. */
  get isCatchingUpHighWatermark(): boolean {
    return this.#leadership !== undefined && this.#log.highWatermark < this.#leadership.epochStartOffset
  }

  /** DeleteRecords at the leader; -1 means up to the high watermark. Returns the offset in force or a refusal. */
  deleteRecordsBefore(offset: number): number | KafkaErrorName {
    if (!this.isLeader) return this.#goneWith ?? 'NOT_LEADER_OR_FOLLOWER'
    const target = offset === -1 ? this.#log.highWatermark : offset
    if (target < 0 || target > this.#log.highWatermark) return 'OFFSET_OUT_OF_RANGE'
    const moved = this.#guardDisk(() => this.#log.advanceLogStartOffset(target, 'delete-records'))
    if (moved === undefined) return 'KAFKA_STORAGE_ERROR'
    if (moved) {
      this.lowWatermarkMoved.tell()
      this.logEndMoved.tell()
    }
    return target
  }

  /** Follower side: bytes from the leader (REPL-08, REPL-15). */
  appendFromLeader(
    chunks: readonly Uint8Array[],
    leader: { highWatermark: number; logStartOffset: number; leaderEpoch: number },
  ): void {
    assert(this.#leadership === undefined, 'a leader does not follow')
    this.#guardDisk(() => {
      for (const chunk of chunks) this.#log.appendAsFollower(chunk, { leaderEpochMax: leader.leaderEpoch })
      this.#log.advanceLogStartOffset(Math.min(leader.logStartOffset, this.#log.logEndOffset), 'leader')
      if (this.#log.advanceHighWatermark(leader.highWatermark)) this.watermarkMoved.tell()
    })
    if (chunks.length > 0) this.logEndMoved.tell()
  }

  /** REPL-13; a follower's log only. */
  truncateTo(offset: number): void {
    assert(this.#leadership === undefined, 'a leader does not truncate')
    this.#guardDisk(() => this.#log.truncateTo(offset))
  }

  /** REPL-14; a follower's log only. */
  restartAt(offset: number): void {
    assert(this.#leadership === undefined, 'a leader does not drop its log')
    this.#guardDisk(() => this.#log.truncateFullyAndStartAt(offset))
  }

  /** DISK-38, or the partition is going away: everybody who waits is told `error`, nothing is served any more. */
  goOffline(error: KafkaErrorName = 'KAFKA_STORAGE_ERROR'): void {
    this.#goneWith = error
    this.#leadership?.end()
    this.#leadership = undefined
    this.watermarkMoved.tell()
    this.logEndMoved.tell()
    this.lowWatermarkMoved.tell()
  }

  #lead(assignment: PartitionAssignment): Leadership {
    this.#guardDisk(() => this.#log.beginLeaderEpoch(assignment.leaderEpoch))
    return new Leadership(
      this.#log,
      this.#brokerId,
      assignment,
      this.#ports,
      () => this.#effectiveMinIsr(),
      () => this.watermarkMoved.tell(),
    )
  }

  #appendRefusal(options: AppendOptions): KafkaErrorName | undefined {
    if (this.#goneWith !== undefined) return this.#goneWith
    if (!this.isLeader) return 'NOT_LEADER_OR_FOLLOWER'
    const isOtherEpoch = options.expectedLeaderEpoch !== undefined && options.expectedLeaderEpoch !== this.#assignment.leaderEpoch
    if (isOtherEpoch) return 'NOT_LEADER_OR_FOLLOWER'
    return options.requiresIsr && this.isUnderMinIsr ? 'NOT_ENOUGH_REPLICAS' : undefined
  }

  #appended(): void {
    const hasMoved = this.#leadership?.advanceHighWatermark() === true
    this.logEndMoved.tell()
    if (hasMoved) this.watermarkMoved.tell()
  }

  #effectiveMinIsr(): number {
    return Math.min(this.#minInsyncReplicas, this.#assignment.replicas.length)
  }

  #guardDisk<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof StorageFailure)) throw error
      this.goOffline()
      this.#ports.storageFailed(error)
      return undefined
    }
  }
}
