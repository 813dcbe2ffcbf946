import type { CancelTimer, Clock, Timers } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import { commitIsr, maximalIsr, propose, settle, type IsrState } from './isr-change.ts'
import type { PartitionAssignment } from './partition.ts'
import type { IsrChange, IsrChannel } from './ports.ts'
import {
  forgetCaughtUp,
  hasReached,
  isCaughtUp,
  isOfEarlierLife,
  lowWatermarkOf,
  newProgress,
  noteFetch,
  noteStillThere,
  outOfSync,
  replicatedUpTo,
  type FetchSeen,
  type ReplicaProgress,
} from './replica-progress.ts'

export interface LeadershipPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: LogSink
  readonly isrChannel: IsrChannel
  readonly brokers: BrokerStates
  readonly replicaLagTimeMaxMs: number
}

/** What leaders must know of other brokers (KIP-841, KIP-903). */
export interface BrokerStates {
  /** Epoch of the live registration; -1 when there is none, or it is fenced or shutting down. */
  activeEpochOf(brokerId: number): number
  isAlive(brokerId: number): boolean
}

const retryDelayMs = 500

/** What a broker knows while it leads a partition in one leader epoch: its followers' progress and the ISR. */
export class Leadership {
  readonly epochStartOffset: number
  #log: PartitionLog
  readonly #brokerId: number
  readonly #topicId: string
  readonly #leaderEpoch: number
  readonly #ports: LeadershipPorts
  readonly #minIsr: () => number
  readonly #watermarkMoved: () => void
  readonly #progresses: Map<number, ReplicaProgress>
  #isr: IsrState
  #recoveryState: 0 | 1
  #cancelRetry: CancelTimer | undefined
  #isOver = false

