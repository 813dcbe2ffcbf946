import { encodeEpochs } from './checkpoints.ts'
import type { EpochCache } from './epoch-cache.ts'
import type { LogContext } from './log-context.ts'
import { StorageFailure } from './partition-log.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import { partitionMetadataName } from './meta-properties.ts'
import type { Segment } from './segment.ts'
import type { SegmentList } from './segment-list.ts'

export interface DurableParts {
  readonly directory: string
  readonly segments: SegmentList
  readonly epochs: EpochCache
  readonly snapshots: ProducerSnapshots
}

/** How far a log is durable (its recovery point), and what has to be synced before that may move (README, Storage). */
export class Durability {
  readonly #parts: DurableParts
  readonly #context: LogContext
  #recoveryPoint: number
  #isDirectoryDurable: boolean
  #isIdentityDurable: boolean
  #lastFlushMs: number

  constructor(
    parts: DurableParts,
    context: LogContext,
    found: { readonly recoveryPoint: number; readonly isDirectoryDurable: boolean; readonly isNew: boolean },
  ) {
    this.#parts = parts
    this.#context = context
    this.#recoveryPoint = found.recoveryPoint
    this.#isDirectoryDurable = found.isDirectoryDurable
    this.#isIdentityDurable = !found.isNew
    this.#lastFlushMs = context.env.clock.monotonicMs()
  }

  /** Everything below survives a loss of power. */
  get recoveryPoint(): number {
    return this.#recoveryPoint
  }

  /** Before the first record: records without `partition.metadata` could be taken for those of a later topic of the same name. */
  beforeAppend(): void {
    if (this.#isIdentityDurable) return
    this.#context.files.sync(`${this.#parts.directory}/${partitionMetadataName}`)
    this.#context.files.syncDirectory(this.#parts.directory)
    this.#isIdentityDurable = true
  }

  /** Files came or went: the directory is to be synced with the next flush. */
  directoryChanged(): void {
    this.#isDirectoryDurable = false
  }

  /** False when nothing was to be done. */
  flush(logEndOffset: number): boolean {
    if (this.#recoveryPoint >= logEndOffset && this.#isDirectoryDurable) return false
    const { segments } = this.#parts
    // The indexes of the active segment need not be durable: recovery begins with the segment that holds the recovery point.
    for (const segment of segments.from(this.#recoveryPoint)) {
      if (segment === segments.active) this.#context.files.sync(segment.logPath)
      else segment.sync()
    }
    this.#advanceTo(logEndOffset)
    this.#lastFlushMs = this.#context.env.clock.monotonicMs()
    return true
  }

  /**
   * Before the segment that follows is there. Where every record was flushed already, recovery would begin behind `sealed`: its indexes
   * must be durable now.
   */
  sealed(sealed: Segment, logEndOffset: number): void {
    if (this.#recoveryPoint >= logEndOffset) sealed.sync()
  }

  isDue(flushMs: number, logEndOffset: number): boolean {
    return this.#recoveryPoint < logEndOffset && this.#context.env.clock.monotonicMs() - this.#lastFlushMs >= flushMs
  }

  /** The sealed segments below `upTo`, beside the thread; `isCurrent` says whether they are still the log when that is done. */
  flushInBackground(upTo: number, isCurrent: () => boolean): void {
    const sealed = this.#parts.segments.from(this.#recoveryPoint).filter(segment => segment.baseOffset < upTo)
    syncAll(sealed)
      .then(() => {
        if (isCurrent() && this.#recoveryPoint < upTo) this.#advanceTo(upTo)
      })
      .catch((error: unknown) => {
        // The directory is offline then, and has told so.
        if (!(error instanceof StorageFailure)) throw error
      })
  }

  /** After a truncation. True when the recovery point went back. */
  lowerTo(offset: number): boolean {
    if (this.#recoveryPoint <= offset) return false
    this.#recoveryPoint = offset
    return true
  }

  /** `leader-epoch-checkpoint`, when it changed. Before the recovery point passes what it tells of. */
  writeEpochs(): void {
    if (this.#replaceEpochs()) this.#context.files.syncDirectory(this.#parts.directory)
  }

  #replaceEpochs(): boolean {
    const { epochs, directory } = this.#parts
    if (!epochs.isDirty) return false
    this.#context.files.replaceTextIn(`${directory}/leader-epoch-checkpoint`, encodeEpochs(epochs.entries))
    epochs.isDirty = false
    return true
  }

  #advanceTo(offset: number): void {
    this.#parts.snapshots.sync()
    if (this.#replaceEpochs() || !this.#isDirectoryDurable) this.#context.files.syncDirectory(this.#parts.directory)
    this.#isDirectoryDurable = true
    this.#context.makeNamesDurable()
    this.#recoveryPoint = offset
  }
}

async function syncAll(segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) await segment.syncInBackground()
}
