import { setTimeout } from 'node:timers/promises'
import { offsetRanges } from '../../../broker-core/client/admin/offsets.ts'
import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { fetchPartitions } from '../../../broker-core/client/reading/fetch-partitions.ts'
import type { FetchedPartition } from '../../../broker-core/client/reading/fetch-partitions.ts'
import { walkBatches } from '../messages/batch-records.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { levelOf } from '../messages/partition-source.ts'
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
    await setTimeout(lookEveryMs, undefined, { signal }).catch(() => undefined)
  }
}

async function leadersOf({ client, order, partitions, state, signal }: Following): Promise<Set<number>> {
  const topic = await client.topic(order.topic, { signal })
  state.ofTopic(topic.topicId)
  return new Set(partitions.map(partition => topic.partitions[partition]?.leaderId ?? -1).filter(nodeId => nodeId >= 0))
}

/** Until the broker leads none of them any more, or fails; then the leaders are looked up again. */
async function pollLeader(following: Following, nodeId: number): Promise<void> {
  const { client, order, partitions, state, signal } = following
  // What is wrong with one partition must not hold up the others: they go on without it until the leaders are looked up again.
  const failing = new Set<number>()
  try {
    while (!signal.aborted) {
      const topic = client.cluster().topics.get(order.topic)
      if (topic !== undefined) state.ofTopic(topic.topicId)
      const led = partitions.filter(it => topic?.partitions[it]?.leaderId === nodeId && !failing.has(it))
      if (led.length === 0) return
      const answers = await poll(following, nodeId, led)
      // Its answers are of the topic that was there before.
      if (topic !== undefined && !state.isOf(topic.topicId)) continue
      const failures = new Map(answers.flatMap(answer => taken(following, answer)))
      const outside = [...failures].filter(([, error]) => isOutOfRange(error)).map(([partition]) => partition)
      if (outside.length > 0) await backIntoRange(following, outside)
      for (const partition of outside) failures.delete(partition)
      for (const [partition, error] of failures) {
        failing.add(partition)
        state.failed(error)
      }
      if (failures.size > 0) await client.refresh([order.topic], { signal, timeoutMs: lookEveryMs }).catch(() => undefined)
    }
  } catch (error) {
    if (signal.aborted) return
    state.failed(error)
    await client.refresh([order.topic], { signal, timeoutMs: lookEveryMs }).catch(() => undefined)
  }
}

function poll({ client, order, state, signal }: Following, nodeId: number, led: readonly number[]) {
  const positions = led.map(partition => ({
    topic: order.topic,
    partition,
    offset: state.position(partition),
    bytesMax: partitionBytesMax,
  }))
  const options = { isolation: levelOf(order.isolation), waitMs, bytesMax: answerBytesMax, lane: state.lane, signal }
  return fetchPartitions(client, nodeId, positions, options)
}

const isOutOfRange = (error: unknown): boolean => error instanceof KafkaClientError && error.code === 'OFFSET_OUT_OF_RANGE'

/** Retention moved the start, or the log was cut at its end: with the error brokers do not tell where. */
async function backIntoRange({ client, order, state, signal }: Following, outside: readonly number[]): Promise<void> {
  const places = outside.map(partition => ({ topic: order.topic, partition }))
  const ranges = await offsetRanges(client, places, { signal, isolation: levelOf(order.isolation) })
  for (const { partition, startOffset, endOffset } of ranges) {
    state.arrived(partition, [], Math.min(Math.max(state.position(partition), startOffset), endOffset), 0)
  }
}

/** What came goes into the tail; what is wrong with the partition, or with its records, comes back. */
function taken(following: Following, answer: FetchedPartition): readonly (readonly [partition: number, error: unknown])[] {
  const { partition, error } = answer
  if (error !== 'NONE') return [[partition, new KafkaClientError(error, { topic: following.order.topic, partition })]]
  try {
    take(following, answer)
    return []
  } catch (damage) {
    return [[partition, damage]]
  }
}

function take({ client, order, filter, state }: Following, answer: FetchedPartition): void {
  const { partition } = answer
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
