import { fetchPartitions } from '../../../broker-core/client/reading/fetch-partitions.ts'
import type { FetchedPartition } from '../../../broker-core/client/reading/fetch-partitions.ts'
import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { batchLastOffset } from '../../../broker-core/records/batch-header.ts'
import { batchStarts } from '../../../broker-core/records/batch-iterator.ts'
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
  readonly signal: AbortSignal
  /** Called in order of offsets within a partition; false ends the reading. */
  readonly onChunk: (chunk: FetchedChunk) => boolean | Promise<boolean>
}

const partitionBytesMax = 1_048_576
const answerBytesMax = 8_388_608
const waitMs = 100
const backoffMs = 250
/** Without any progress for so long, the cluster counts as gone. */
const patienceMs = 30_000
const lane = 'scan'

/**
 * Reads all ranges, every leader at the same time, and the next answer of each while the last one is looked at. Rejects with
 * KafkaClientError when the cluster gives nothing for 30 s; a partition without a leader for a while is waited for.
 */
export async function readRanges(reading: RangeReading): Promise<void> {
  const state = { isEnded: false, progressAtMs: performance.now() }
  try {
    while (!state.isEnded) {
      reading.signal.throwIfAborted()
      const open = reading.ranges.filter(range => range.next < range.to)
      if (open.length === 0) return
      const failures = await Promise.all(
        [...(await byLeader(reading, open))].map(([nodeId, ranges]) => readLeader(reading, nodeId, ranges, state)),
      )
      const failure = failures.find(it => it !== undefined)
      if (performance.now() - state.progressAtMs > patienceMs)
        throw failure ?? new KafkaClientError('TIMED_OUT', { topic: reading.topic })
      if (failure === undefined) continue
      await new Promise(resolve => setTimeout(resolve, backoffMs))
      await reading.client.refresh([reading.topic], { signal: reading.signal, timeoutMs: patienceMs })
    }
  } finally {
    reading.client.closeLane(lane)
  }
}

async function byLeader(
  { client, topic, signal }: RangeReading,
  ranges: readonly ReadRange[],
): Promise<Map<number, ReadRange[]>> {
  const { partitions } = await client.topic(topic, { signal })
  const leaders = new Map<number, ReadRange[]>()
  for (const range of ranges) {
    const leaderId = partitions[range.partition]?.leaderId ?? -1
    if (leaderId >= 0) leaders.set(leaderId, [...(leaders.get(leaderId) ?? []), range])
  }
  return leaders
}

interface ReadingState {
  isEnded: boolean
  progressAtMs: number
}

/** Reads what one broker leads until all of it is read; gives back what stopped it before. */
async function readLeader(
  reading: RangeReading,
  nodeId: number,
  ranges: readonly ReadRange[],
  state: ReadingState,
): Promise<Error | undefined> {
  const ask = () => {
    const open = ranges.filter(range => range.next < range.to)
    if (open.length === 0) return undefined
    // Turned each time, so that the first partitions do not take all of an answer.
    const positions = rotated(open).map(range => ({
      topic: reading.topic,
      partition: range.partition,
      offset: range.next,
      bytesMax: partitionBytesMax,
    }))
    const isolation = reading.isolation === 'read-committed' ? ('read_committed' as const) : ('read_uncommitted' as const)
    const options = { isolation, waitMs, bytesMax: answerBytesMax, lane, signal: reading.signal }
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
      const steps = answers.flatMap(answer => advance(ranges, answer))
      const failed = answers.find(answer => answer.error !== 'NONE' && answer.error !== 'OFFSET_OUT_OF_RANGE')
      pending = failed === undefined ? ask() : undefined
      for (const step of steps) await take(step, reading, state)
      if (failed !== undefined) return new KafkaClientError(failed.error as KafkaClientError['code'], failed)
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
    state.progressAtMs = performance.now()
    // Whoever asks whether this thread still lives is answered between two chunks.
    await new Promise(resolve => setImmediate(resolve))
    if (!(await reading.onChunk(chunk))) {
      state.isEnded = true
      return
    }
  }
  range.done = done
}

/** Moves the range on by what came; without a chunk when nothing did. */
function advance(ranges: readonly ReadRange[], answer: FetchedPartition): Step[] {
  const range = ranges.find(it => it.partition === answer.partition)
  if (range === undefined) return []
  const from = range.next
  const stableOffset = answer.lastStableOffset < 0 ? answer.highWatermark : answer.lastStableOffset
  if (answer.error === 'OFFSET_OUT_OF_RANGE') {
    // Retention moved the start; what lies before it is gone.
    range.next = Math.max(from + 1, Math.min(answer.logStartOffset, range.to))
    return [{ range, chunk: undefined, done: range.next }]
  }
  let last = -1
  for (const at of batchStarts(answer.records)) last = batchLastOffset(answer.records, at)
  if (last < from) {
    // The end of the partition lies before the end of the range: it was cut, or what is left is undecided.
    if (answer.error === 'NONE' && from >= Math.min(answer.highWatermark, stableOffset)) range.next = range.to
    return [{ range, chunk: undefined, done: range.next }]
  }
  range.next = Math.min(last + 1, range.to)
  const { partition, to } = range
  const chunk = { partition, from, to, records: answer.records, aborted: answer.aborted, stableOffset }
  return [{ range, chunk, done: range.next }]
}
