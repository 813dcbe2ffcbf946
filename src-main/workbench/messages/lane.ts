import type { LogRecord } from './log-record.ts'
import type { PartitionSource, ReadLimits } from './partition-source.ts'

/** One partition of a page that is being put together: records come out one by one, in one direction. */
export interface Lane {
  readonly partition: number
  /** The next record in the lane's direction; undefined when `fill` is needed or the lane is used up. */
  head(): LogRecord | undefined
  take(): LogRecord
  /** Reads until there is a head or nothing is left. One step at a time: bounded by `bytesMax` (or one batch). */
  fill(limits: ReadLimits): Promise<void>
  /** Nothing more in this direction now. */
  isUsedUp(): boolean
  /** Where the cut lies now: everything taken is on one side of it, the rest on the other. */
  cut(): number
  /** Bounds as of the last read. */
  readonly bounds: PartitionBounds
  /** Records read so far, shown or not. */
  readonly scanned: number
}

export interface PartitionBounds {
  readonly startOffset: number
  readonly endOffset: number
}

export interface LaneOptions {
  readonly partition: number
  readonly source: PartitionSource
  readonly bounds: PartitionBounds
  /** What is to be shown: control records may not. */
  readonly wanted: (record: LogRecord) => boolean
}

/** A page of one direction mostly needs little; who reads on gets more at once. */
const firstReadBytes = 32_768

/** From `from` (inclusive) to later offsets. */
export function forwardLane(options: LaneOptions, from: number): Lane {
  let bounds = options.bounds
  let waiting: LogRecord[] = []
  let at = 0
  let next = Math.max(from, bounds.startOffset)
  let scanned = 0
  let isAtEnd = false
  let readBytes = firstReadBytes
  return {
    partition: options.partition,
    head: () => waiting[at],
    take() {
      at += 1
      return waiting[at - 1] as LogRecord
    },
    async fill(limits) {
      if (at < waiting.length || isAtEnd) return
      const bytesMax = Math.min(limits.bytesMax, readBytes)
      readBytes *= 4
      const result = await options.source.read(options.partition, next, { ...limits, bytesMax })
      bounds = result
      scanned += result.records.length
      waiting = result.records.filter(options.wanted)
      at = 0
      // Retention moved the start past us.
      const advanced = Math.max(result.nextOffset, result.startOffset)
      isAtEnd = advanced === next || advanced >= result.endOffset
      next = advanced
    },
    isUsedUp: () => isAtEnd && at >= waiting.length,
    cut: () => waiting[at]?.offset ?? next,
    get bounds() {
      return bounds
    },
    get scanned() {
      return scanned
    },
  }
}

/**
 * From `before` (exclusive) to earlier offsets. Kafka reads only forward, so this reads windows [low, high) whole and hands them out
 * from their end. The window's width follows the size of the records seen: wide where they are small, or gone by compaction, one
 * record where they are large.
 */
export function backwardLane(options: LaneOptions, before: number, firstWidth: number): Lane {
  const { partition, source, wanted } = options
  let bounds = options.bounds
  let waiting: LogRecord[] = []
  let high = Math.min(before, bounds.endOffset)
  let cut = before
  let width = Math.max(1, firstWidth)
  let scanned = 0
  return {
    partition,
    head: () => waiting.at(-1),
    take() {
      const record = waiting.pop() as LogRecord
      cut = record.offset
      return record
    },
    async fill(limits) {
      if (waiting.length > 0 || high <= bounds.startOffset) return
      const low = Math.max(bounds.startOffset, high - width)
      const window = await readWindow(source, partition, { low, high }, limits)
      bounds = window.bounds
      scanned += window.records.length
      if (!window.isWhole) {
        width = Math.max(1, Math.floor((high - low) * 0.5 * (window.covered / (high - low))))
        return
      }
      waiting = window.records.filter(wanted)
      high = Math.max(low, bounds.startOffset)
      width = nextWidth(width, window, limits.bytesMax)
    },
    isUsedUp: () => waiting.length === 0 && high <= bounds.startOffset,
    cut: () => (waiting.length === 0 && high <= bounds.startOffset ? Math.min(cut, bounds.startOffset) : cut),
    get bounds() {
      return bounds
    },
    get scanned() {
      return scanned
    },
  }
}

interface Window {
  readonly records: LogRecord[]
  readonly bounds: PartitionBounds
  readonly bytes: number
  /** False: the bytes were used up before `high`; what is missing lies at the end, so nothing of it can be shown. */
  readonly isWhole: boolean
  /** Offsets covered when not whole. */
  readonly covered: number
}

async function readWindow(
  source: PartitionSource,
  partition: number,
  range: { readonly low: number; readonly high: number },
  limits: ReadLimits,
): Promise<Window> {
  const records: LogRecord[] = []
  let next = range.low
  let bytes = 0
  for (;;) {
    const result = await source.read(partition, next, limits)
    for (const record of result.records) if (record.offset < range.high) records.push(record)
    bytes += result.bytes
    const hasAdvanced = result.nextOffset > next
    next = Math.max(result.nextOffset, result.startOffset)
    const bounds = { startOffset: result.startOffset, endOffset: result.endOffset }
    if (next >= range.high || !hasAdvanced) return { records, bounds, bytes, isWhole: true, covered: next - range.low }
    // A window of one record is read whatever it takes.
    if (bytes >= limits.bytesMax && range.high - range.low > 1)
      return { records: [], bounds, bytes, isWhole: false, covered: Math.max(1, next - range.low) }
  }
}

/** Four times as wide where (nearly) nothing was found; else so that a window is about half of what may be read at once. */
function nextWidth(width: number, window: Window, bytesMax: number): number {
  if (window.records.length * 8 < width) return Math.min(width * 4, Number.MAX_SAFE_INTEGER)
  const bytesPerOffset = Math.max(1, window.bytes / width)
  return Math.min(Math.max(1, Math.floor((bytesMax * 0.5) / bytesPerOffset)), width * 4)
}

/** A lane that cannot be read is told once and then counts as used up: the other partitions are still shown. */
export function tolerantLane(lane: Lane, failed: (partition: number, error: unknown) => void): Lane {
  let isBroken = false
  return {
    ...lane,
    async fill(limits) {
      try {
        await lane.fill(limits)
      } catch (error) {
        limits.signal.throwIfAborted()
        isBroken = true
        failed(lane.partition, error)
      }
    },
    isUsedUp: () => isBroken || lane.isUsedUp(),
    get bounds() {
      return lane.bounds
    },
    get scanned() {
      return lane.scanned
    },
  }
}
