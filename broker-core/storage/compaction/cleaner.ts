import type { Log } from '../log.ts'
import type { LogContext } from '../log-context.ts'
import { StorageFailure } from '../partition-log.ts'
import { type Cleanable, judgeCleanable } from './cleanable.ts'
import { compactLog, mayBeCompacted, type Pause, type SyncMode } from './compaction-pass.ts'

export interface CleanedDirectory {
  logs(): Iterable<Log>
  writeCleanerOffsets(): void
}

/** Chooses what to compact next in one log directory, and keeps account of what cannot be (CLEAN-02, CLEAN-09, CLEAN-10). */
export class Cleaner {
  readonly #directory: CleanedDirectory
  readonly #context: LogContext
  readonly #mapBytesMax: number
  readonly #uncleanable = new Set<Log>()

  constructor(directory: CleanedDirectory, context: LogContext, mapBytesMax: number) {
    this.#directory = directory
    this.#context = context
    this.#mapBytesMax = mapBytesMax
  }

  isUncleanable(log: Log): boolean {
    return this.#uncleanable.has(log)
  }

  /** Compacts until nothing is due; yields after each small step. Throws StorageFailure only. */
  *cleanAll(syncMode: SyncMode): Generator<Pause, void> {
    const stale = new Set<Log>()
    for (let due = this.#filthiest(stale); due !== undefined; due = this.#filthiest(stale)) {
      const isDone = yield* this.#clean(due.log, due.cleanable, syncMode)
      if (!isDone) stale.add(due.log)
    }
  }

  *#clean(log: Log, cleanable: Cleanable, syncMode: SyncMode): Generator<Pause, boolean> {
    const partition = `${log.topic}-${log.partition}`
    try {
      const result = yield* compactLog(log, this.#context, cleanable, this.#mapBytesMax, syncMode)
      if (result === undefined) return false
      log.compactedTo(result.firstDirtyOffset)
      this.#directory.writeCleanerOffsets()
      this.#context.env.log.write('info', 'log.compacted', { partition, ...result })
      return result.firstDirtyOffset > cleanable.firstDirtyOffset
    } catch (error) {
      if (error instanceof StorageFailure) throw error
      this.#uncleanable.add(log)
      this.#context.env.log.write('error', 'log.uncleanable', { partition, error: String(error) })
      return false
    }
  }

  #filthiest(except: ReadonlySet<Log>): { log: Log; cleanable: Cleanable } | undefined {
    const nowMs = this.#context.env.clock.nowMs()
    let best: { log: Log; cleanable: Cleanable } | undefined
    for (const log of this.#directory.logs()) {
      if (!mayBeCompacted(log) || this.#uncleanable.has(log) || except.has(log)) continue
      const cleanable = judgeCleanable(cleanableOf(log), nowMs)
      if (cleanable.isDue && (best === undefined || cleanable.dirtyRatio > best.cleanable.dirtyRatio)) best = { log, cleanable }
    }
    return best
  }
}

const cleanableOf = (log: Log) => ({
  segments: log.segments.all.map(segment => ({
    baseOffset: segment.baseOffset,
    sizeBytes: segment.sizeBytes,
    newestMs: segment.newestMs,
    firstBatchTimestampMs: segment.firstBatchTimestampMs() ?? -1,
  })),
  logStartOffset: log.logStartOffset,
  logEndOffset: log.logEndOffset,
  lastStableOffset: log.lastStableOffset,
  firstDirtyOffset: log.firstDirtyOffset,
  minCompactionLagMs: log.config.minCompactionLagMs,
  maxCompactionLagMs: log.config.maxCompactionLagMs,
  minCleanableDirtyRatio: log.config.minCleanableDirtyRatio,
})
