import type { Lane } from './lane.ts'
import type { LogRecord } from './log-record.ts'
import type { ReadLimits } from './partition-source.ts'

export interface Taken {
  readonly partition: number
  readonly record: LogRecord
}

export interface MergeLimits {
  readonly count: number
  /** For one read of one lane. */
  readonly read: ReadLimits
}

/** Called for each record as it is taken; false ends the page before the next one. */
export type OnTaken = (taken: Taken) => boolean

/**
 * Takes records from all lanes in one order: forward by ascending (timestamp, partition, offset), backward by the reverse. Within one
 * partition the order is always that of its offsets, whatever its timestamps say.
 */
export async function mergeLanes(
  lanes: readonly Lane[],
  direction: 'forward' | 'backward',
  limits: MergeLimits,
  onTaken: OnTaken,
): Promise<void> {
  const sign = direction === 'forward' ? 1 : -1
  let count = 0
  while (count < limits.count) {
    await fillEmpty(lanes, limits)
    const first = firstOf(lanes, sign)
    if (first === undefined) return
    count += 1
    if (!onTaken({ partition: first.partition, record: first.take() })) return
  }
}

async function fillEmpty(lanes: readonly Lane[], limits: MergeLimits): Promise<void> {
  for (;;) {
    const empty = lanes.filter(lane => lane.head() === undefined && !lane.isUsedUp())
    if (empty.length === 0) return
    limits.read.signal.throwIfAborted()
    await Promise.all(empty.map(lane => lane.fill(limits.read)))
  }
}

function firstOf(lanes: readonly Lane[], sign: 1 | -1): Lane | undefined {
  let best: Lane | undefined
  let bestHead: LogRecord | undefined
  for (const lane of lanes) {
    const head = lane.head()
    if (head === undefined) continue
    if (best === undefined || bestHead === undefined || comesBefore(lane, head, best, bestHead, sign)) {
      best = lane
      bestHead = head
    }
  }
  return best
}

function comesBefore(lane: Lane, head: LogRecord, best: Lane, bestHead: LogRecord, sign: 1 | -1): boolean {
  const byTime = head.timestampMs - bestHead.timestampMs
  return (byTime === 0 ? lane.partition - best.partition : byTime) * sign < 0
}
