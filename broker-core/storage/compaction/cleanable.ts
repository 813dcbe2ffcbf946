/** Whether and what of a log is to be compacted (CLEAN-01, CLEAN-02). Pure. */
export interface CleanableSegment {
  readonly baseOffset: number
  readonly sizeBytes: number
  /** Largest timestamp; the file's time where records have none. */
  readonly newestMs: number
  /** -1: none. */
  readonly firstBatchTimestampMs: number
}

export interface CleanableLog {
  /** The last one is active. */
  readonly segments: readonly CleanableSegment[]
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly lastStableOffset: number
  /** From the checkpoint; undefined: never cleaned. */
  readonly firstDirtyOffset: number | undefined
  readonly minCompactionLagMs: number
  readonly maxCompactionLagMs: number
  readonly minCleanableDirtyRatio: number
}

export interface Cleanable {
  readonly firstDirtyOffset: number
  /** Exclusive; base offset of a segment. */
  readonly firstUncleanableOffset: number
  readonly dirtyRatio: number
  readonly isDue: boolean
}

export function judgeCleanable(log: CleanableLog, nowMs: number): Cleanable {
  const firstDirtyOffset = validFirstDirty(log)
  const firstUncleanableOffset = firstUncleanable(log, firstDirtyOffset, nowMs)
  let cleanBytes = 0
  let dirtyBytes = 0
  for (const [index, segment] of log.segments.entries()) {
    if (segment.baseOffset >= firstUncleanableOffset) break
    const endOffset = log.segments[index + 1]?.baseOffset ?? log.logEndOffset
    if (endOffset <= firstDirtyOffset) cleanBytes += segment.sizeBytes
    else dirtyBytes += segment.sizeBytes
  }
  const dirtyRatio = dirtyBytes === 0 ? 0 : dirtyBytes / (cleanBytes + dirtyBytes)
  const isDue = dirtyBytes > 0 && (dirtyRatio > log.minCleanableDirtyRatio || isOverdue(log, firstDirtyOffset, nowMs))
  return { firstDirtyOffset, firstUncleanableOffset, dirtyRatio, isDue }
}

/** A checkpoint outside of the log says nothing about it. */
function validFirstDirty(log: CleanableLog): number {
  const stored = log.firstDirtyOffset
  return stored === undefined || stored < log.logStartOffset || stored > log.logEndOffset ? log.logStartOffset : stored
}

function firstUncleanable(log: CleanableLog, firstDirtyOffset: number, nowMs: number): number {
  const active = log.segments[log.segments.length - 1]!
  let bound = Math.min(active.baseOffset, log.lastStableOffset)
  if (log.minCompactionLagMs > 0) {
    const young = log.segments.find(
      (segment, index) =>
        (log.segments[index + 1]?.baseOffset ?? log.logEndOffset) > firstDirtyOffset &&
        segment.newestMs > nowMs - log.minCompactionLagMs,
    )
    if (young !== undefined) bound = Math.min(bound, young.baseOffset)
  }
  // Whole segments: the one that holds the bound stays as it is.
  const holding = log.segments.findLast(segment => segment.baseOffset <= bound)
  return holding?.baseOffset ?? log.logStartOffset
}

/** KIP-354. */
function isOverdue(log: CleanableLog, firstDirtyOffset: number, nowMs: number): boolean {
  return log.segments
    .slice(0, -1)
    .some(
      (segment, index) =>
        log.segments[index + 1]!.baseOffset > firstDirtyOffset &&
        segment.firstBatchTimestampMs >= 0 &&
        nowMs - segment.firstBatchTimestampMs > log.maxCompactionLagMs,
    )
}

export interface GroupableSegment {
  readonly baseOffset: number
  readonly sizeBytes: number
  readonly indexEntries: number
}

const offsetRangeMax = 2147483647

/** CLEAN-07: neighbours that become one segment. `endOffset` is that of the last one. */
export function groupSegments<S extends GroupableSegment>(
  segments: readonly S[],
  limits: { readonly segmentBytes: number; readonly indexEntriesMax: number; readonly endOffset: number },
): S[][] {
  const groups: S[][] = []
  let bytes = 0
  let entries = 0
  for (const [index, segment] of segments.entries()) {
    const group = groups[groups.length - 1]
    const lastOffset = (segments[index + 1]?.baseOffset ?? limits.endOffset) - 1
    const fits =
      group !== undefined &&
      bytes + segment.sizeBytes <= limits.segmentBytes &&
      entries + segment.indexEntries <= limits.indexEntriesMax &&
      lastOffset - group[0]!.baseOffset <= offsetRangeMax
    if (fits) group.push(segment)
    else groups.push([segment])
    bytes = (fits ? bytes : 0) + segment.sizeBytes
    entries = (fits ? entries : 0) + segment.indexEntries
  }
  return groups
}
