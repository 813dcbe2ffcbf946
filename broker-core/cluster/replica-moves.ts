import type { CancelTimer, Clock, Timers } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import { CorruptRecords } from '../records/record-varint.ts'
import type { Partition } from '../replication/partition.ts'
import type { Replicas } from '../replication/replicas.ts'
import type { MoveThrottle } from '../server/quotas/move-throttle.ts'
import { futureNameFits } from '../storage/file-names.ts'
import type { LogDirectory } from '../storage/log-directory-port.ts'
import { StorageFailure, type LogConfigInput } from '../storage/partition-log.ts'
import type { DirectoryChoice } from './directory-choices.ts'
import type { LogDirectories } from './log-directories.ts'
import { judgeMove, nextOfMove, type MoveVerdict } from './replica-move-rules.ts'

export interface ReplicaMovesOptions {
  readonly brokerId: number
  readonly directories: LogDirectories
  readonly replicas: Replicas
  readonly clock: Clock
  readonly timers: Timers
  readonly log: LogSink
  readonly throttle: MoveThrottle
  configOf(topic: string): LogConfigInput
  /** KIP-858: where the metadata says that this broker's replica lies. */
  directoryOnRecord(topicId: string, partition: number): string | undefined
  directoryChosen(choice: DirectoryChoice): void
  bug(error: unknown): void
}

interface Move {
  readonly replica: Partition
  readonly target: LogDirectory
  /** When the controller was told last; undefined: not yet. */
  askedMs: number | undefined
}

const stretchMs = 5
/** Caught up and waiting for the controller, or for the throttle. */
const idleMs = 100
const askAgainMs = 30_000
const stepBytesMax = 1024 * 1024
/** Wishes for replicas that are not there yet; the oldest is forgotten for the next. */
const wishesMax = 10_000

/** REPL-18 (KIP-113): replicas of this broker on their way to another of its log directories, each copied in steps beside its traffic. */
export class ReplicaMoves {
  readonly #options: ReplicaMovesOptions
  readonly #moves = new Map<Partition, Move>()
  readonly #wishes = new Map<string, string>()
  #cancel: CancelTimer | undefined
  #isStopped = false

  constructor(options: ReplicaMovesOptions) {
    this.#options = options
  }

  /** AlterReplicaLogDirs of one partition. */
  alter(path: string, topic: string, partition: number): KafkaErrorName {
    const replica = this.#options.replicas.get(topic, partition)
    const verdict = this.#judge(path, { topic, partition, replica })
    if (replica !== undefined && verdict.givesUp) this.#giveUp(replica)
    if (verdict.action === 'remember') this.#remember(`${topic}-${partition}`, path)
    if (verdict.action !== 'begin' || replica === undefined) return verdict.error
    const target = this.#options.directories.online.find(directory => directory.path === path)
    return target !== undefined && this.#begin(replica, target) ? 'NONE' : 'KAFKA_STORAGE_ERROR'
  }