  constructor(
    log: PartitionLog,
    brokerId: number,
    assignment: PartitionAssignment,
    ports: LeadershipPorts,
    minIsr: () => number,
    watermarkMoved: () => void,
  ) {
    this.#log = log
    this.#brokerId = brokerId
    this.#topicId = log.topicId
    this.#leaderEpoch = assignment.leaderEpoch
    this.#ports = ports
    this.#minIsr = minIsr
    this.#watermarkMoved = watermarkMoved
    this.epochStartOffset = log.logEndOffset
    this.#isr = { committed: assignment.isr, partitionEpoch: assignment.partitionEpoch, proposed: undefined }
    this.#recoveryState = assignment.leaderRecoveryState
    this.#progresses = new Map()
    this.#trackReplicas(assignment)
    if (this.#recoveryState === 1) this.#propose(assignment.isr)
  }

  /** REPL-18. */
  replaceLog(log: PartitionLog): void {
    this.#log = log
  }

  get isr(): readonly number[] {
    return this.#isr.committed
  }

  /** News of the same leader epoch from the metadata log. */
  committed(assignment: PartitionAssignment): void {
    // The controller's own answers come before the log that says the same.
    const isNews = assignment.partitionEpoch > this.#isr.partitionEpoch
    for (const brokerId of isNews ? this.#isr.committed : []) {
      const progress = this.#progresses.get(brokerId)
      if (progress !== undefined && !assignment.isr.includes(brokerId)) forgetCaughtUp(progress)
    }
    this.#isr = commitIsr(this.#isr, assignment.isr, assignment.partitionEpoch)
    this.#recoveryState = assignment.leaderRecoveryState
    this.#trackReplicas(assignment)
  }

  /** Returns true when the high watermark moved. */
  followerFetched(brokerId: number, seen: FetchSeen): boolean {
    const progress = this.#progresses.get(brokerId)
    if (progress === undefined || isOfEarlierLife(progress, seen)) return false
    noteFetch(progress, seen)
    this.#expand(progress)
    return this.advanceHighWatermark()
  }

  /** Notes only the time, of a follower that is where it was: at the log end and in the ISR. False when it is not. */
  followerIsStillThere(
    brokerId: number,
    at: { readonly fetchOffset: number; readonly logStartOffset: number },
    asker: { readonly replicaEpoch: number; readonly nowMs: number },
  ): boolean {
    const progress = this.#progresses.get(brokerId)
    const isSame =
      progress !== undefined &&
      progress.logEndOffset === at.fetchOffset &&
      progress.logStartOffset === at.logStartOffset &&
      progress.brokerEpoch === asker.replicaEpoch &&
      at.fetchOffset === this.#log.logEndOffset &&
      this.#isr.proposed === undefined &&
      this.#isr.committed.includes(brokerId)
    if (isSame) noteStillThere(progress, asker.nowMs)
    return isSame
  }

  /** What is known of the followers of this epoch. */
  followers(): Iterable<Readonly<ReplicaProgress>> {
    return this.#progresses.values()
  }

  /** REPL-07. Returns true when it moved. */
  advanceHighWatermark(): boolean {
    if (this.#isr.committed.length < this.#minIsr()) return false
    const logEndOffset = this.#log.logEndOffset
    if (this.#log.highWatermark >= logEndOffset) return false
    const nowMs = this.#ports.clock.monotonicMs()
    const upTo = replicatedUpTo(
      logEndOffset,
      maximalIsr(this.#isr),
      this.#progresses,
      progress => isCaughtUp(progress, logEndOffset, nowMs, this.#ports.replicaLagTimeMaxMs) && this.#isEligible(progress),
    )
    return upTo > this.#log.highWatermark && this.#log.advanceHighWatermark(upTo)
  }

  lowWatermark(): number {
    return lowWatermarkOf(this.#log.logStartOffset, this.#progresses, brokerId => this.#ports.brokers.isAlive(brokerId))
  }

  /** REPL-03. */
  shrink(): void {
    if (this.#isr.proposed !== undefined) return
    const leaving = outOfSync(this.#isr.committed, this.#progresses, {
      brokerId: this.#brokerId,
      logEndOffset: this.#log.logEndOffset,
      nowMs: this.#ports.clock.monotonicMs(),
      lagMaxMs: this.#ports.replicaLagTimeMaxMs,
    })
    if (leaving.length > 0) this.#propose(this.#isr.committed.filter(brokerId => !leaving.includes(brokerId)))
  }

  /** No answer to an open proposal is taken any more: the log is somebody else's now, and so is its high watermark. */
  end(): void {
    this.#isOver = true
    this.#cancelRetry?.()
    this.#isr = { ...this.#isr, proposed: undefined, partitionEpoch: Number.MAX_SAFE_INTEGER }
  }

  #trackReplicas(assignment: PartitionAssignment): void {
    const nowMs = this.#ports.clock.monotonicMs()
    for (const brokerId of assignment.replicas) {
      if (brokerId === this.#brokerId || this.#progresses.has(brokerId)) continue
      this.#progresses.set(brokerId, newProgress(brokerId, assignment.isr.includes(brokerId), nowMs))
    }
    for (const brokerId of this.#progresses.keys()) {
      if (!assignment.replicas.includes(brokerId)) this.#progresses.delete(brokerId)
    }
  }

  /** REPL-04. */
  #expand(progress: ReplicaProgress): void {
    if (this.#isr.proposed !== undefined || this.#isr.committed.includes(progress.brokerId)) return
    if (!hasReached(progress, this.#log.highWatermark, this.epochStartOffset) || !this.#isEligible(progress)) return
    this.#propose([...this.#isr.committed, progress.brokerId])
  }

  #isEligible(progress: ReplicaProgress): boolean {
    const registered = this.#ports.brokers.activeEpochOf(progress.brokerId)
    return registered >= 0 && (progress.brokerEpoch === -1 || progress.brokerEpoch === registered)
  }

  /** KIP-903: the epochs are those of now, however often it is asked: who registers anew meanwhile may have lost what counted for it. */
  #propose(isr: readonly number[]): void {
    this.#isr = propose(this.#isr, isr)
    this.#ask({
      topicId: this.#topicId,
      partition: this.#log.partition,
      leaderEpoch: this.#leaderEpoch,
      partitionEpoch: this.#isr.partitionEpoch,
      newIsr: isr.map(brokerId => ({ brokerId, brokerEpoch: this.#ports.brokers.activeEpochOf(brokerId) })),
      leaderRecoveryState: 0,
    })
  }

  #ask(change: IsrChange): void {
    const { isrChannel, log, timers } = this.#ports
    const isr = change.newIsr.map(member => member.brokerId).join(',')
    const fields = { topic: this.#log.topic, partition: this.#log.partition, isr }
    isrChannel
      .alterIsr(change)
      .catch((error: unknown) => ({ ok: false as const, error: String(error), retriable: true }))
      .then(result => {
        if (this.#isOver) return
        const settled = settle(this.#isr, change.partitionEpoch, result)
        this.#isr = settled.state
        log.write('info', 'isr.change', { ...fields, result: result.ok ? 'committed' : result.error })
        if (settled.retry) this.#cancelRetry = timers.after(retryDelayMs, () => this.#askAgain(change))
        else if (this.advanceHighWatermark()) this.#watermarkMoved()
        else if (result.ok) this.#watermarkMoved()
      })
  }

  #askAgain(change: IsrChange): void {
    if (this.#isr.proposed !== undefined && this.#isr.partitionEpoch === change.partitionEpoch) this.#ask(change)
  }
}
