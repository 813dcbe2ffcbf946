import type { Clock, Timers } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import { CorruptRecords } from '../records/record-varint.ts'
import { afterError, afterOutOfRange, truncationPoint } from './follower-rules.ts'
import type { Partition } from './partition.ts'
import type { CatchUpLimit, FollowerFetchAnswer, FollowerPartitionAnswer, FollowerPosition, LeaderEndpoint } from './ports.ts'

export interface FollowerLoopPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: LogSink
  /** LEAD-12: of all loops of this broker together. */
  readonly limit: CatchUpLimit
  /** A connection to the leader this loop follows; asked for again after a failure. */
  connect(): Promise<LeaderEndpoint>
  /** An error that nobody foresaw: the broker must stop. */
  bug(error: unknown): void
}

export interface FollowerLoopOptions {
  readonly leaderId: number
  readonly maxWaitMs: number
  readonly minBytes: number
  /** Per partition and for the whole answer. */
  readonly partitionMaxBytes: number
  readonly responseMaxBytes: number
  readonly backoffMs: number
}

interface Followed {
  readonly partition: Partition
  readonly leaderEpoch: number
  /** Being asked for; false while it backs off or waits for newer metadata. */
  isActive: boolean
  /** True when the session does not know the present position yet. */
  isDirty: boolean
  /** Refusals in a row; the pauses between them grow. */
  failures: number
}

/**
 * A leader that has not applied the metadata yet refuses its followers for a moment: the first pauses are short, or every new
 * partition would wait a whole back-off.
 */
const firstBackoffMs = 20
/** Later ones wait for the fetch in flight. */
const eagerRetries = 5

/** LEAD-12: what is held back is looked at again after this. */
const heldBackMs = 250

/** A fetch that waits for data at the leader is given up this long after a partition was added that it does not ask for. */
const interruptAfterMs = 5

/**
 * Replicates from one leader: one connection, one fetch in flight, an incremental session (KIP-227), truncation by epoch (KIP-595).
 * Holds the partitions that this broker follows there; adding one again with a newer epoch replaces it.
 */
export class FollowerLoop {
  readonly #ports: FollowerLoopPorts
  readonly #options: FollowerLoopOptions
  readonly #followed = new Map<string, Followed>()
  readonly #forgotten = new Map<string, Partition>()
  /** As what the session knows each partition: an answer counts for that alone, not for what has replaced it meanwhile. */
  readonly #asked = new Map<string, Followed>()
  #endpoint: LeaderEndpoint | undefined
  /** Counts fetches; odd while one is in flight. */
  #turn = 0
  #isInterrupted = false
  #sessionId = 0
  #sessionEpoch = 0
  #isRunning = false
  #isStopped = false
  #wake: (() => void) | undefined

  constructor(ports: FollowerLoopPorts, options: FollowerLoopOptions) {
    this.#ports = ports
    this.#options = options
  }

  get partitionCount(): number {
    return this.#followed.size
  }

  follow(partition: Partition, leaderEpoch: number): void {
    const key = keyOf(partition.topicId, partition.partition)
    this.#followed.set(key, { partition, leaderEpoch, isActive: true, isDirty: true, failures: 0 })
    this.#forgotten.delete(key)
    this.#resume()
  }

  unfollow(partition: Partition): void {
    const key = keyOf(partition.topicId, partition.partition)
    if (this.#followed.delete(key)) this.#forgotten.set(key, partition)
    this.#asked.delete(key)
  }

  stop(): void {
    this.#isStopped = true
    this.#followed.clear()
    this.#asked.clear()
    this.#endpoint?.close()
    this.#wake?.()
  }

  #resume(): void {
    this.#wake?.()
    if (!this.#isRunning) this.#run()
    else this.#interruptWaiting()
  }

  /** Without this a partition that is added while a fetch waits would be followed only after `maxWaitMs`. */
  #interruptWaiting(): void {
    const turn = this.#turn
    if (turn % 2 === 0 || this.#isInterrupted) return
    this.#isInterrupted = true
    this.#ports.timers.after(interruptAfterMs, () => {
      if (this.#turn === turn) this.#endpoint?.close()
    })
  }

  #run(): void {
    if (this.#isStopped) return
    this.#isRunning = true
    this.#rounds().then(
      () => (this.#isRunning = false),
      (error: unknown) => {
        this.#isRunning = false
        this.#endpoint?.close()
        this.#endpoint = undefined
        this.#ports.bug(error)
      },
    )
  }

