import { committedOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import { listGroups } from '../../../broker-core/client/admin/groups.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { shopGroups } from './shop-topics.ts'

const timeoutMs = 10_000

/**
 * Groups of the shop's names that are somebody else's: they read other topics, or somebody is in them who has not committed anything of the
 * shop's. `ownTopics`: those of the shop that are there.
 */
export async function foreignGroups(client: KafkaClient, ownTopics: ReadonlySet<string>): Promise<readonly string[]> {
  const { groups } = await listGroups(client, { timeoutMs })
  const named = groups.filter(({ groupId }) => shopGroups.some(name => name === groupId))
  const foreign = await Promise.all(
    named.map(async ({ groupId, state }) => {
      const committed = (await committedOffsets(client, groupId, { timeoutMs })).filter(({ offset }) => offset >= 0)
      return isForeign(state, [...new Set(committed.map(({ topic }) => topic))], ownTopics) ? [groupId] : []
    }),
  )
  return foreign.flat()
}

/** A group that holds nothing can be taken: there is nothing to lose. */
export function isForeign(state: string, committedTopics: readonly string[], ownTopics: ReadonlySet<string>): boolean {
  if (committedTopics.length === 0) return !['Empty', 'Dead', ''].includes(state)
  return committedTopics.some(topic => !ownTopics.has(topic))
}
