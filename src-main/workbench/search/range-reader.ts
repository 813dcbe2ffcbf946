import { offsetRanges } from '../../../broker-core/client/admin/offsets.ts'
import { fetchPartitions } from '../../../broker-core/client/reading/fetch-partitions.ts'
import type { FetchedPartition } from '../../../broker-core/client/reading/fetch-partitions.ts'
import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { batchLastOffset } from '../../../broker-core/records/batch-header.ts'
import { batchStarts } from '../../../broker-core/records/batch-iterator.ts'
import { checkFormat } from '../messages/batch-records.ts'
import { checkSameTopic, type KnownTopic } from '../messages/kafka-source.ts'
import { levelOf } from '../messages/partition-source.ts'
import type { Isolation } from '../messages/partition-source.ts'

/** Offsets of one partition to be read, `next` moves from `from` to `to`. */
export interface ReadRange {
  readonly partition: number
  readonly from: number
  readonly to: number
  /** To be asked for next: runs ahead of `done`. */
  next: number
  /** What lies before it was handed on, and whoever took it has come back. */
  done: number
}

export interface FetchedChunk {
  readonly partition: number
  /** Offset that was asked for: what comes before it in the first batch is not part of the range. */
  readonly from: number
  readonly to: number
  readonly records: Uint8Array
  readonly aborted: FetchedPartition['aborted']
  readonly stableOffset: number
}

export interface RangeReading {
  readonly client: KafkaClient
  readonly topic: string
  readonly isolation: Isolation
  readonly ranges: readonly ReadRange[]
  /** Whose offsets these are. Rejects with NOT_FOUND when the name means another topic by now. */
  readonly known: KnownTopic
  readonly signal: AbortSignal
  /** Called in order of offsets within a partition; false ends the reading. */
  readonly onChunk: (chunk: FetchedChunk) => boolean | Promise<boolean>
  /** Without any progress for so long, the cluster counts as gone. Default 30 s. */
  readonly patienceMs?: number
}

const partitionBytesMax = 1_048_576
const answerBytesMax = 8_388_608
const waitMs = 100
const backoffMs = 250
const patienceDefaultMs = 30_000
const lane = 'scan'

/**
 * Reads all ranges, every leader at the same time, and the next answer of each while the last one is looked at. Rejects with
 * KafkaClientError when the cluster gives nothing for 30 s; a partition without a leader for a while is waited for.
 */
export async function readRanges(reading: RangeReading): Promise<void> {
  const { client, topic, signal, ranges, patienceMs = patienceDefaultMs } = reading
  const state: ReadingState = { isEnded: false, progressAtMs: performance.now(), patienceMs }
  try {
    while (ranges.some(isOpen)) {
      signal.throwIfAborted()
      const open = ranges.filter(isOpen)
      const { leaders, leaderless } = await byLeader(reading, open)
      const failures = await Promise.all([...leaders].map(([nodeId, some]) => readLeader(reading, nodeId, some, state)))
      if (state.isEnded || !ranges.some(isOpen)) return
      if (isOutOfPatience(state)) throw failures.find(it => it !== undefined) ?? withoutLeader(topic, leaderless)
      await new Promise(resolve => setTimeout(resolve, backoffMs))
      await client.refresh([topic], { signal, timeoutMs: patienceMs })
    }
  } finally {
    client.closeLane(lane)
  }
}

const isOpen = ({ next, to }: ReadRange): boolean => next < to

function withoutLeader(topic: string, [first]: readonly ReadRange[]): KafkaClientError {
  if (first === undefined) return new KafkaClientError('TIMED_OUT', { topic })
  return new KafkaClientError('LEADER_NOT_AVAILABLE', { topic, partition: first.partition })
}

async function byLeader({ client, topic, signal, known }: RangeReading, ranges: readonly ReadRange[]) {
  const { partitions, topicId } = await client.topic(topic, { signal })
  checkSameTopic(known, topic, topicId)
  const leaders = new Map<number, ReadRange[]>()
  const leaderless: ReadRange[] = []
  for (const range of ranges) {
    const leaderId = partitions[range.partition]?.leaderId ?? -1
    if (leaderId < 0) leaderless.push(range)
    else leaders.set(leaderId, [...(leaders.get(leaderId) ?? []), range])
  }
  return { leaders, leaderless }
}

interface ReadingState {
  isEnded: boolean
  progressAtMs: number
  readonly patienceMs: number
}

const isOutOfPatience = ({ progressAtMs, patienceMs }: ReadingState): boolean => performance.now() - progressAtMs > patienceMs

