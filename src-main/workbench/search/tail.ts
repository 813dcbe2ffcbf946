import { setMaxListeners } from 'node:events'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { RecordRow } from '../../contract/views/records.ts'
import type { TailItem } from '../../contract/views/search.ts'
import { newDecoding } from '../decoders/decoding.ts'
import type { SchemaSources } from '../decoders/decoding.ts'
import { badInput, toFailure } from '../failures.ts'
import { sizeOf } from '../messages/log-record.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { recordRow } from '../messages/record-row.ts'
import { rowColumns } from '../messages/row-columns.ts'
import { chosenPartitions, sessionStart } from '../messages/session-start.ts'
import { recordFilter } from './record-filter.ts'
import { followLeaders } from './tail-follow.ts'

const sendEveryMs = 100
/** Of what is shown next, while nobody takes it; the newest record always stays. */
const heldBytesMax = 67_108_864

export type TailOrder = ParsedOf<'records.tail'>

export interface Tailing {
  readonly client: KafkaClient
  readonly order: TailOrder
  readonly signal: AbortSignal
  readonly schemas: SchemaSources
}

interface Arrived {
  readonly partition: number
  readonly record: LogRecord
}

/**
 * New records from now on. Nothing is lost: what a slow screen is not shown is counted, and lies in the topic between the cuts of the
 * items, where `records.page` reads it. Memory: the rows of one moment.
 */
export async function* tail({ client, order, signal, schemas }: Tailing): AsyncGenerator<TailItem, void> {
  const decoding = newDecoding({ topic: order.topic, key: order.keyDecoder, value: order.valueDecoder, ...schemas })
  if (order.filter?.kind === 'javascript') throw badInput('filter: a tail takes no JavaScript; scan the topic instead')
  const filter = order.filter === null ? undefined : recordFilter(order.filter, decoding)
  const columns = rowColumns(order, decoding)
  const topic = await client.topic(order.topic, { signal })
  const partitions = chosenPartitions(order.partitions, topic.partitions.length)
  const start = await sessionStart(client, { ...order, partitions, start: { kind: 'newest' }, signal })
  yield { kind: 'ready', partitions, from: start.anchor }
  const state = newTailState(partitions, start.anchor, Math.max(1, Math.ceil((order.rowsPerSecondMax * sendEveryMs) / 1_000)))
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  setMaxListeners(0, both)
  void followLeaders({ client, order, filter, partitions, state, signal: both })
  try {
    while (!signal.aborted) {
      await state.changed(signal)
      const failure = state.takeFailure()
      if (failure !== undefined) yield failure
      const taken = state.take()
      if (taken.seen > 0) {
        await decoding.prepare(taken.shown.flatMap(({ record }) => [record.key, record.value].filter(bytes => bytes !== null)))
        const rows = taken.shown.map(({ partition, record }) => recordRow(partition, record, decoding, columns)).sort(byTime)
        yield { kind: 'rows', rows, seen: taken.seen, seenTotal: taken.seenTotal, next: taken.next, heldBytes: taken.heldBytes }
      }
      await new Promise(resolve => setTimeout(resolve, sendEveryMs))
    }
  } finally {
    stop.abort()
    client.closeLane(state.lane)
  }
}

const byTime = (a: RecordRow, b: RecordRow): number =>
  a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset

export interface TailState {
  /** Waiting answers hold up what is behind them on a connection. */
  readonly lane: string
  position(partition: number): number
  /** Which topic is followed from here on: one that was made anew is from its beginning. */
  ofTopic(topicId: string): void
  isOf(topicId: string): boolean
  arrived(partition: number, records: readonly LogRecord[], next: number, seen: number): void
  failed(error: unknown): void
  changed(signal: AbortSignal): Promise<void>
  take(): { shown: readonly Arrived[]; seen: number; seenTotal: number; next: readonly number[]; heldBytes: number }
  takeFailure(): TailItem | undefined
}

let tails = 0

/** A copy: the record is kept alone, not with the whole answer that it came in. */
const detached = (record: LogRecord): LogRecord => ({
  ...record,
  key: copyOf(record.key),
  value: copyOf(record.value),
  headers: record.headers.map(({ name, value }) => ({ name, value: copyOf(value) })),
})

const copyOf = (bytes: Uint8Array | null): Uint8Array | null => (bytes === null ? null : Uint8Array.from(bytes))

/** Between two items, the newest `shownMax` records are kept, the others only counted. */
function lastWithin(arrived: readonly Arrived[], bytesMax: number): Arrived[] {
  let from = arrived.length
  for (let bytes = 0; from > 0; from -= 1) {
    bytes += sizeOf((arrived[from - 1] as Arrived).record)
    if (bytes > bytesMax && from < arrived.length) break
  }
  return arrived.slice(from)
}

export function newTailState(partitions: readonly number[], anchor: readonly number[], shownMax: number): TailState {
  const next = new Map(partitions.map((partition, index) => [partition, anchor[index] ?? 0]))
  let ownTopicId: string | undefined
  let shown: Arrived[] = []
  let seen = 0
  let seenTotal = 0
  let failure: TailItem | undefined
  let wake = () => {}
  tails += 1
  return {
    lane: `tail-${tails}`,
    position: partition => next.get(partition) ?? 0,
    ofTopic(topicId) {
      if (ownTopicId !== undefined && ownTopicId !== topicId) for (const partition of partitions) next.set(partition, 0)
      ownTopicId = topicId
    },
    isOf: topicId => ownTopicId === topicId,
    arrived(partition, records, nextOffset, count) {
      next.set(partition, nextOffset)
      seen += count
      seenTotal += count
      for (const record of records.slice(-shownMax)) shown.push({ partition, record: detached(record) })
      if (shown.length > shownMax) shown = shown.slice(-shownMax)
      shown = lastWithin(shown, heldBytesMax)
      if (count > 0) wake()
    },
    failed(error) {
      const { message, retriable } = toFailure(error)
      failure = { kind: 'failure', message, retriable: retriable ?? false }
      wake()
    },
    changed: signal =>
      new Promise(resolve => {
        if (seen > 0 || failure !== undefined || signal.aborted) return resolve()
        wake = done
        signal.addEventListener('abort', done, { once: true })
        function done() {
          signal.removeEventListener('abort', done)
          resolve()
        }
      }),
    take() {
      const heldBytes = shown.reduce((sum, { record }) => sum + sizeOf(record), 0)
      const taken = { shown, seen, seenTotal, next: partitions.map(partition => next.get(partition) ?? 0), heldBytes }
      shown = []
      seen = 0
      return taken
    },
    takeFailure() {
      const told = failure
      failure = undefined
      return told
    },
  }
}
