import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { OffsetAnswer, OffsetSpec } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { Cut, SessionPartition } from '../../contract/views/records.ts'
import { badInput } from '../failures.ts'
import type { Isolation } from './partition-source.ts'

type Start = ParsedOf<'records.open'>['start']

export interface SessionStart {
  readonly partitions: readonly SessionPartition[]
  readonly anchor: Cut
  readonly firstDirection: 'forward' | 'backward'
  readonly note: string | null
}

export interface StartQuestion {
  readonly topic: string
  readonly partitions: readonly number[]
  readonly isolation: Isolation
  readonly start: Start
  readonly signal: AbortSignal
}

/** Where reading starts, exact per partition (ListOffsets). Throws when no partition can be asked. */
export async function sessionStart(client: KafkaClient, question: StartQuestion): Promise<SessionStart> {
  const { start } = question
  const isolation = question.isolation === 'read-committed' ? 'read_committed' : 'read_uncommitted'
  const ask = (at: OffsetSpec) =>
    listOffsets(
      client,
      question.partitions.map(partition => ({ topic: question.topic, partition, at })),
      { signal: question.signal, timeoutMs: 5_000, isolation },
    )
  const [starts, ends, found] = await Promise.all([
    ask('earliest'),
    ask('latest'),
    start.kind === 'time' ? ask({ timestampMs: start.timestampMs }) : [],
  ])
  const partitions = starts.map((answer, index) => ({
    partition: answer.partition,
    startOffset: Math.max(0, answer.offset),
    endOffset: Math.max(0, answer.offset, ends[index]?.offset ?? 0),
  }))
  const isEmpty = partitions.every(({ startOffset, endOffset }) => startOffset === endOffset)
  const isAfterAll = start.kind === 'time' && !isEmpty && found.every(answer => answer.offset < 0)
  return {
    partitions,
    anchor: partitions.map((bounds, index) => anchorOf(start, bounds, found[index])),
    firstDirection: start.kind === 'newest' || isAfterAll ? 'backward' : 'forward',
    note: unreadable([...starts, ...ends]) ?? (isAfterAll ? await nothingAfter(ask) : null),
  }
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

function unreadable(answers: readonly OffsetAnswer[]): string | null {
  const failed = new Map(answers.filter(answer => answer.error !== 'NONE').map(answer => [answer.partition, answer.error]))
  if (failed.size === 0) return null
  return `not readable now: ${[...failed].map(([partition, error]) => `partition ${partition} (${error})`).join(', ')}`
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
