import { zeroUuid, uuidFromRandom } from '../base/bytes/uuid.ts'
import { DiskError, type DiskLock } from '../env/disk.ts'
import { CorruptCheckpoint } from './checkpoints.ts'
import { Cleaner } from './compaction/cleaner.ts'
import { DelayedRemoval } from './delayed-removal.ts'
import { DirectoryFiles } from './directory-files.ts'
import { parsePartitionDirectoryName, partitionDirectoryName, suffixedDirectoryName, type DirectorySuffix } from './file-names.ts'
import { FutureLogs, type PartitionIdentity } from './future-logs.ts'
import type { Log } from './log.ts'
import type { LogContext } from './log-context.ts'
import {
  LogDirectoryRefused,
  type LogDirectory,
  type LogDirectoryOptions,
  type MaintenanceIntervals,
  type StorageEnv,
} from './log-directory-port.ts'
import { bytesToScan, loadLog } from './log-loading.ts'
import { startMaintenance } from './maintenance.ts'
import {
  formatCleanShutdown,
  formatMetaProperties,
  formatPartitionMetadata,
  parseCleanShutdown,
  parseMetaProperties,
  parsePartitionMetadata,
  partitionMetadataName,
} from './meta-properties.ts'
import { type CheckpointWrite, OffsetCheckpoint } from './offset-checkpoints.ts'
import { StorageFailure, type LogConfigInput, type PartitionLog } from './partition-log.ts'
import { type PartitionToScan, RecoveryReport } from './recovery-report.ts'
import { TailBudget } from './tail-cache.ts'

const tailBytesMaxDefault = 16 * 1024 * 1024
/** About four million keys; taken only while a pass runs, and no more than the dirty part can fill. */
const cleanerMapBytesMaxDefault = 128 * 1024 * 1024
const producerIdExpirationMsDefault = 86_400_000
const metadataDirectoryName = '__cluster_metadata-0'
const cleanShutdownName = '.kafka_cleanshutdown'

