import { zeroUuid } from '../base/bytes/uuid.ts'
import type { Disk } from '../env/disk.ts'
import type { LogDirectory } from '../storage/log-directory-port.ts'
import type { LogConfigInput, PartitionLog } from '../storage/partition-log.ts'
import type { LogDirectoryView, ReplicaSize } from '../server/handlers/35-describe-log-dirs.ts'

interface LogSpec {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly config: LogConfigInput
}

export interface LogDirectoriesOptions {
  /** Those that could not even be opened. */
  readonly unopened?: readonly string[]
  /** KIP-1066: which of them take no new replicas now. */
  cordoned?(paths: readonly string[]): readonly string[]
}

/** All `log.dirs` of a broker as one: where a log is, and where a new one goes. */
export class LogDirectories {
  readonly #directories: readonly LogDirectory[]
  readonly #disk: Disk
  /** Those that could not even be opened. */
  readonly #unopened: readonly string[]
  readonly #cordoned: (paths: readonly string[]) => readonly string[]

  constructor(directories: readonly LogDirectory[], disk: Disk, options: LogDirectoriesOptions = {}) {
    this.#directories = directories
    this.#disk = disk
    this.#unopened = options.unopened ?? []
    this.#cordoned = options.cordoned ?? (() => [])
  }

  get all(): readonly LogDirectory[] {
    return this.#directories
  }

