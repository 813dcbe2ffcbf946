import { cleanedSuffix, deletedSuffix, swapSuffix } from './file-names.ts'
import type { LogContext } from './log-context.ts'
import type { Segment } from './segment.ts'

/**
 * DISK-37: puts the files of `fresh`, which are written and synced under `.cleaned`, in the place of those of `old`. A crash at any
 * point leaves the old or the new state, once loading has finished or undone the renames (DISK-30).
 */
export function replaceSegmentFiles(
  context: LogContext,
  directory: string,
  old: readonly Segment[],
  fresh: Segment,
  deleteDelayMs: number,
): void {
  const { files } = context
  const finalPath = (path: string, suffix: string) => path.slice(0, -suffix.length)
  const written = fresh.filePaths.filter(path => files.exists(path))
  const swaps = written.map(path => finalPath(path, cleanedSuffix) + swapSuffix)
  for (const [index, path] of written.entries()) files.rename(path, swaps[index]!)
  files.syncDirectory(directory)
  for (const path of old.flatMap(segment => segment.filePaths)) {
    if (!files.exists(path)) continue
    files.rename(path, path + deletedSuffix)
    context.removeLater(path + deletedSuffix, deleteDelayMs)
  }
  for (const path of swaps) files.rename(path, finalPath(path, swapSuffix))
  files.syncDirectory(directory)
}
