import { alterGroupOffsets, committedOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import type { OffsetToCommit } from '../../../broker-core/client/admin/group-offsets.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { keyOf } from '../sampling/probe.ts'
import type { shopGroups } from './shop-topics.ts'

type ShopGroup = (typeof shopGroups)[number]

const readTopics: Readonly<Record<ShopGroup, readonly string[]>> = { billing: ['orders', 'payments'], fulfilment: ['orders'] }

/** How the slow reader spends its time: it reads a third of what comes, then three times as much until it has caught up. */
const slowForMs = 60_000
const slowShare = 0.35
const fastShare = 3

/** What the shop's consumers have read, committed as their groups. */
export interface ShopReaders {
  /** To be called now and then: moves both groups on and commits. */
  read(elapsedMs: number, ordersPerSecond: number): Promise<void>
}

export function shopReaders(client: KafkaClient): ShopReaders {
  const positions = new Map<ShopGroup, Map<string, number>>()
  let slowSinceMs = 0
  let isCatchingUp = false

  async function readGroup(group: ShopGroup, recordsMax: number): Promise<number> {
    const questions = await partitionsOf(client, readTopics[group])
    const ends = await listOffsets(client, questions, { timeoutMs: 3_000 })
    const at = positions.get(group) ?? (await committedBefore(client, group))
    positions.set(group, at)
    const moves = advance(
      ends
        .filter(it => it.error === 'NONE')
        .map(it => ({ ...it, from: Math.min(at.get(keyOf(it.topic, it.partition)) ?? 0, it.offset) })),
      recordsMax,
    )
    const commits: OffsetToCommit[] = moves
      .filter(it => it.to > it.from || !at.has(keyOf(it.topic, it.partition)))
      .map(({ topic, partition, to }) => ({ topic, partition, offset: to }))
    if (commits.length > 0) await alterGroupOffsets(client, group, commits, { timeoutMs: 5_000 })
    for (const it of commits) at.set(keyOf(it.topic, it.partition), it.offset)
    return moves.reduce((left, it) => left + it.offset - it.to, 0)
  }

  return {
    async read(elapsedMs, ordersPerSecond) {
      await readGroup('billing', Number.POSITIVE_INFINITY)
      const share = isCatchingUp ? fastShare : slowShare
      const left = await readGroup('fulfilment', (ordersPerSecond * share * elapsedMs) / 1_000)
      slowSinceMs += elapsedMs
      if (isCatchingUp && left === 0) {
        isCatchingUp = false
        slowSinceMs = 0
      } else if (!isCatchingUp && slowSinceMs > slowForMs) isCatchingUp = true
    },
  }
}

/** Shares `recordsMax` among partitions by how much each has waiting; every one that waits gets at least its next record in turn. */
export function advance<T extends { readonly from: number; readonly offset: number }>(
  partitions: readonly T[],
  recordsMax: number,
): (T & { readonly to: number })[] {
  const waiting = partitions.reduce((sum, it) => sum + it.offset - it.from, 0)
  const share = waiting === 0 ? 0 : Math.min(1, recordsMax / waiting)
  let taken = 0
  let due = 0
  return partitions.map(it => {
    due += (it.offset - it.from) * share
    const count = Math.min(it.offset - it.from, Math.max(0, Math.round(due) - taken))
    taken += count
    return { ...it, to: it.from + count }
  })
}

async function partitionsOf(client: KafkaClient, topics: readonly string[]) {
  const known = await Promise.all(topics.map(topic => client.topic(topic, { timeoutMs: 5_000 })))
  return known.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition, at: 'latest' as const })),
  )
}

async function committedBefore(client: KafkaClient, group: string): Promise<Map<string, number>> {
  const offsets = await committedOffsets(client, group, { timeoutMs: 10_000 })
  return new Map(offsets.filter(it => it.offset >= 0).map(it => [keyOf(it.topic, it.partition), it.offset]))
}
