import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { OffsetAnswer, OffsetSpec } from '../../../broker-core/client/admin/offsets.ts'
import { type ClientErrorCode, KafkaClientError } from '../../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { Cut, SessionPartition } from '../../contract/views/records.ts'
import { badInput } from '../failures.ts'
import { levelOf } from './partition-source.ts'
import type { Isolation } from './partition-source.ts'
import type { OffsetRange } from './ranged-source.ts'

type Start = ParsedOf<'records.open'>['start']

export interface SessionStart {
  readonly partitions: readonly SessionPartition[]
  readonly anchor: Cut
  readonly firstDirection: 'forward' | 'backward'
  readonly note: string | null
  /** What cannot be asked now, with the reason: nothing of it is part of the reading. */
  readonly unreadable: ReadonlyMap<number, ClientErrorCode>
  /** Of the partitions that end before their end; empty without `untilMs`. */
  readonly ranges: ReadonlyMap<number, OffsetRange>
}

export interface StartQuestion {
  readonly topic: string
  readonly partitions: readonly number[]
  readonly isolation: Isolation
  readonly start: Start
  /** What lies at or after this time is not part of it. */
  readonly untilMs?: number | null
  readonly signal: AbortSignal
}

/** Where reading starts, exact per partition (ListOffsets). Throws when no partition can be asked. */
export async function sessionStart(client: KafkaClient, question: StartQuestion): Promise<SessionStart> {
  const { start } = question
  const isolation = levelOf(question.isolation)
  const ask = (at: OffsetSpec) =>
    listOffsets(
      client,
      question.partitions.map(partition => ({ topic: question.topic, partition, at })),
      { signal: question.signal, timeoutMs: 5_000, isolation },
    )
  const untilMs = question.untilMs ?? null
  if (untilMs !== null && start.kind === 'time' && start.timestampMs >= untilMs) throw badInput('untilMs: lies before the start')
  const [starts, ends, found, until] = await Promise.all([
    ask('earliest'),
    ask('latest'),
    start.kind === 'time' ? ask({ timestampMs: start.timestampMs }) : [],
    untilMs === null ? [] : ask({ timestampMs: untilMs }),
  ])
  const [first] = starts
  if (first !== undefined && starts.every(answer => answer.error !== 'NONE'))
    throw new KafkaClientError(first.error, { topic: first.topic, partition: first.partition })
  const whole = starts.map((answer, index) => ({
    partition: answer.partition,
    startOffset: Math.max(0, answer.offset),
    endOffset: Math.max(0, answer.offset, ends[index]?.offset ?? 0),
  }))
  const ranges = new Map(
    untilMs === null ? [] : whole.map((it, index) => [it.partition, rangeOf(it, start, found[index], until[index])]),
  )
  const partitions = whole.map(it => narrowed(it, ranges.get(it.partition)))
  const isEmpty = whole.every(({ startOffset, endOffset }) => startOffset === endOffset)
  const isNarrowedAway = !isEmpty && partitions.every(({ startOffset, endOffset }) => startOffset === endOffset)
  const unreadable = failedIn([...starts, ...ends, ...found, ...until])
  const isAfterAll = start.kind === 'time' && !isEmpty && found.every(answer => answer.offset < 0)
  return {
    partitions,
    anchor: partitions.map((bounds, index) => anchorOf(start, bounds, found[index])),
    firstDirection: start.kind === 'newest' || (isAfterAll && untilMs === null) ? 'backward' : 'forward',
    note: unreadableNote(unreadable) ?? (isAfterAll ? await nothingAfter(ask) : isNarrowedAway ? nothingBetween : null),
    unreadable,
    ranges,
  }
}

const nothingBetween = 'nothing lies between these times'

/**
 * From the first record at or after the start to the first at or after the end. Records that were written behind that one with an
 * earlier time are not part of it: to find them, everything would have to be read.
 */
function rangeOf(
  bounds: SessionPartition,
  start: Start,
  found: OffsetAnswer | undefined,
  until: OffsetAnswer | undefined,
): OffsetRange {
  const isTimed = start.kind === 'time'
  const to = until === undefined || until.offset < 0 ? Number.POSITIVE_INFINITY : Math.max(until.offset, bounds.startOffset)
  const from = isTimed ? (found === undefined || found.offset < 0 ? bounds.endOffset : found.offset) : 0
  return { from: Math.min(from, to), to }
}

function narrowed(bounds: SessionPartition, range: OffsetRange | undefined): SessionPartition {
  if (range === undefined) return bounds
  const endOffset = Math.min(bounds.endOffset, range.to)
  return { ...bounds, startOffset: Math.min(Math.max(bounds.startOffset, range.from), endOffset), endOffset }
}

function anchorOf(start: Start, bounds: SessionPartition, found: OffsetAnswer | undefined): number {
  const within = (offset: number) => Math.min(Math.max(offset, bounds.startOffset), bounds.endOffset)
  switch (start.kind) {
    case 'newest':
      return bounds.endOffset
    case 'oldest':
      return bounds.startOffset
    case 'offset':
      return within(start.offset)
    case 'offsets':
      return within(start.offsets.find(it => it.partition === bounds.partition)?.offset ?? bounds.startOffset)
    case 'time':
      return found === undefined || found.offset < 0 ? bounds.endOffset : within(found.offset)
  }
}

const failedIn = (answers: readonly OffsetAnswer[]): Map<number, ClientErrorCode> =>
  new Map(answers.filter(answer => answer.error !== 'NONE').map(answer => [answer.partition, answer.error]))

export function unreadableNote(unreadable: ReadonlyMap<number, ClientErrorCode>): string | null {
  if (unreadable.size === 0) return null
  return `not readable now: ${[...unreadable].map(([partition, error]) => `partition ${partition} (${error})`).join(', ')}`
}

/** Brokers older than 3.0 cannot say the last time; then it stays unsaid. */
async function nothingAfter(ask: (at: OffsetSpec) => Promise<readonly OffsetAnswer[]>): Promise<string> {
  const last = await ask('maxTimestamp').catch(() => [])
  const lastMs = Math.max(-1, ...last.map(answer => answer.timestampMs))
  const known = lastMs < 0 ? '' : `; the last record is of ${new Date(lastMs).toISOString()}`
  return `nothing at or after that time${known}`
}

/** The partitions asked for, or all; each of them once. Throws BAD_INPUT for one that the topic has not. */
export function chosenPartitions(asked: readonly number[] | null, count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index)
  if (asked === null) return all
  const unknown = asked.find(partition => partition >= count)
  if (unknown !== undefined) throw badInput(`partitions: there is no partition ${unknown}`, `The topic has ${count}.`)
  return all.filter(partition => asked.includes(partition))
}