  #judge(
    target: string,
    { topic, partition, replica }: { topic: string; partition: number; replica: Partition | undefined },
  ): MoveVerdict {
    const { directories } = this.#options
    return judgeMove({
      target,
      configured: directories.paths,
      online: directories.online.map(directory => directory.path),
      cordoned: directories.cordoned,
      replica: replica === undefined ? 'absent' : replica.isOffline ? 'offline' : 'online',
      current: directories.directoryOf(topic, partition),
      future: replica === undefined ? undefined : this.#moves.get(replica)?.target.path,
      isNameTooLong: !futureNameFits(topic, partition),
    })
  }

  /** Where the replica that is made now was wished to be. */
  takeWish(topic: string, partition: number): string | undefined {
    const path = this.#wishes.get(`${topic}-${partition}`)
    this.#wishes.delete(`${topic}-${partition}`)
    return path
  }

  /** A replica was opened: what an earlier run began is gone on with. */
  opened(replica: Partition): void {
    const { directories } = this.#options
    const { topic, topicId, partition } = replica
    const target = directories.online.find(directory => directory.future(topic, partition)?.topicId === topicId)
    if (target === undefined || directories.isInSame(replica.log, target)) return
    this.#begin(replica, target)
  }

  /** What is to be on record of a replica: its directory, or that which it is about to be in. */
  directoryIdOf(replica: Partition): string | undefined {
    const move = this.#moves.get(replica)
    return move?.askedMs === undefined
      ? this.#options.directories.directoryIdOf(replica.topic, replica.partition)
      : move.target.directoryId
  }

  /** The replica goes away, and its copy with it. */
  cancel(replica: Partition): void {
    const move = this.#moves.get(replica)
    if (move === undefined) return
    this.#moves.delete(replica)
    this.#guard(() => move.target.deleteFuture(replica.topic, replica.partition))
  }

  /** Copies stay as they are; the next run goes on with them. */
  stop(): void {
    this.#isStopped = true
    this.#cancel?.()
  }

  #remember(name: string, path: string): void {
    this.#wishes.delete(name)
    this.#wishes.set(name, path)
    for (const oldest of this.#wishes.keys()) if (this.#wishes.size > wishesMax) this.#wishes.delete(oldest)
  }

  #begin(replica: Partition, target: LogDirectory): boolean {
    const isOpen = this.#guard(() => target.openFuture(replica.log, this.#options.configOf(replica.topic)) !== undefined)
    if (isOpen !== true) return false
    this.#moves.set(replica, { replica, target, askedMs: undefined })
    this.#tell('replica-move.begun', replica, target)
    this.#schedule(0)
    return true
  }

  #giveUp(replica: Partition): void {
    const move = this.#moves.get(replica)
    if (move === undefined) return
    this.cancel(replica)
    this.#tell('replica-move.given-up', replica, move.target)
    if (move.askedMs !== undefined) this.#revert(replica)
  }

  /** What the controller was told ahead does not happen. */
  #revert({ topic, topicId, partition }: Partition): void {
    const directoryId = this.#options.directories.directoryIdOf(topic, partition)
    if (directoryId !== undefined) this.#options.directoryChosen({ topicId, partition, directoryId })
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped || this.#cancel !== undefined || this.#moves.size === 0) return
    this.#cancel = this.#options.timers.after(delayMs, () => {
      this.#cancel = undefined
      try {
        this.#schedule(this.#stretch() ? stretchMs : idleMs)
      } catch (error) {
        this.stop()
        this.#options.bug(error)
      }
    })
  }

  /** Every move a step in turn, for some milliseconds. True: there is more to copy at once. */
  #stretch(): boolean {
    const { clock } = this.#options
    const untilMs = clock.monotonicMs() + stretchMs
    let hasMore = true
    while (hasMore && clock.monotonicMs() < untilMs) {
      hasMore = false
      for (const move of [...this.#moves.values()]) {
        if (this.#step(move)) hasMore = true
        if (clock.monotonicMs() < untilMs) continue
        // Those behind it come first the next time.
        if (this.#moves.delete(move.replica)) this.#moves.set(move.replica, move)
        return true
      }
    }
    return hasMore
  }

  #step(move: Move): boolean {
    const { replica, target } = move
    if (replica.isOffline || target.failure !== undefined) {
      this.#lost(move)
      return false
    }
    try {
      return this.#guard(() => this.#advance(move)) === true
    } catch (error) {
      // Bytes that rotted on the old disk: the copy refuses them, and the replica stays where it is.
      if (!(error instanceof CorruptRecords)) throw error
      const { topic, partition } = replica
      this.#options.log.write('error', 'replica-move.corrupt', {
        broker: this.#options.brokerId,
        topic,
        partition,
        error: error.message,
      })
      this.#giveUp(replica)
      return false
    }
  }

  #advance(move: Move): boolean {
    const { throttle } = this.#options
    const roomBytes = throttle.roomBytes()
    if (roomBytes <= 0) return false
    const copied = move.target.copyToFuture(move.replica.log, Math.min(stepBytesMax, roomBytes))
    throttle.took(copied)
    const next = nextOfMove({ isCaughtUp: copied === 0, isAsked: move.askedMs !== undefined, isOnRecord: this.#isOnRecord(move) })
    if (next === 'swap') this.#swap(move)
    else if (next === 'ask-controller') this.#ask(move)
    else if (next === 'wait' && this.#options.clock.monotonicMs() - (move.askedMs ?? 0) > askAgainMs) this.#ask(move)
    return next === 'copy'
  }

  #isOnRecord({ replica, target }: Move): boolean {
    return this.#options.directoryOnRecord(replica.topicId, replica.partition) === target.directoryId
  }

  #ask(move: Move): void {
    const { topic, topicId, partition } = move.replica
    if (move.askedMs === undefined) move.target.flushFutureAhead(topic, partition)
    move.askedMs = this.#options.clock.monotonicMs()
    this.#options.directoryChosen({ topicId, partition, directoryId: move.target.directoryId })
  }

  /** The one place where a replica changes its directory: in one go, between two requests. */
  #swap(move: Move): void {
    const { configOf, directories } = this.#options
    const { replica, target } = move
    const { log: old, partition, topic } = replica
    const log = target.promoteFuture({ topic, partition, config: configOf(topic), current: old })
    replica.replaceLog(log)
    this.#moves.delete(replica)
    this.#tell('replica-move.done', replica, target)
    directories.deleteLog(old)
  }

  /** With the disk of the one or the other. */
  #lost(move: Move): void {
    this.#moves.delete(move.replica)
    this.#tell('replica-move.lost', move.replica, move.target)
    if (!move.replica.isOffline && move.askedMs !== undefined) this.#revert(move.replica)
  }

  #tell(event: string, { topic, partition }: Partition, target: LogDirectory): void {
    this.#options.log.write('info', event, { broker: this.#options.brokerId, topic, partition, directory: target.path })
  }

  /** Undefined: a disk failed. Its directory has told of it, and who lies there goes offline by that. */
  #guard<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof StorageFailure)) throw error
      return undefined
    }
  }
}
