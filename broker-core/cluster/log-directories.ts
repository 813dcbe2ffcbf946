import { zeroUuid } from '../base/bytes/uuid.ts'
import type { Disk } from '../env/disk.ts'
import type { LogDirectory } from '../storage/log-directory-port.ts'
import type { LogConfigInput, PartitionLog } from '../storage/partition-log.ts'
import type { LogDirectoryView } from '../server/handlers/35-describe-log-dirs.ts'

/** All `log.dirs` of a broker as one: where a log is, and where a new one goes. */
export class LogDirectories {
  readonly #directories: readonly LogDirectory[]
  readonly #disk: Disk
  /** Those that could not even be opened. */
  readonly #unopened: readonly string[]

  constructor(directories: readonly LogDirectory[], disk: Disk, unopened: readonly string[] = []) {
    this.#directories = directories
    this.#disk = disk
    this.#unopened = unopened
  }

  get all(): readonly LogDirectory[] {
    return this.#directories
  }

  get online(): readonly LogDirectory[] {
    return this.#directories.filter(directory => directory.failure === undefined)
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

  /** The present log, or a new one in the directory with the fewest logs. Throws StorageFailure. */
  createLog(spec: { topic: string; partition: number; topicId: string; config: LogConfigInput }): PartitionLog {
    const home = this.#directories.find(directory => directory.log(spec.topic, spec.partition)?.topicId === spec.topicId)
    const directory = home ?? this.#emptiest()
    const log = directory.createLog(spec)
    log.reconfigure(spec.config)
    return log
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
    }
  }

  views(): LogDirectoryView[] {
    const opened = this.#directories.map(directory => ({
      path: directory.path,
      isOffline: directory.failure !== undefined,
      space: this.#spaceOf(directory.path),
      replicas: directory.failure === undefined ? [...directory.logs()].map(replicaSize) : [],
    }))
    return [...opened, ...this.#unopened.map(path => ({ path, isOffline: true, space: this.#spaceOf(path), replicas: [] }))]
  }

  #emptiest(): LogDirectory {
    const counted = this.online.map(directory => ({ directory, count: [...directory.logs()].length }))
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

const replicaSize = (log: PartitionLog) => ({
  topic: log.topic,
  partition: log.partition,
  sizeBytes: log.sizeBytes,
  offsetLag: Math.max(0, log.highWatermark - log.logEndOffset),
})
