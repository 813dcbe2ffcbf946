import type { Log } from './log.ts'

/** Of one step's answer nothing is refused for its epoch: the current log has judged it. */
const anyEpoch = Number.MAX_SAFE_INTEGER

/**
 * REPL-18: one step of what makes `future` the same as `current`: truncations, the start, records, the watermark. Returns the bytes
 * copied; 0 only when their ends are the same.
 */
export function copyStep(current: Log, future: Log, maxBytes: number): number {
  const cutTo = current.copying.takeTruncation()
  if (cutTo !== undefined && cutTo < future.logEndOffset) future.truncateTo(cutTo)
  if (future.logEndOffset < current.logStartOffset) future.truncateFullyAndStartAt(firstOffsetOf(current))
  const copied = copyRecords(current, future, maxBytes)
  future.advanceLogStartOffset(Math.min(current.logStartOffset, future.logEndOffset), 'leader')
  future.advanceHighWatermark(current.highWatermark)
  future.applyRetention('below-start')
  return copied
}

function copyRecords(current: Log, future: Log, maxBytes: number): number {
  const { logEndOffset } = current
  const read = current.read({ fromOffset: future.logEndOffset, maxBytes, belowOffset: logEndOffset, atLeastOneBatch: true })
  for (const chunk of read.chunks) future.appendAsFollower(chunk, { leaderEpochMax: anyEpoch })
  // Compaction may have left nothing up to the end.
  if (read.sizeBytes === 0 && future.logEndOffset < logEndOffset) future.skipTo(logEndOffset)
  return read.sizeBytes
}

/** The log may start within a batch (DeleteRecords), and batches are copied whole. */
function firstOffsetOf(log: Log): number {
  const { logStartOffset, logEndOffset } = log
  const first = log.read({ fromOffset: logStartOffset, maxBytes: 1, belowOffset: logEndOffset, atLeastOneBatch: true })
  return first.firstBatchBaseOffset < 0 ? logStartOffset : Math.min(first.firstBatchBaseOffset, logStartOffset)
}

/** What the rule needs of a log. */
export interface EpochHistory {
  readonly latestEpoch: number | undefined
  readonly logEndOffset: number
  endOffsetOfEpoch(epoch: number): { epoch: number; endOffset: number }
}

/**
 * Up to where `future`, found on disk, may still be a copy of `current`: both lived through a crash, or the current one was truncated
 * and written anew since. To be asked again after cutting, until it names the end of `future` (as REPL-13).
 */
export function agreedEnd(current: EpochHistory, future: EpochHistory): number {
  const shorter = Math.min(current.logEndOffset, future.logEndOffset)
  if (future.latestEpoch === undefined) return shorter
  if (current.latestEpoch === undefined) return 0
  const theirs = current.endOffsetOfEpoch(Math.min(future.latestEpoch, current.latestEpoch))
  const own = future.endOffsetOfEpoch(theirs.epoch)
  return own.epoch < 0 ? 0 : Math.min(theirs.endOffset, own.endOffset, shorter)
}
