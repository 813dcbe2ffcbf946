import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import { chosenPartitions, sessionStart } from '../messages/session-start.ts'
import type { ReadRange } from './range-reader.ts'

/** Offsets of one slice, when the newest come first. */
const sliceOffsets = 100_000

export type RangeOrder = Pick<ParsedOf<'records.scan'>, 'topic' | 'partitions' | 'isolation' | 'start' | 'untilMs'>

export interface ScanRanges {
  /** Read one round after the other; within a round, all ranges together. */
  readonly rounds: readonly (readonly ReadRange[])[]
  readonly offsetsTotal: number
}

/** What is to be read, by offsets as they are now. */
export async function scanRanges(client: KafkaClient, order: RangeOrder, signal: AbortSignal): Promise<ScanRanges> {
  const topic = await client.topic(order.topic, { signal })
  const partitions = chosenPartitions(order.partitions, topic.partitions.length)
  const start = await sessionStart(client, { ...order, untilMs: null, partitions, signal })
  const isNewestFirst = order.start.kind === 'newest'
  const ends = await endsOf(client, order, start.partitions, signal)
  const ranges = start.partitions.map(({ partition, startOffset }, index) => ({
    partition,
    from: isNewestFirst ? startOffset : (start.anchor[index] ?? startOffset),
    to: ends[index] ?? 0,
  }))
  const offsetsTotal = ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0)
  return { rounds: isNewestFirst ? slicesFromEnd(ranges) : [ranges.map(range => ({ ...range, next: range.from }))], offsetsTotal }
}

async function endsOf(
  client: KafkaClient,
  order: RangeOrder,
  bounds: readonly { readonly partition: number; readonly endOffset: number }[],
  signal: AbortSignal,
): Promise<number[]> {
  const { untilMs } = order
  if (untilMs === null) return bounds.map(it => it.endOffset)
  // A record older than the bound may lie behind a newer one; it is left out, because to find it everything would have to be read.
  const questions = bounds.map(({ partition }) => ({ topic: order.topic, partition, at: { timestampMs: untilMs } }))
  const found = await listOffsets(client, questions, { signal })
  return bounds.map((it, index) => {
    const offset = found[index]?.offset ?? -1
    return offset < 0 ? it.endOffset : Math.min(it.endOffset, offset)
  })
}

export function slicesFromEnd(
  ranges: readonly { readonly partition: number; readonly from: number; readonly to: number }[],
): ReadRange[][] {
  const rounds: ReadRange[][] = []
  const most = Math.max(0, ...ranges.map(({ from, to }) => to - from))
  for (let done = 0; done < most; done += sliceOffsets) {
    const round = ranges.flatMap(({ partition, from, to }) => {
      const high = to - done
      const low = Math.max(from, high - sliceOffsets)
      return low < high ? [{ partition, from: low, to: high, next: low }] : []
    })
    rounds.push(round)
  }
  return rounds
}
