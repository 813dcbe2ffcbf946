import type { DirectoryFiles } from './directory-files.ts'
import type { StorageEnv } from './log-directory-port.ts'
import type { TailBudget } from './tail-cache.ts'

/** What a log uses of the directory that it lives in. */
export interface LogContext {
  readonly files: DirectoryFiles
  readonly env: StorageEnv
  readonly tailBudget: TailBudget
  /** IDEM-08 */
  producerIdExpirationMs(): number
  /** Removes a file that has its `.deleted` name already, later (RET-06). */
  removeLater(path: string, delayMs: number): void
  /** Directories of partitions that were made lately survive a loss of power afterwards; one sync for all of them. */
  makeNamesDurable(): void
  /** The checkpoint on disk must say what the logs know now: no more (a recovery point went back), no less (compaction). */
  writeRecoveryPoints(): void
  /** The same for what counts as compacted, and for where logs start, once that went back (a truncation). */
  writeCleanerOffsets(): void
  writeLogStartOffsets(): void
}
