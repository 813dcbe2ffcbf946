import type { Clock, Random, Timers } from '../env/clock.ts'
import type { Compression, Crc32c } from '../env/codec.ts'
import type { Disk } from '../env/disk.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { LogConfigInput, PartitionLog, StorageFailure } from './partition-log.ts'

/** The part of Env that storage uses. */
export interface StorageEnv {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly disk: Disk
  readonly compression: Compression
  readonly crc32c: Crc32c
  readonly log: LogSink
}

/** How much of what an unclean stop left has been checked, of one log directory. */
export interface RecoveryProgress {
  readonly directory: string
  readonly doneBytes: number
  readonly totalBytes: number
  /** In hand, or the last one: `orders-3`. */
  readonly partition: string
}

export interface LogDirectoryOptions {
  readonly path: string
  readonly clusterId: string
  readonly nodeId: number
  /** Configuration of a topic found on disk before metadata is known; `reconfigure` corrects it later. */
  configOf(topic: string): LogConfigInput
  /** Bytes of recent batches kept in memory for all partitions of this directory together; default 16 MiB. */
  readonly tailBytesMax?: number
  /** producer.id.expiration.ms as it is now (KIP-854); default a day. */
  producerIdExpirationMs?(): number
  /** log.cleaner.dedupe.buffer.size: what a pass may take for its keys; default 128 MiB. */
  readonly cleanerMapBytesMax?: number
  /** Told once when an I/O error took the directory offline (DISK-38). */
  onFailure?(failure: StorageFailure): void
  /** While it opens after an unclean stop: at the beginning, a few times a second, at the end. Not told when nothing is to be scanned. */
  onRecoveryProgress?(progress: RecoveryProgress): void
}

/**
 * One `log.dirs` entry: `meta.properties`, the lock, the checkpoints and a log per `<topic>-<partition>`. Opened by
 * `openLogDirectory(options, env)` of `storage/log-directory.ts`, which throws LogDirectoryRefused (locked, foreign cluster id) or StorageFailure.
 */
export interface LogDirectory {
  readonly path: string
  /** KIP-858. */
  readonly directoryId: string
  /** Broker epoch of the run that stopped cleanly; -1 when the marker did not say; undefined after an unclean stop (KIP-966). */
  readonly previousBrokerEpoch: number | undefined
  /** Set once the directory is offline: its logs throw StorageFailure. */
  readonly failure: StorageFailure | undefined
  logs(): Iterable<PartitionLog>
  log(topic: string, partition: number): PartitionLog | undefined
  /** Returns the present log when there is one with that topic id; another id makes the present one stray first. */
  createLog(spec: {
    readonly topic: string
    readonly partition: number
    readonly topicId: string
    readonly config: LogConfigInput
  }): PartitionLog
  /** Renames to `…-delete` at once; the files go after `file.delete.delay.ms`. No log: nothing happens. */
  deleteLog(topic: string, partition: number): void
  /** Renames to `…-stray`: found on disk but not assigned to this broker. */
  setStray(topic: string, partition: number): void
  /** REPL-18: replicas that are being moved here from another directory of the broker, in `…-future`. */
  futures(): Iterable<PartitionLog>
  future(topic: string, partition: number): PartitionLog | undefined
  /** An empty one, unless there is one of that topic id already: what it has and `current` has not is cut off then. */
  openFuture(current: PartitionLog, config: LogConfigInput): PartitionLog
  /** Copies at most about `maxBytes` (one batch at least). Returns the bytes copied; 0: it is as `current` is. */
  copyToFuture(current: PartitionLog, maxBytes: number): number
  /** What was copied is on its way to the disk, so that `promoteFuture` has little to wait for. */
  flushFutureAhead(topic: string, partition: number): void
  /**
   * The future log becomes this directory's log of the partition, durable with its name when this returns. `current` is still there,
   * and the caller's to delete; without one the future log is all there is (a start after a crash, or after the loss of a disk).
   */
  promoteFuture(spec: { topic: string; partition: number; config: LogConfigInput; current?: PartitionLog }): PartitionLog
  /** The move is given up: `…-delete`, and gone soon. No future log: nothing happens. */
  deleteFuture(topic: string, partition: number): void
  /** Where the metadata log lives; no partition of a topic. Made when absent. */
  readonly metadataLogPath: string
  /** Starts the periodic work: checkpoints, flush intervals, retention, compaction, delayed deletion. In steps of a few ms. */
  startMaintenance(intervals?: Partial<MaintenanceIntervals>): void
  /** One full round now, for tests and for people who ask. */
  runRetention(): void
  /** Compacts all that is due, at once, however long it takes. */
  runCompaction(): void
  /** Fsyncs all logs, writes all checkpoints and the clean-shutdown marker, releases the lock. */
  close(brokerEpoch: number): void
  /** Lets go of files and lock without the marker: as after a crash. */
  abandon(): void
}

/** Kafka's broker properties, milliseconds. */
export interface MaintenanceIntervals {
  /** replica.high.watermark.checkpoint.interval.ms */
  readonly highWatermarkCheckpointMs: number
  /** log.flush.offset.checkpoint.interval.ms */
  readonly recoveryPointCheckpointMs: number
  /** log.retention.check.interval.ms */
  readonly retentionCheckMs: number
  /** log.cleaner.backoff.ms */
  readonly cleanerBackoffMs: number
  /** producer.id.expiration.check.interval.ms */
  readonly producerExpirationCheckMs: number
}

/** The directory may not be used by this node: somebody else has the lock, or its meta.properties name another cluster or node. */
export class LogDirectoryRefused extends Error {
  override readonly name = 'LogDirectoryRefused'
}
