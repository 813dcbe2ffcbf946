/** Which segments retention may delete (RET-01 to RET-05). Pure. */
export interface SegmentSummary {
  readonly baseOffset: number
  /** Offset after its last record: base offset of the next segment, or the log end. */
  readonly endOffset: number
  readonly sizeBytes: number
  /** Largest timestamp; the file's time where records have none. */
  readonly newestMs: number
  readonly isActive: boolean
}

export interface RetentionLimits {
  readonly deletesByPolicy: boolean
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly logStartOffset: number
  readonly highWatermark: number
  readonly nowMs: number
}

/** How many of the oldest segments go. The active one counts too when everything qualifies; an empty active one never does. */
export function countToDelete(segments: readonly SegmentSummary[], limits: RetentionLimits): number {
  let surplusBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0) - limits.retentionBytes
  let count = 0
  for (const segment of segments) {
    if (segment.endOffset > limits.highWatermark || (segment.isActive && segment.sizeBytes === 0)) break
    const isBelowStart = !segment.isActive && segment.endOffset <= limits.logStartOffset
    if (!isBelowStart && !(limits.deletesByPolicy && mayGo(segment, limits, surplusBytes))) break
    surplusBytes -= segment.sizeBytes
    count++
  }
  return count
}

function mayGo(segment: SegmentSummary, limits: RetentionLimits, surplusBytes: number): boolean {
  const isOld = limits.retentionMs >= 0 && limits.nowMs - segment.newestMs > limits.retentionMs
  return isOld || (limits.retentionBytes >= 0 && surplusBytes >= segment.sizeBytes)
}