/** Opens one `log.dirs` entry and all logs in it. Throws LogDirectoryRefused or StorageFailure. */
export function openLogDirectory(options: LogDirectoryOptions, env: StorageEnv): LogDirectory {
  const lock = lockDirectory(options.path, env)
  try {
    return new OpenLogDirectory(options, env, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function lockDirectory(path: string, env: StorageEnv): DiskLock {
  let lock: DiskLock | undefined
  try {
    env.disk.makeDirectory(path)
    lock = env.disk.lock(`${path}/.lock`)
  } catch (error) {
    if (error instanceof DiskError) throw new StorageFailure(path, error.message, { cause: error })
    throw error
  }
  if (lock === undefined) throw new LogDirectoryRefused(`${path} is in use by another process`)
  return lock
}

interface FoundPartition {
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly isFuture: boolean
}

class OpenLogDirectory implements LogDirectory {
  readonly path: string
  readonly directoryId: string
  readonly previousBrokerEpoch: number | undefined
  readonly metadataLogPath: string
  readonly #options: LogDirectoryOptions
  readonly #env: StorageEnv
  readonly #lock: DiskLock
  readonly #files: DirectoryFiles
  readonly #removal: DelayedRemoval
  readonly #context: LogContext
  readonly #recoveryPoints: OffsetCheckpoint
  readonly #logStartOffsets: OffsetCheckpoint
  readonly #highWatermarks: OffsetCheckpoint
  readonly #cleanerOffsets: OffsetCheckpoint
  readonly #cleaner: Cleaner
  readonly #logs = new Map<string, Log>()
  readonly #futures: FutureLogs
  #stopMaintenance: (() => void) | undefined
  /** Unknown what a run before this one left. */
  #hasNewNames = true
  #isClosed = false

  constructor(options: LogDirectoryOptions, env: StorageEnv, lock: DiskLock) {
    this.path = options.path
    this.#options = options
    this.#env = env
    this.#lock = lock
    this.#files = new DirectoryFiles(env.disk, options.path, failure => this.#failed(failure))
    this.#removal = new DelayedRemoval(this.#files, env.clock, env.timers)
    this.directoryId = this.#identify()
    this.previousBrokerEpoch = this.#takeCleanShutdownMarker()
    this.#recoveryPoints = new OffsetCheckpoint(this.#files, 'recovery-point-offset-checkpoint')
    this.#logStartOffsets = new OffsetCheckpoint(this.#files, 'log-start-offset-checkpoint')
    this.#highWatermarks = new OffsetCheckpoint(this.#files, 'replication-offset-checkpoint')
    this.#cleanerOffsets = new OffsetCheckpoint(this.#files, 'cleaner-offset-checkpoint')
    this.#context = {
      files: this.#files,
      env,
      tailBudget: new TailBudget(options.tailBytesMax ?? tailBytesMaxDefault),
      producerIdExpirationMs: () => options.producerIdExpirationMs?.() ?? producerIdExpirationMsDefault,
      removeLater: (path, delayMs) => this.#removal.add(path, delayMs),
      makeNamesDurable: () => this.#makeNamesDurable(),
      writeRecoveryPoints: () => this.writeRecoveryPoints(),
      writeCleanerOffsets: () => this.writeCleanerOffsets(),
      writeLogStartOffsets: () => this.writeLogStartOffsets(),
    }
    this.#cleaner = new Cleaner(this, this.#context, options.cleanerMapBytesMax ?? cleanerMapBytesMaxDefault)
    this.#futures = new FutureLogs({
      path: this.path,
      files: this.#files,
      context: this.#context,
      uniqueHex: () => this.#uniqueHex(),
      makePartitionDirectory: (directory, identity) => this.#makePartitionDirectory(directory, identity),
      writeCheckpoints: () => this.#writeCheckpoints(),
      discard: log => this.#removal.add(this.#rename(log, '-delete'), 0, true),
    })
    this.metadataLogPath = `${this.path}/${metadataDirectoryName}`
    this.#files.makeDirectory(this.metadataLogPath)
    this.#loadLogs()
    // A log that ends below its recovery point will be written anew there: the checkpoint must not vouch for that.
    if (this.previousBrokerEpoch === undefined) this.writeRecoveryPoints()
  }

  get failure(): StorageFailure | undefined {
    return this.#files.failure
  }

  logs(): Iterable<Log> {
    return this.#logs.values()
  }

  log(topic: string, partition: number): Log | undefined {
    return this.#logs.get(partitionDirectoryName(topic, partition))
  }

  createLog(spec: { topic: string; partition: number; topicId: string; config: LogConfigInput }): PartitionLog {
    const present = this.log(spec.topic, spec.partition)
    if (present?.topicId === spec.topicId) {
      present.reconfigure(spec.config)
      return present
    }
    if (present?.topicId === zeroUuid) {
      this.#writePartitionMetadata(present.directory, spec.topicId)
      present.adoptTopicId(spec.topicId)
      present.reconfigure(spec.config)
      return present
    }
    if (present !== undefined) this.setStray(spec.topic, spec.partition)
    const name = partitionDirectoryName(spec.topic, spec.partition)
    const directory = `${this.path}/${name}`
    this.#makePartitionDirectory(directory, spec)
    const fresh = {
      recoveryPoint: 0,
      logStartOffset: 0,
      highWatermark: 0,
      firstDirtyOffset: undefined,
      wasClean: false,
      isNew: true,
    }
    const log = loadLog({ ...spec, directory, ...fresh }, this.#context)
    this.#logs.set(name, log)
    return log
  }

  deleteLog(topic: string, partition: number): void {
    const log = this.log(topic, partition)
    if (log === undefined) return
    const path = this.#setAside(log, '-delete')
    this.#removal.add(path, log.config.fileDeleteDelayMs, true)
  }

  setStray(topic: string, partition: number): void {
    const log = this.log(topic, partition)
    if (log !== undefined) this.#setAside(log, '-stray')
  }

  futures(): Iterable<Log> {
    return this.#futures.all()
  }
  future(topic: string, partition: number): Log | undefined {
    return this.#futures.get(topic, partition)
  }
  openFuture(current: PartitionLog, config: LogConfigInput): PartitionLog {
    return this.#futures.open(current, config)
  }
  copyToFuture(current: PartitionLog, maxBytes: number): number {
    return this.#futures.copy(current, maxBytes)
  }
  flushFutureAhead(topic: string, partition: number): void {
    this.#futures.flushAhead(topic, partition)
  }
  promoteFuture(spec: { topic: string; partition: number; config: LogConfigInput; current?: PartitionLog }): PartitionLog {
    const log = this.#futures.promote(spec)
    this.#logs.set(partitionDirectoryName(spec.topic, spec.partition), log)
    return log
  }
  deleteFuture(topic: string, partition: number): void {
    this.#futures.delete(topic, partition)
  }

  startMaintenance(intervals: Partial<MaintenanceIntervals> = {}): void {
    this.#stopMaintenance ??= startMaintenance(this, this.#env, intervals, this.#cleaner)
  }

  runRetention(): void {
    for (const log of this.#logs.values()) log.applyRetention()
  }

  runCompaction(): void {
    for (const _step of this.#cleaner.cleanAll('now')) if (this.#isClosed) return
  }

  /** Segments, epochs and producers of everything appended so far are durable below these offsets. */
  writeRecoveryPoints(how: CheckpointWrite = 'now'): void {
    this.#recoveryPoints.write(
      this.#offsetsOf(log => log.recoveryPoint),
      how,
    )
  }

  writeLogStartOffsets(how: CheckpointWrite = 'now'): void {
    const isInside = (log: Log) => log.logStartOffset > log.segments.first.baseOffset
    this.#logStartOffsets.write(
      this.#offsetsOf(log => (isInside(log) ? log.logStartOffset : undefined)),
      how,
    )
  }

  writeHighWatermarks(how: CheckpointWrite = 'now'): void {
    this.#highWatermarks.write(
      this.#offsetsOf(log => log.highWatermark),
      how,
    )
  }

  writeCleanerOffsets(): void {
    this.#cleanerOffsets.write(
      this.#offsetsOf(log => log.firstDirtyOffset),
      'now',
    )
  }

  close(brokerEpoch: number): void {
    if (this.#isClosed) return
    this.#stop()
    try {
      if (this.failure !== undefined) return
      for (const log of this.#logsAndFutures()) log.close()
      this.#writeCheckpoints()
      const marker = `${this.path}/${cleanShutdownName}`
      this.#files.replaceText(marker, formatCleanShutdown(brokerEpoch))
    } finally {
      this.#letGo()
    }
  }

  abandon(): void {
    if (this.#isClosed) return
    this.#stop()
    this.#letGo()
  }

  #writeCheckpoints(): void {
    this.writeRecoveryPoints()
    this.writeCleanerOffsets()
    this.writeLogStartOffsets()
    this.writeHighWatermarks()
  }

  get #checkpoints(): readonly OffsetCheckpoint[] {
    return [this.#recoveryPoints, this.#logStartOffsets, this.#highWatermarks, this.#cleanerOffsets]
  }

  #makeNamesDurable(): void {
    if (!this.#hasNewNames) return
    this.#files.syncDirectory(this.path)
    this.#hasNewNames = false
  }

  #stop(): void {
    this.#isClosed = true
    this.#stopMaintenance?.()
    this.#removal.stop()
    for (const checkpoint of this.#checkpoints) checkpoint.stop()
  }

  #letGo(): void {
    for (const log of this.#logsAndFutures()) log.abandon()
    this.#files.closeAll()
    this.#lock.release()
  }

  #failed(failure: StorageFailure): void {
    const { nodeId, path } = this.#options
    this.#env.log.write('error', 'log-directory.offline', { broker: nodeId, directory: path, error: failure.message })
    this.#options.onFailure?.(failure)
  }

  /** Reads or makes `meta.properties`; returns the directory id. */
  #identify(): string {
    const path = `${this.path}/meta.properties`
    const text = this.#files.readText(path)
    const found = text === undefined ? undefined : parseMetaProperties(text)
    if (found?.clusterId !== undefined && found.clusterId !== this.#options.clusterId) {
      throw new LogDirectoryRefused(`${this.path} belongs to cluster ${found.clusterId}, not ${this.#options.clusterId}`)
    }
    if (found?.nodeId !== undefined && found.nodeId !== this.#options.nodeId) {
      throw new LogDirectoryRefused(`${this.path} belongs to node ${found.nodeId}, not ${this.#options.nodeId}`)
    }
    if (found?.directoryId !== undefined && found.clusterId !== undefined) return found.directoryId
    const directoryId = found?.directoryId ?? uuidFromRandom(this.#env.random.bytes(16))
    const { clusterId, nodeId } = this.#options
    this.#files.replaceText(path, formatMetaProperties({ clusterId, nodeId, directoryId }))
    return directoryId
  }

  #takeCleanShutdownMarker(): number | undefined {
    const path = `${this.path}/${cleanShutdownName}`
    const text = this.#files.readText(path)
    if (text === undefined) return undefined
    this.#files.remove(path)
    this.#files.syncDirectory(this.path)
    return parseCleanShutdown(text)
  }

  #loadLogs(): void {
    const found = this.#partitionsFound()
    const toScan = found.map(one => ({ partition: one.name, bytes: this.#bytesToScan(one) }))
    const report = new RecoveryReport(this.path, toScan, this.#env.clock, this.#options.onRecoveryProgress)
    for (const [index, one] of found.entries()) {
      const log = this.#load(one, toScan[index]!, report)
      if (one.isFuture) this.#futures.found(log)
      else this.#logs.set(one.name, log)
      report.finished(toScan[index]!)
    }
  }

  /** Partition directories; the removal of deleted ones goes on. */
  #partitionsFound(): FoundPartition[] {
    const found = this.#files.list(this.path).flatMap(name => {
      const parsed = name === metadataDirectoryName ? undefined : parsePartitionDirectoryName(name)
      if (parsed === undefined || !this.#files.isDirectory(`${this.path}/${name}`)) return []
      if (parsed.suffix === '-delete') this.#removal.add(`${this.path}/${name}`, 0, true)
      const { topic, partition, suffix } = parsed
      const isFuture = suffix === '-future'
      return suffix === undefined || isFuture ? [{ name, topic, partition, isFuture }] : []
    })
    return found.filter(one => !one.isFuture || this.#isFirstOfItsName(one, found))
  }

  /** A copy beside the log itself, or beside another copy, is what somebody's hand or a repaired disk left: it goes. */
  #isFirstOfItsName(future: FoundPartition, found: readonly FoundPartition[]): boolean {
    const isSame = (one: FoundPartition) => one.topic === future.topic && one.partition === future.partition
    const isFirst = found.filter(isSame).every(one => one === future || (one.isFuture && one.name > future.name))
    if (!isFirst) this.#removal.add(`${this.path}/${future.name}`, 0, true)
    return isFirst
  }

  #bytesToScan({ name, topic, partition }: FoundPartition): number {
    if (this.previousBrokerEpoch !== undefined) return 0
    const recoveryPoint = this.#recoveryPoints.offsets.get(partitionDirectoryName(topic, partition)) ?? 0
    return bytesToScan(this.#files, `${this.path}/${name}`, recoveryPoint)
  }

  #load(found: FoundPartition, toScan: PartitionToScan, report: RecoveryReport): Log {
    const { topic, partition } = found
    const directory = `${this.path}/${found.name}`
    // A copy has its offsets in the checkpoints under the name of the partition, whose log lies elsewhere.
    const name = partitionDirectoryName(topic, partition)
    const metadata = this.#files.readText(`${directory}/${partitionMetadataName}`)
    const checkpointed = {
      recoveryPoint: this.#recoveryPoints.offsets.get(name),
      logStartOffset: this.#logStartOffsets.offsets.get(name),
      highWatermark: this.#highWatermarks.offsets.get(name),
      firstDirtyOffset: this.#cleanerOffsets.offsets.get(name),
    }
    const topicId = (metadata === undefined ? undefined : parsePartitionMetadata(metadata)) ?? zeroUuid
    const spec = { topic, partition, topicId, config: this.#options.configOf(topic), directory, ...checkpointed }
    const startedMs = this.#env.clock.monotonicMs()
    const onProgress = (doneBytes: number, totalBytes: number) => {
      report.scanned(toScan, doneBytes)
      if (doneBytes < totalBytes) return
      const tookMs = Math.round(this.#env.clock.monotonicMs() - startedMs)
      this.#env.log.write('info', 'log.recovered', { partition: name, bytes: totalBytes, tookMs })
    }
    try {
      return loadLog({ ...spec, wasClean: this.previousBrokerEpoch !== undefined, isNew: false, onProgress }, this.#context)
    } catch (error) {
      if (error instanceof CorruptCheckpoint) throw this.#files.fail(`${name}: ${error.message}`)
      throw error
    }
  }

  /** Renames the partition's directory; its log is closed. Returns the new path. */
  #setAside(log: Log, suffix: DirectorySuffix): string {
    this.#logs.delete(partitionDirectoryName(log.topic, log.partition))
    return this.#rename(log, suffix)
  }

  #rename(log: Log, suffix: DirectorySuffix): string {
    const { topic, partition } = log
    log.abandon()
    const path = `${this.path}/${suffixedDirectoryName(topic, partition, this.#uniqueHex(), suffix)}`
    this.#files.renameDirectory(log.directory, path)
    this.#files.syncDirectory(this.path)
    return path
  }

  #uniqueHex(): string {
    return [...this.#env.random.bytes(16)].map(byte => byte.toString(16).padStart(2, '0')).join('')
  }

  #makePartitionDirectory(directory: string, { topic, partition, topicId }: PartitionIdentity): void {
    // What they still say of an earlier partition of this name would be taken for the new one's after a crash.
    if (this.#checkpoints.some(checkpoint => checkpoint.names(topic, partition))) this.#writeCheckpoints()
    this.#files.makeDirectory(directory)
    this.#hasNewNames = true
    this.#writePartitionMetadata(directory, topicId)
  }

  #writePartitionMetadata(directory: string, topicId: string): void {
    const bytes = new TextEncoder().encode(formatPartitionMetadata(topicId))
    this.#files.writeWhole(`${directory}/${partitionMetadataName}`, bytes, false)
  }

  *#logsAndFutures(): Generator<Log> {
    yield* this.#logs.values()
    yield* this.#futures.all()
  }

  #offsetsOf(offsetOf: (log: Log) => number | undefined) {
    return [...this.#logsAndFutures()].flatMap(log => {
      const offset = offsetOf(log)
      return offset === undefined ? [] : [{ topic: log.topic, partition: log.partition, offset }]
    })
  }
}
