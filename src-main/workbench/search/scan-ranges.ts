import { zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { OffsetRange } from '../../contract/views/search.ts'
import type { KnownTopic } from '../messages/kafka-source.ts'
import { chosenPartitions, sessionStart, unreadableNote } from '../messages/session-start.ts'
import type { SessionStart } from '../messages/session-start.ts'
import type { ReadRange } from './range-reader.ts'

/** Offsets of one slice, when the newest come first. */
const sliceOffsets = 100_000

export type RangeOrder = Pick<ParsedOf<'records.scan'>, 'topic' | 'partitions' | 'isolation' | 'start' | 'untilMs'> &
  Partial<Pick<ParsedOf<'records.scan'>, 'ranges'>>

/** Read together; what stands in `later` comes after it. */
export interface ScanRound {
  readonly ranges: readonly ReadRange[]
  readonly later: readonly OffsetRange[]
}

export interface ScanRanges {
  /** One after the other, made when asked for: a large topic has many. */
  readonly rounds: Iterable<ScanRound>
  /** All of it, by partition. */
  readonly whole: readonly OffsetRange[]
  readonly offsetsTotal: number
  /** Whose offsets these are. */
  readonly known: KnownTopic
  /** What nothing is known of now, in words; it is not part of the rounds, so that whoever reads them has not read everything. */
  readonly unreadable: string | null
}

/** What is to be read, by offsets as they are now. */
export async function scanRanges(client: KafkaClient, order: RangeOrder, signal: AbortSignal): Promise<ScanRanges> {
  const topic = await client.topic(order.topic, { signal })
  const partitions = chosenPartitions(order.partitions, topic.partitions.length)
  const start = await sessionStart(client, { ...order, untilMs: null, partitions, signal })
  const isNewestFirst = order.start.kind === 'newest'
  const ends = await endsOf(client, order, start.partitions, signal)
  const fresh = start.partitions.map(({ partition, startOffset }, index) => ({
    partition,
    fromOffset: isNewestFirst ? startOffset : (start.anchor[index] ?? startOffset),
    toOffset: ends[index] ?? 0,
  }))
  const asked = order.ranges ?? null
  const groups = rangeGroups(asked === null ? fresh : within(asked, start))
  const whole = groups.flat()
  return {
    rounds: isNewestFirst ? slicesFromEnd(groups) : inOrder(groups),
    whole,
    offsetsTotal: whole.reduce((sum, { fromOffset, toOffset }) => sum + toOffset - fromOffset, 0),
    known: { id: topic.topicId === zeroUuid ? undefined : topic.topicId },
    unreadable: asked === null ? unreadableNote(start.unreadable) : null,
  }
}

/** Offsets that are still there. Where nobody can say, they are waited for. */
function within(ranges: readonly OffsetRange[], { partitions, unreadable }: SessionStart): OffsetRange[] {
  const known = new Map(partitions.map(bound => [bound.partition, bound]))
  return ranges.flatMap(({ partition, fromOffset, toOffset }) => {
    const bound = known.get(partition)
    if (bound === undefined) return []
    if (unreadable.has(partition)) return [{ partition, fromOffset, toOffset }]
    return [{ partition, fromOffset: Math.max(fromOffset, bound.startOffset), toOffset: Math.min(toOffset, bound.endOffset) }]
  })
}

/** The first range of each partition, then the second of those that have one: no reading holds a partition twice. Empty ones are left out. */
export function rangeGroups(ranges: readonly OffsetRange[]): OffsetRange[][] {
  const groups: OffsetRange[][] = []
  const counts = new Map<number, number>()
  for (const range of ranges) {
    if (range.fromOffset >= range.toOffset) continue
    const at = counts.get(range.partition) ?? 0
    counts.set(range.partition, at + 1)
    groups[at] = [...(groups[at] ?? []), range]
  }
  return groups
}

const readRange = ({ partition, fromOffset, toOffset }: OffsetRange): ReadRange => ({
  partition,
  from: fromOffset,
  to: toOffset,
  next: fromOffset,
  done: fromOffset,
})

function* inOrder(groups: readonly (readonly OffsetRange[])[]): Generator<ScanRound> {
  for (const [index, group] of groups.entries()) yield { ranges: group.map(readRange), later: groups.slice(index + 1).flat() }
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

/** The newest slice of every partition, then the one before it. */
export function* slicesFromEnd(groups: readonly (readonly OffsetRange[])[]): Generator<ScanRound> {
  for (const [index, group] of groups.entries()) {
    const behind = groups.slice(index + 1).flat()
    for (let left = group; left.length > 0; ) {
      const slices = left.map(range => ({ ...range, fromOffset: Math.max(range.fromOffset, range.toOffset - sliceOffsets) }))
      left = left
        .map(range => ({ ...range, toOffset: Math.max(range.fromOffset, range.toOffset - sliceOffsets) }))
        .filter(range => range.fromOffset < range.toOffset)
      yield { ranges: slices.map(readRange), later: [...left, ...behind] }
    }
  }
}
