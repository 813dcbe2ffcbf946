import { describeGroup } from '../../../broker-core/client/admin/describe-group.ts'
import { alterGroupOffsets, committedOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import { deleteGroups } from '../../../broker-core/client/admin/groups.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { OffsetSpec } from '../../../broker-core/client/admin/offsets.ts'
import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { ResetPlan, ResetResult, ResetRow } from '../../contract/views/resets.ts'
import { brokerRefusal, notFound, refused } from '../failures.ts'
import { inTurns } from '../in-turns.ts'
import { kafkaSource } from '../messages/kafka-source.ts'
import { keyOf } from '../sampling/probe.ts'
import { resetRow } from './reset-plan.ts'

interface Place {
  readonly topic: string
  readonly partition: number
}

/** Rows whose target record is read for its time; a plan of more shows the rest without. */
const timesMax = 200
const timesAtOnce = 16
const readBytes = 16_384

/** Asks where the group would go. Changes nothing. */
export async function planReset(
  client: KafkaClient,
  order: ParsedOf<'groups.planReset'>,
  about: { readonly nowMs: () => number; readonly signal: AbortSignal },
): Promise<ResetPlan> {
  const { signal } = about
  const [blocked, committed] = await Promise.all([
    blockedBy(client, order.group, signal),
    positionsOf(client, order.group, signal),
  ])
  const places = await placesOf(client, order, committed, signal)
  const ask = async (at: OffsetSpec) => {
    const answers = await listOffsets(
      client,
      places.map(place => ({ ...place, at })),
      { signal },
    )
    const failed = answers.find(answer => answer.error !== 'NONE')
    if (failed !== undefined) throw brokerRefusal(failed.error, '', { topic: failed.topic })
    return new Map(answers.map(answer => [keyOf(answer.topic, answer.partition), answer.offset]))
  }
  const time = timeOf(order.target, about.nowMs())
  const [starts, ends, atTime] = await Promise.all([
    ask('earliest'),
    ask('latest'),
    time === undefined ? undefined : ask({ timestampMs: time }),
  ])
  const rows = places.map(place => {
    const key = keyOf(place.topic, place.partition)
    const known = { committed: committed.get(key) ?? null, startOffset: starts.get(key) ?? 0, endOffset: ends.get(key) ?? 0 }
    return resetRow({ ...place, ...known, atTime: atTime?.get(key) }, order.target)
  })
  const planned = rows.filter(row => row !== undefined)
  const dated = await inTurns(planned.slice(0, timesMax), timesAtOnce, row => withTime(client, row, signal))
  return { group: order.group, asOfMs: about.nowMs(), rows: [...dated, ...planned.slice(timesMax)], blocked }
}

function timeOf(target: ParsedOf<'groups.planReset'>['target'], nowMs: number): number | undefined {
  if (target.kind === 'time') return target.timestampMs
  return target.kind === 'duration' ? Math.max(0, nowMs - target.beforeMs) : undefined
}

/** What is committed, and what the scope or the file names beside it. */
async function placesOf(
  client: KafkaClient,
  order: ParsedOf<'groups.planReset'>,
  committed: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Place[]> {
  const known = [...committed.keys()].map(placeOf)
  const named = order.target.kind === 'offsets' ? order.target.offsets.map(({ topic, partition }) => ({ topic, partition })) : []
  if (order.scope === null) return distinct([...known, ...named])
  const scoped = await Promise.all(
    order.scope.map(async ({ topic, partitions }) => {
      const { partitions: all } = await client.topic(topic, { signal })
      const wanted = partitions ?? all.map(it => it.partition)
      const unknown = wanted.find(partition => partition >= all.length)
      if (unknown !== undefined) throw notFound(`${topic} has no partition ${unknown}`)
      return wanted.map(partition => ({ topic, partition }))
    }),
  )
  return distinct(scoped.flat())
}

function distinct(places: readonly Place[]): Place[] {
  const byKey = new Map(places.map(place => [keyOf(place.topic, place.partition), place]))
  return [...byKey.values()].sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}

function placeOf(key: string): Place {
  const at = key.lastIndexOf('/')
  return { topic: key.slice(0, at), partition: Number(key.slice(at + 1)) }
}

/** Only a group without members takes offsets from outside. */
async function blockedBy(client: KafkaClient, group: string, signal: AbortSignal): Promise<string | null> {
  try {
    const { members, state } = await describeGroup(client, group, { signal })
    return members.length === 0 ? null : `the group is ${state} with ${members.length} members: stop them first`
  } catch (error) {
    // A group that only committed once is unknown to older brokers as a group.
    if (error instanceof KafkaClientError && error.code === 'GROUP_ID_NOT_FOUND') return null
    throw error
  }
}

async function positionsOf(client: KafkaClient, group: string, signal: AbortSignal): Promise<Map<string, number>> {
  const offsets = await committedOffsets(client, group, { signal })
  return new Map(
    offsets.filter(it => it.error === 'NONE' && it.offset >= 0).map(it => [keyOf(it.topic, it.partition), it.offset]),
  )
}

async function withTime(client: KafkaClient, row: ResetRow, signal: AbortSignal): Promise<ResetRow> {
  if (row.to >= row.endOffset) return row
  const source = kafkaSource(client, row.topic, 'read-uncommitted')
  const { records } = await source.read(row.partition, row.to, { bytesMax: readBytes, signal })
  return { ...row, targetTimestampMs: records[0]?.timestampMs ?? null }
}

/** Moves the group as planned, then asks where it stands. Throws REFUSED when it has moved since, or has members. */
export async function applyReset(
  client: KafkaClient,
  order: ParsedOf<'groups.applyReset'>,
  signal: AbortSignal,
): Promise<ResetResult> {
  const { group, moves } = order
  const blocked = await blockedBy(client, group, signal)
  if (blocked !== null) throw refused(blocked)
  const before = await positionsOf(client, group, signal)
  const moved = moves.find(move => (before.get(keyOf(move.topic, move.partition)) ?? null) !== move.from)
  if (moved !== undefined)
    throw refused(
      `the group stands elsewhere since the plan was made (${moved.topic}-${moved.partition})`,
      'Plan the reset again; nothing has been changed.',
    )
  const outcomes = await alterGroupOffsets(
    client,
    group,
    moves.map(({ topic, partition, to }) => ({ topic, partition, offset: to })),
    { signal },
  )
  const errors = new Map(outcomes.map(it => [keyOf(it.topic, it.partition), it.error]))
  const after = await positionsOf(client, group, signal)
  return {
    group,
    rows: moves.map(({ topic, partition }) => {
      const key = keyOf(topic, partition)
      const error = errors.get(key) ?? 'UNKNOWN_SERVER_ERROR'
      return {
        topic,
        partition,
        before: before.get(key) ?? null,
        after: after.get(key) ?? null,
        error: error === 'NONE' ? null : error,
      }
    }),
    undo: moves
      .filter(move => move.from !== null && errors.get(keyOf(move.topic, move.partition)) === 'NONE')
      .map(({ topic, partition, from, to }) => ({ topic, partition, from: to, to: from as number })),
  }
}

export async function deleteGroup(client: KafkaClient, group: string, signal: AbortSignal): Promise<null> {
  const [outcome] = await deleteGroups(client, [group], { signal })
  if (outcome !== undefined && outcome.error !== 'NONE') throw brokerRefusal(outcome.error, outcome.message, { group })
  return null
}