  /** Ends when there is nothing to follow; a rejection is a bug. */
  async #rounds(): Promise<void> {
    while (!this.#isStopped && this.#followed.size > 0) {
      if (this.#ports.limit.isOn) this.#holdBack()
      if (![...this.#followed.values()].some(followed => followed.isActive)) {
        await this.#pause(this.#options.backoffMs)
        continue
      }
      const answer = await this.#fetchOnce()
      if (this.#isStopped) return
      if (answer !== undefined) await this.#take(answer)
      else if (!this.#isInterrupted) await this.#pause(this.#options.backoffMs)
    }
  }

  /** Undefined when the leader did not answer; the session is then gone. */
  async #fetchOnce(): Promise<FollowerFetchAnswer | undefined> {
    this.#isInterrupted = false
    try {
      this.#endpoint ??= await this.#ports.connect()
      if (this.#isStopped) {
        this.#endpoint.close()
        return undefined
      }
      const request = this.#request()
      this.#turn += 1
      return await this.#endpoint.fetch(request).finally(() => (this.#turn += 1))
    } catch (error) {
      this.#endpoint?.close()
      this.#endpoint = undefined
      this.#resetSession()
      this.#ports.log.write('debug', 'follower.fetch-failed', { leader: this.#options.leaderId, error: String(error) })
      return undefined
    }
  }

  /** LEAD-12: beyond the limit, what is not in sync is not asked for; everything else goes on. */
  #holdBack(): void {
    if (this.#ports.limit.roomBytes() > 0) return
    for (const followed of this.#followed.values()) {
      if (!followed.isActive || !this.#isLimited(followed.partition)) continue
      this.#leaveOut(followed)
      this.#ports.timers.after(heldBackMs, () => {
        if (this.#comesBack(followed)) this.#wake?.()
      })
    }
  }

  #isLimited(partition: Partition): boolean {
    const { limit } = this.#ports
    return limit.isOn && !partition.isInSync && limit.covers(partition.topic, partition.partition)
  }

  #request() {
    const isFull = this.#sessionId === 0
    const positions: FollowerPosition[] = []
    for (const followed of this.#followed.values()) {
      if (!followed.isActive || !(isFull || followed.isDirty)) continue
      followed.isDirty = false
      this.#asked.set(keyOf(followed.partition.topicId, followed.partition.partition), followed)
      positions.push(this.#positionOf(followed))
    }
    const forgotten = isFull
      ? []
      : [...this.#forgotten.values()].map(({ topic, topicId, partition }) => ({ topic, topicId, partition }))
    this.#forgotten.clear()
    return {
      sessionId: this.#sessionId,
      sessionEpoch: this.#sessionEpoch,
      maxWaitMs: this.#options.maxWaitMs,
      minBytes: this.#options.minBytes,
      maxBytes: this.#options.responseMaxBytes,
      positions,
      forgotten,
    }
  }

  #positionOf(followed: Followed): FollowerPosition {
    const { log, topic, topicId, partition } = followed.partition
    const { partitionMaxBytes } = this.#options
    // Never 0, with which nothing would ever come.
    const maxBytes = this.#isLimited(followed.partition)
      ? Math.max(1, Math.min(partitionMaxBytes, Math.floor(this.#ports.limit.roomBytes())))
      : partitionMaxBytes
    return {
      topic,
      topicId,
      partition,
      currentLeaderEpoch: followed.leaderEpoch,
      fetchOffset: log.logEndOffset,
      lastFetchedEpoch: log.latestEpoch ?? -1,
      logStartOffset: log.logStartOffset,
      maxBytes,
    }
  }

  async #take(answer: FollowerFetchAnswer): Promise<void> {
    if (answer.error !== 'NONE') {
      this.#resetSession()
      const isSessionError = answer.error.includes('FETCH_SESSION')
      if (!isSessionError) await this.#pause(this.#options.backoffMs)
      return
    }
    this.#sessionId = answer.sessionId
    this.#sessionEpoch = answer.sessionId === 0 ? 0 : this.#sessionEpoch >= 2147483647 ? 1 : this.#sessionEpoch + 1
    // The records are only lent until more comes from the leader: all of them are taken before anything is asked of it.
    const questions: Promise<void>[] = []
    for (const partitionAnswer of answer.partitions) {
      const key = keyOf(partitionAnswer.topicId, partitionAnswer.partition)
      const followed = this.#followed.get(key)
      if (followed?.isActive !== true || this.#asked.get(key) !== followed) continue
      const question = this.#takePartition(followed, partitionAnswer)
      if (question !== undefined) questions.push(question)
    }
    if (questions.length > 0) await Promise.all(questions)
  }

  /** At once, but for errors that need another question. */
  #takePartition(followed: Followed, answer: FollowerPartitionAnswer): Promise<void> | undefined {
    const { partition } = followed
    if (partition.isOffline || partition.isLeader || partition.leaderEpoch !== followed.leaderEpoch) return undefined
    if (answer.error !== 'NONE') return this.#takeError(followed, answer.error)
    followed.isDirty = true
    if (answer.divergingEpoch !== undefined) {
      const own = partition.log.endOffsetOfEpoch(answer.divergingEpoch.epoch)
      const to = truncationPoint(answer.divergingEpoch, own, partition.log.logEndOffset)
      this.#ports.log.write('info', 'follower.truncate', { ...coordinates(partition), to, epoch: answer.divergingEpoch.epoch })
      partition.truncateTo(to)
      return undefined
    }
    const hadRecords = answer.recordsSizeBytes > 0
    const startBefore = partition.log.logStartOffset
    try {
      partition.appendFromLeader(answer.records, {
        highWatermark: answer.highWatermark,
        logStartOffset: answer.logStartOffset,
        leaderEpoch: followed.leaderEpoch,
      })
    } catch (error) {
      // Damaged on the way or at the leader: nothing of it was appended, and it is asked for again.
      if (!(error instanceof CorruptRecords)) throw error
      this.#ports.log.write('error', 'follower.corrupt-records', { ...coordinates(partition), error: error.message })
      return this.#takeError(followed, 'CORRUPT_MESSAGE')
    }
    this.#count(partition, answer.recordsSizeBytes)
    followed.failures = 0
    followed.isDirty = hadRecords || partition.log.logStartOffset !== startBefore
    return undefined
  }

  #count({ topic, partition }: Partition, bytes: number): void {
    const { limit } = this.#ports
    if (limit.isOn && limit.covers(topic, partition)) limit.took(bytes)
  }

  async #takeError(followed: Followed, error: string): Promise<void> {
    const action = afterError(error)
    this.#ports.log.write('debug', 'follower.partition-error', { ...coordinates(followed.partition), error })
    if (action === 'out-of-range' && (await this.#returnIntoRange(followed))) return
    if (action === 'wait') this.#suspend(followed, undefined)
    else this.#backOff(followed)
  }

  #backOff(followed: Followed): void {
    const delayMs = Math.min(firstBackoffMs * 2 ** followed.failures, this.#options.backoffMs)
    followed.failures += 1
    this.#suspend(followed, delayMs)
  }

  /** REPL-14. False when the leader could not say. */
  async #returnIntoRange(followed: Followed): Promise<boolean> {
    const { partition } = followed
    const bounds = await this.#endpoint?.logBounds(this.#positionOf(followed)).catch(() => undefined)
    // Meanwhile it may be deleted, or its disk have failed: then there is no log to touch.
    const isGone = partition.isOffline || partition.leaderEpoch !== followed.leaderEpoch
    if (bounds === undefined || !('logEndOffset' in bounds) || isGone) return false
    const action = afterOutOfRange(bounds, partition.log.logEndOffset)
    this.#ports.log.write('warn', 'follower.out-of-range', { ...coordinates(partition), action: action.kind })
    if (action.kind === 'truncate') partition.truncateTo(action.to)
    if (action.kind === 'restart') partition.restartAt(action.at)
    followed.isDirty = true
    return true
  }

  /** Leaves the partition out of the session, for a while or until newer metadata replaces it. */
  #suspend(followed: Followed, delayMs: number | undefined): void {
    this.#leaveOut(followed)
    if (delayMs === undefined) return
    this.#ports.timers.after(delayMs, () => {
      if (!this.#comesBack(followed)) return
      if (followed.failures <= eagerRetries) this.#resume()
      else this.#wake?.()
    })
  }

  #leaveOut(followed: Followed): void {
    const { partition } = followed
    followed.isActive = false
    this.#forgotten.set(keyOf(partition.topicId, partition.partition), partition)
  }

  /** False when it is followed no more, or as something else. */
  #comesBack(followed: Followed): boolean {
    const key = keyOf(followed.partition.topicId, followed.partition.partition)
    if (this.#followed.get(key) !== followed) return false
    followed.isActive = true
    followed.isDirty = true
    this.#forgotten.delete(key)
    return true
  }

  #resetSession(): void {
    this.#sessionId = 0
    this.#sessionEpoch = 0
    this.#forgotten.clear()
    this.#asked.clear()
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.#ports.timers.after(delayMs, () => done())
      const done = () => {
        cancel()
        this.#wake = undefined
        resolve()
      }
      this.#wake = done
    })
  }
}

const keyOf = (topicId: string, partition: number) => `${topicId}:${partition}`
const coordinates = (partition: Partition) => ({ topic: partition.topic, partition: partition.partition })
