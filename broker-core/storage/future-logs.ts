import { assert } from '../base/assert.ts'
import type { DirectoryFiles } from './directory-files.ts'
import { partitionDirectoryName, suffixedDirectoryName } from './file-names.ts'
import { agreedEnd, copyStep } from './future-copy.ts'
import { Log } from './log.ts'
import type { LogContext } from './log-context.ts'
import { loadLog } from './log-loading.ts'
import { StorageFailure, type LogConfigInput, type PartitionLog } from './partition-log.ts'

export interface PartitionIdentity {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
}

/** What the future logs of a directory use of it. */
export interface FutureHost {
  readonly path: string
  readonly files: DirectoryFiles
  readonly context: LogContext
  uniqueHex(): string
  /** Makes the partition's directory with its `partition.metadata`. */
  makePartitionDirectory(directory: string, identity: PartitionIdentity): void
  /** All four, durable when this returns. */
  writeCheckpoints(): void
  /** Renames to `…-delete`; the files go soon. */
  discard(log: Log): void
}

/** REPL-18 (KIP-113): the `…-future` logs of one log directory, each a copy of a log that lies in another one. */
export class FutureLogs {
  readonly #host: FutureHost
  readonly #logs = new Map<string, Log>()

  constructor(host: FutureHost) {
    this.#host = host
  }

  all(): Iterable<Log> {
    return this.#logs.values()
  }

  get(topic: string, partition: number): Log | undefined {
    return this.#logs.get(partitionDirectoryName(topic, partition))
  }

  found(log: Log): void {
    this.#logs.set(partitionDirectoryName(log.topic, log.partition), log)
  }

  open(port: PartitionLog, config: LogConfigInput): Log {
    const current = asLog(port)
    const present = this.get(current.topic, current.partition)
    if (present?.topicId === current.topicId) {
      for (let end = agreedEnd(current, present); end < present.logEndOffset; end = agreedEnd(current, present)) {
        present.truncateTo(end)
      }
      current.copying.begin(present, this.#host.files)
      return present
    }
    if (present !== undefined) this.delete(current.topic, current.partition)
    return this.#create(current, config)
  }

  #create(current: Log, config: LogConfigInput): Log {
    const { context, path } = this.#host
    const { topic, partition, topicId } = current
    const directory = `${path}/${suffixedDirectoryName(topic, partition, this.#host.uniqueHex(), '-future')}`
    this.#host.makePartitionDirectory(directory, { topic, partition, topicId })
    const nothing = { recoveryPoint: 0, logStartOffset: 0, highWatermark: 0, wasClean: false, isNew: true }
    // What is compacted while it is copied counts as dirty in the copy: a part of it may have been copied before.
    const fresh = { ...nothing, firstDirtyOffset: current.firstDirtyOffset }
    const log = loadLog({ topic, partition, topicId, config, directory, ...fresh }, context)
    current.copying.begin(log, context.files)
    this.found(log)
    return log
  }

  copy(port: PartitionLog, maxBytes: number): number {
    const current = asLog(port)
    const future = this.get(current.topic, current.partition)
    assert(future !== undefined, 'a move has its future log')
    return copyStep(current, future, maxBytes)
  }

  flushAhead(topic: string, partition: number): void {
    this.get(topic, partition)
      ?.segments.active.syncInBackground()
      .catch((error: unknown) => {
        // The directory is offline then, and has told so.
        if (!(error instanceof StorageFailure)) throw error
      })
  }

  /** In this order: the content and the checkpoints are durable before the name says that this is the log. */
  promote(spec: { topic: string; partition: number; config: LogConfigInput; current?: PartitionLog }): Log {
    const { context, files, path } = this.#host
    const { topic, partition, config } = spec
    const future = this.get(topic, partition)
    assert(future !== undefined, 'a move has its future log')
    const current = spec.current === undefined ? undefined : asLog(spec.current)
    assert(current === undefined || current.logEndOffset === future.logEndOffset, 'only a whole copy takes the place')
    if (current !== undefined) future.inherit(current)
    future.close()
    this.#host.writeCheckpoints()
    const directory = `${path}/${partitionDirectoryName(topic, partition)}`
    files.renameDirectory(future.directory, directory)
    files.syncDirectory(path)
    this.#logs.delete(partitionDirectoryName(topic, partition))
    const { topicId, recoveryPoint, logStartOffset, highWatermark, firstDirtyOffset } = future
    const offsets = { recoveryPoint, logStartOffset, highWatermark, firstDirtyOffset }
    const log = loadLog({ topic, partition, topicId, config, directory, ...offsets, wasClean: true, isNew: false }, context)
    // What is on disk knows nothing of transactions that ended above the watermark, nor of an epoch without records yet.
    if (current !== undefined) {
      log.producerStates = current.producerStates
      log.epochs.replaceWith(current.epochs.entries)
    }
    return log
  }

  delete(topic: string, partition: number): void {
    const log = this.get(topic, partition)
    if (log === undefined) return
    this.#logs.delete(partitionDirectoryName(topic, partition))
    this.#host.discard(log)
  }
}

function asLog(log: PartitionLog): Log {
  assert(log instanceof Log, 'logs of this storage only')
  return log
}