/** Reads what one broker leads until all of it is read; gives back what stopped it before. */
async function readLeader(
  reading: RangeReading,
  nodeId: number,
  ranges: readonly ReadRange[],
  state: ReadingState,
): Promise<Error | undefined> {
  const ask = () => {
    const open = ranges.filter(isOpen)
    if (open.length === 0) return undefined
    // Turned each time, so that the first partitions do not take all of an answer.
    const positions = rotated(open).map(range => ({
      topic: reading.topic,
      partition: range.partition,
      offset: range.next,
      bytesMax: partitionBytesMax,
    }))
    const options = { isolation: levelOf(reading.isolation), waitMs, bytesMax: answerBytesMax, lane, signal: reading.signal }
    const answer = fetchPartitions(reading.client, nodeId, positions, options)
    // Looked at only when its turn comes; until then a failure must not count as unhandled.
    answer.catch(() => undefined)
    return answer
  }
  let turn = 0
  const rotated = <T>(items: readonly T[]): T[] => {
    turn += 1
    return items.map((_, index) => items[(index + turn) % items.length] as T)
  }
  try {
    let pending = ask()
    while (pending !== undefined && !state.isEnded) {
      const answers = await pending
      const steps = answers.flatMap(answer => (answer.error === 'NONE' ? advance(ranges, answer) : []))
      const outside = answers.filter(answer => answer.error === 'OFFSET_OUT_OF_RANGE')
      if (outside.length > 0) steps.push(...(await backIntoRange(reading, ranges, outside)))
      const failed = answers.find(answer => answer.error !== 'NONE' && answer.error !== 'OFFSET_OUT_OF_RANGE')
      pending = failed === undefined ? ask() : undefined
      for (const step of steps) await take(step, reading, state)
      if (failed !== undefined) return new KafkaClientError(failed.error as KafkaClientError['code'], failed)
      if (isOutOfPatience(state)) return new KafkaClientError('TIMED_OUT', { topic: reading.topic })
    }
    return undefined
  } catch (error) {
    reading.signal.throwIfAborted()
    if (error instanceof KafkaClientError && error.retriable) return error
    throw error
  }
}

interface Step {
  readonly range: ReadRange
  readonly chunk: FetchedChunk | undefined
  /** Where the range is when the chunk has been taken. */
  readonly done: number
}

async function take({ range, chunk, done }: Step, reading: RangeReading, state: ReadingState): Promise<void> {
  if (state.isEnded) return
  if (chunk !== undefined) {
    // Whoever asks whether this thread still lives is answered between two chunks.
    await new Promise(resolve => setImmediate(resolve))
    if (!(await reading.onChunk(chunk))) {
      state.isEnded = true
      return
    }
    state.progressAtMs = performance.now()
  }
  range.done = done
}

/** Moves the range on by what came; without a chunk when nothing did. */
function advance(ranges: readonly ReadRange[], answer: FetchedPartition): Step[] {
  const range = ranges.find(it => it.partition === answer.partition)
  if (range === undefined) return []
  const from = range.next
  const stableOffset = answer.lastStableOffset < 0 ? answer.highWatermark : answer.lastStableOffset
  checkFormat(answer.records)
  let last = -1
  for (const at of batchStarts(answer.records)) last = batchLastOffset(answer.records, at)
  if (last < from) {
    // The end of the partition lies before the end of the range: it was cut, or what is left is undecided.
    if (from >= Math.min(answer.highWatermark, stableOffset)) range.next = range.to
    return [{ range, chunk: undefined, done: range.next }]
  }
  range.next = Math.min(last + 1, range.to)
  const { partition, to } = range
  const chunk = { partition, from, to, records: answer.records, aborted: answer.aborted, stableOffset }
  return [{ range, chunk, done: range.next }]
}

/** Retention moved the start and what lies before it is gone, or the log was cut at its end: with the error brokers do not tell where. */
async function backIntoRange(
  { client, topic, isolation, signal }: RangeReading,
  ranges: readonly ReadRange[],
  outside: readonly FetchedPartition[],
): Promise<Step[]> {
  const gone = ranges.filter(range => outside.some(({ partition }) => partition === range.partition))
  const options = { signal, isolation: levelOf(isolation) }
  const bounds = await offsetRanges(
    client,
    gone.map(({ partition }) => ({ topic, partition })),
    options,
  )
  return gone.map((range, index): Step => {
    const { startOffset = 0, endOffset = 0 } = bounds[index] ?? {}
    if (range.next < startOffset) range.next = Math.min(startOffset, range.to)
    else if (range.next > endOffset) range.next = range.to
    return { range, chunk: undefined, done: range.next }
  })
}
