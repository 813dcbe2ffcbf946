import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { OffsetSpec } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { Histogram } from '../../contract/views/search.ts'
import { kafkaSource } from '../messages/kafka-source.ts'
import { chosenPartitions } from '../messages/session-start.ts'

/** Questions in all: buckets times partitions. Beyond it, fewer buckets are asked for and their counts spread evenly. */
const questionsMax = 4_000
const readBytes = 1_024

/** Records over time by look-ups in the time indexes: exact in offsets where timestamps do not run backwards. */
export async function histogram(
  client: KafkaClient,
  order: ParsedOf<'records.histogram'>,
  signal: AbortSignal,
): Promise<Histogram> {
  const topic = await client.topic(order.topic, { signal })
  const partitions = chosenPartitions(order.partitions, topic.partitions.length)
  const missing = new Set<string>()
  const ask = async (at: OffsetSpec) => {
    const answers = await listOffsets(
      client,
      partitions.map(partition => ({ topic: order.topic, partition, at })),
      { signal, timeoutMs: 5_000 },
    )
    for (const it of answers) if (it.error !== 'NONE') missing.add(`partition ${it.partition} (${it.error})`)
    return answers
  }
  const [starts, ends] = await Promise.all([ask('earliest'), ask('latest')])
  const endOffsets = ends.map(it => Math.max(0, it.offset))
  const range = await timeRange(client, order, {
    partitions,
    starts: starts.map(it => Math.max(0, it.offset)),
    endOffsets,
    signal,
  })
  if (range === undefined) return { fromMs: 0, toMs: 0, bucketMs: 0, counts: [], total: 0, missing: [...missing] }
  const bucketCount = Math.max(1, Math.min(order.buckets, Math.floor(questionsMax / partitions.length)))
  const bucketMs = Math.max(1, Math.ceil((range.toMs - range.fromMs + 1) / bucketCount))
  const edges = await Promise.all(
    Array.from({ length: bucketCount + 1 }, async (_, index) => {
      const answers = await ask({ timestampMs: range.fromMs + index * bucketMs })
      return answers.reduce((sum, it, at) => sum + (it.offset < 0 ? (endOffsets[at] as number) : it.offset), 0)
    }),
  )
  const counts = bucketCounts(edges)
  return {
    fromMs: range.fromMs,
    toMs: range.fromMs + bucketCount * bucketMs,
    bucketMs,
    counts,
    total: counts.reduce((sum, count) => sum + count, 0),
    missing: [...missing],
  }
}

/** Offsets at the edges of buckets become counts; an edge that lies before the last one (times that run backwards) counts nothing. */
export function bucketCounts(edges: readonly number[]): number[] {
  const counts: number[] = []
  let reached = edges[0] ?? 0
  for (const edge of edges.slice(1)) {
    counts.push(Math.max(0, edge - reached))
    reached = Math.max(reached, edge)
  }
  return counts
}

interface Places {
  readonly partitions: readonly number[]
  readonly starts: readonly number[]
  readonly endOffsets: readonly number[]
  readonly signal: AbortSignal
}

/** As asked for, else from the first record to the last; undefined for an empty topic. */
async function timeRange(
  client: KafkaClient,
  order: ParsedOf<'records.histogram'>,
  places: Places,
): Promise<{ fromMs: number; toMs: number } | undefined> {
  const { fromMs, toMs } = order
  if (fromMs !== null && toMs !== null) return fromMs < toMs ? { fromMs, toMs } : undefined
  const filled = places.partitions.flatMap((partition, index) => {
    const start = places.starts[index] as number
    const end = places.endOffsets[index] as number
    return start < end ? [{ partition, start, end }] : []
  })
  if (filled.length === 0) return undefined
  const source = kafkaSource(client, order.topic, 'read-uncommitted')
  const timeAt = async (partition: number, offset: number) => {
    const { records } = await source.read(partition, offset, { bytesMax: readBytes, signal: places.signal })
    return records.find(record => record.timestampMs >= 0)?.timestampMs
  }
  const firsts = fromMs === null ? await Promise.all(filled.map(it => timeAt(it.partition, it.start))) : [fromMs]
  const lasts = toMs === null ? await Promise.all(filled.map(it => timeAt(it.partition, it.end - 1))) : [toMs]
  const known = (times: readonly (number | undefined)[]) => times.filter(time => time !== undefined)
  if (known(firsts).length === 0 || known(lasts).length === 0) return undefined
  const from = Math.min(...known(firsts))
  return { fromMs: from, toMs: Math.max(from + 1, ...known(lasts)) }
}