  /** `log.dirs` as configured, as far as these go. */
  get paths(): readonly string[] {
    return [...this.#directories.map(directory => directory.path), ...this.#unopened]
  }

  get online(): readonly LogDirectory[] {
    return this.#directories.filter(directory => directory.failure === undefined)
  }

  /** KIP-1066: paths of those that take no new replicas. */
  get cordoned(): readonly string[] {
    return this.#cordoned(this.paths)
  }

  get cordonedIds(): readonly string[] {
    const paths = new Set(this.cordoned)
    return this.#directories.filter(directory => paths.has(directory.path)).map(directory => directory.directoryId)
  }

  /** KIP-858. Undefined when no directory holds the replica. */
  directoryIdOf(topic: string, partition: number): string | undefined {
    return this.#directories.find(directory => directory.log(topic, partition) !== undefined)?.directoryId
  }

  /** Path of the directory that holds the replica. */
  directoryOf(topic: string, partition: number): string | undefined {
    return this.#directories.find(directory => directory.log(topic, partition) !== undefined)?.path
  }

  /**
   * KIP-858: the metadata says that the replica lies in a directory that is not there, while one of ours is not: it must not be begun
   * anew elsewhere. With all of ours online the directory was taken out of `log.dirs`, and the replica is to be copied again.
   */
  isOutOfReach(directoryId: string | undefined): boolean {
    const isMissing = this.#unopened.length > 0 || this.online.length < this.#directories.length
    if (!isMissing || directoryId === undefined || directoryId === zeroUuid) return false
    return !this.online.some(directory => directory.directoryId === directoryId)
  }

  /**
   * The present log, or the copy that was to take its place, or a new one: where it was wished to be, else in the directory with the
   * fewest logs that is not cordoned (if all are, the controller was asked for this very broker). Throws StorageFailure.
   */
  createLog(spec: LogSpec, wishedPath?: string): PartitionLog {
    const home = this.#homeOf(spec)
    const log = home?.createLog(spec) ?? this.#promoted(spec) ?? (this.#wished(wishedPath) ?? this.#emptiest()).createLog(spec)
    log.reconfigure(spec.config)
    return log
  }

  /** A crash within the swap of a move leaves the log and its whole copy under the same name (REPL-18): the longer one stays. */
  #homeOf({ topic, partition, topicId }: LogSpec): LogDirectory | undefined {
    const homes = this.#directories.flatMap(directory => {
      const log = directory.log(topic, partition)
      return log?.topicId === topicId ? [{ directory, log }] : []
    })
    homes.sort((one, other) => other.log.logEndOffset - one.log.logEndOffset)
    for (const { directory } of homes.slice(1)) if (directory.failure === undefined) directory.deleteLog(topic, partition)
    // One whose `partition.metadata` did not survive is taken for it, rather than begun anew beside it.
    return homes[0]?.directory ?? this.#directories.find(directory => directory.log(topic, partition)?.topicId === zeroUuid)
  }

  /** The log is not there: lost with its disk, or set aside when the swap was cut off. A copy begins as it did, so it is better than nothing. */
  #promoted({ topic, partition, topicId, config }: LogSpec): PartitionLog | undefined {
    const holder = this.online.find(directory => directory.future(topic, partition)?.topicId === topicId)
    return holder?.promoteFuture({ topic, partition, config })
  }

  #wished(path: string | undefined): LogDirectory | undefined {
    return this.online.find(directory => directory.path === path)
  }

  isInSame(log: PartitionLog, directory: LogDirectory): boolean {
    return directory.log(log.topic, log.partition) === log
  }

  /** Only when it is still that log: a newer topic of the same name may have taken the place. */
  deleteLog(log: PartitionLog): void {
    for (const directory of this.online) {
      if (directory.log(log.topic, log.partition) === log) directory.deleteLog(log.topic, log.partition)
    }
  }

  setStraysAside(isAssigned: (log: PartitionLog) => boolean): void {
    for (const directory of this.online) {
      const strays = [...directory.logs()].filter(log => !isAssigned(log))
      for (const log of strays) directory.setStray(log.topic, log.partition)
      for (const copy of [...directory.futures()].filter(log => !isAssigned(log)))
        directory.deleteFuture(copy.topic, copy.partition)
    }
  }

  views(): LogDirectoryView[] {
    const cordoned = new Set(this.cordoned)
    const opened = this.#directories.map(directory => ({
      path: directory.path,
      isOffline: directory.failure !== undefined,
      isCordoned: cordoned.has(directory.path),
      space: this.#spaceOf(directory.path),
      replicas: directory.failure === undefined ? this.#replicasIn(directory) : [],
    }))
    const unopened = this.#unopened.map(path => ({
      ...{ path, isOffline: true, isCordoned: cordoned.has(path) },
      ...{ space: this.#spaceOf(path), replicas: [] },
    }))
    return [...opened, ...unopened]
  }

  #replicasIn(directory: LogDirectory): ReplicaSize[] {
    const currentEnd = ({ topic, partition }: PartitionLog) =>
      this.online.find(other => other.log(topic, partition) !== undefined)?.log(topic, partition)?.logEndOffset
    return [
      ...[...directory.logs()].map(log => replicaSize(log, log.highWatermark, false)),
      ...[...directory.futures()].map(log => replicaSize(log, currentEnd(log) ?? log.logEndOffset, true)),
    ]
  }

  #emptiest(): LogDirectory {
    const cordoned = new Set(this.cordoned)
    const free = this.online.filter(directory => !cordoned.has(directory.path))
    const counted = (free.length > 0 ? free : this.online).map(directory => ({ directory, count: [...directory.logs()].length }))
    counted.sort((one, other) => one.count - other.count)
    const chosen = counted[0]?.directory ?? this.#directories[0]
    if (chosen === undefined) throw new Error('a broker has at least one log directory')
    return chosen
  }

  #spaceOf(path: string): LogDirectoryView['space'] {
    try {
      return this.#disk.space(path)
    } catch {
      // The volume is gone or refuses to answer: the reply says unknown, the directory's own failure tells why.
      return undefined
    }
  }
}

const replicaSize = (log: PartitionLog, wholeEnd: number, isFuture: boolean): ReplicaSize => ({
  topic: log.topic,
  partition: log.partition,
  sizeBytes: log.sizeBytes,
  offsetLag: Math.max(0, wholeEnd - log.logEndOffset),
  isFuture,
})
