import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { fetchPartitions } from '../../../broker-core/client/reading/fetch-partitions.ts'
import type { FetchedPartition } from '../../../broker-core/client/reading/fetch-partitions.ts'
import { walkBatches } from '../messages/batch-records.ts'
import type { LogRecord } from '../messages/log-record.ts'
import type { RecordFilter } from './record-filter.ts'
import type { TailOrder, TailState } from './tail.ts'

const waitMs = 500
const partitionBytesMax = 1_048_576
const answerBytesMax = 4_194_304
const lookEveryMs = 1_000

export interface Following {
  readonly client: KafkaClient
  readonly order: TailOrder
  readonly filter: RecordFilter | undefined
  readonly partitions: readonly number[]
  readonly state: TailState
  readonly signal: AbortSignal
}

/** Long-polls every leader of the partitions until the signal ends, and follows leaderships where they go. */
export async function followLeaders(following: Following): Promise<void> {
  const { signal } = following
  const polled = new Set<number>()
  while (!signal.aborted) {
    try {
      for (const nodeId of await leadersOf(following)) {
        if (polled.has(nodeId)) continue
        polled.add(nodeId)
        void pollLeader(following, nodeId).finally(() => polled.delete(nodeId))
      }
    } catch (error) {
      if (!signal.aborted) following.state.failed(error)
    }
    await new Promise(resolve => setTimeout(resolve, lookEveryMs))
  }
}

async function leadersOf({ client, order, partitions, signal }: Following): Promise<Set<number>> {
  const topic = await client.topic(order.topic, { signal })
  return new Set(partitions.map(partition => topic.partitions[partition]?.leaderId ?? -1).filter(nodeId => nodeId >= 0))
}

/** Until the broker leads none of them any more, or fails; then the leaders are looked up again. */
async function pollLeader(following: Following, nodeId: number): Promise<void> {
  const { client, order, partitions, state, signal } = following
  const isolation = order.isolation === 'read-committed' ? ('read_committed' as const) : ('read_uncommitted' as const)
  try {
    while (!signal.aborted) {
      const known = client.cluster().topics.get(order.topic)?.partitions
      const led = partitions.filter(partition => known?.[partition]?.leaderId === nodeId)
      if (led.length === 0) return
      const positions = led.map(partition => ({
        topic: order.topic,
        partition,
        offset: state.position(partition),
        bytesMax: partitionBytesMax,
      }))
      const options = { isolation, waitMs, bytesMax: answerBytesMax, lane: state.lane, signal }
      for (const answer of await fetchPartitions(client, nodeId, positions, options)) take(following, answer)
    }
  } catch (error) {
    if (signal.aborted) return
    state.failed(error)
    await client.refresh([order.topic], { signal, timeoutMs: lookEveryMs }).catch(() => undefined)
  }
}

function take({ client, order, filter, state }: Following, answer: FetchedPartition): void {
  const { partition } = answer
  if (answer.error === 'OFFSET_OUT_OF_RANGE') return state.arrived(partition, [], Math.max(answer.logStartOffset, 0), 0)
  if (answer.error !== 'NONE') throw new KafkaClientError(answer.error, { topic: order.topic, partition })
  const from = state.position(partition)
  const stableOffset = answer.lastStableOffset < 0 ? answer.highWatermark : answer.lastStableOffset
  const records: LogRecord[] = []
  let next = from
  for (const walked of walkBatches(answer.records, {
    compression: client.env.compression,
    from,
    aborted: answer.aborted,
    stableOffset,
  })) {
    next = walked.lastOffset + 1
    if (walked.isControl || (order.isolation === 'read-committed' && walked.transaction === 'aborted')) continue
    for (const record of walked.open()) if (isWanted(filter, partition, record)) records.push(record)
  }
  state.arrived(partition, records, next, records.length)
}

function isWanted(filter: RecordFilter | undefined, partition: number, record: LogRecord): boolean {
  try {
    return filter === undefined || filter.matches(partition, record)
  } catch {
    // Not decodable as the filter needs it: no match.
    return false
  }
}
