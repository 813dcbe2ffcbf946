import { deletedSuffix } from './file-names.ts'
import type { LogConfig } from './log-config.ts'
import type { LogContext } from './log-context.ts'
import { Segment } from './segment.ts'

export const jitterOf = (context: LogContext, config: LogConfig): number =>
  config.segmentJitterMs <= 0 ? 0 : Math.floor(context.env.random.fraction() * Math.min(config.segmentJitterMs, config.segmentMs))

/** A new, empty segment: its log file exists afterwards. */
export function createSegment(context: LogContext, directory: string, baseOffset: number, config: LogConfig): Segment {
  const segment = new Segment(
    context.files,
    { directory, baseOffset },
    { logBytes: 0, indexBytes: 0, timeIndexBytes: 0, transactionIndexBytes: 0 },
    { nowMs: context.env.clock.nowMs(), rollJitterMs: jitterOf(context, config) },
  )
  context.files.remove(segment.transactionIndex.path)
  context.files.resize(segment.logPath, 0)
  return segment
}

/** A segment that is on disk, with its indexes as they are. */
export function loadSegment(context: LogContext, directory: string, baseOffset: number, config: LogConfig): Segment {
  const empty = new Segment(
    context.files,
    { directory, baseOffset },
    { logBytes: 0, indexBytes: 0, timeIndexBytes: 0, transactionIndexBytes: 0 },
    { nowMs: 0, rollJitterMs: 0 },
  )
  const modifiedMs = context.files.modifiedMs(empty.logPath)
  const [log, index, timeIndex, transactionIndex] = empty.filePaths.map(path => context.files.sizeOf(path))
  return new Segment(
    context.files,
    { directory, baseOffset },
    { logBytes: log!, indexBytes: index!, timeIndexBytes: timeIndex!, transactionIndexBytes: transactionIndex! },
    { nowMs: context.env.clock.nowMs(), modifiedMs, rollJitterMs: jitterOf(context, config) },
  )
}

/** RET-06: `.deleted` at once, gone after `delayMs`. The `.log` goes first, so that a crash leaves no log without its beginning. */
export function deleteSegmentFiles(context: LogContext, segment: Segment, delayMs: number): void {
  for (const path of segment.filePaths) {
    if (!context.files.exists(path)) continue
    context.files.rename(path, path + deletedSuffix)
    context.removeLater(path + deletedSuffix, delayMs)
  }
}
