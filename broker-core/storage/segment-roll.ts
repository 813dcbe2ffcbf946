import type { LogConfig } from './log-config.ts'
import type { Segment } from './segment.ts'

/** PROD-12: whether the active segment gives way to a new one before this batch. An empty one only when the batch is out of its range. */
export function mustRoll(
  active: Segment,
  batch: { readonly sizeBytes: number; readonly timestampMs: number; readonly lastOffset: number },
  config: LogConfig,
  nowMs: number,
): boolean {
  if (!active.canHold(batch.lastOffset)) return true
  if (active.sizeBytes === 0) return false
  if (active.sizeBytes + batch.sizeBytes > config.segmentBytes) return true
  if (active.isIndexFull(config.segmentIndexBytes)) return true
  const firstMs = active.firstBatchTimestampMs() ?? -1
  const ageMs = firstMs >= 0 ? batch.timestampMs - firstMs : nowMs - active.createdAtMs
  return ageMs > segmentMsMax(config) - active.rollJitterMs
}

/** Compacted topics must not keep records from compaction for longer than `max.compaction.lag.ms`. */
const segmentMsMax = (config: LogConfig): number =>
  config.compact ? Math.min(config.segmentMs, config.maxCompactionLagMs) : config.segmentMs
