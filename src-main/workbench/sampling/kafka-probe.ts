import { describeQuorum } from '../../../broker-core/client/admin/cluster.ts'
import { describeGroup } from '../../../broker-core/client/admin/describe-group.ts'
import { committedOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import { listGroups } from '../../../broker-core/client/admin/groups.ts'
import type { ListedGroup } from '../../../broker-core/client/admin/groups.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { reasonOf } from '../failures.ts'
import { inTurns } from '../in-turns.ts'
import { keyOf } from './probe.ts'
import type { LookedGroup, Probe, SampledGroup } from './probe.ts'

/** Groups asked for at the same time. */
const groupsAtOnce = 16

/** Samples through the Kafka protocol only, so that it works on every cluster. */
export function kafkaProbe(client: () => KafkaClient): Probe {
  return {
    metadata: async signal => await client().refresh(null, { signal, timeoutMs: 10_000 }),
    async ends(partitions, signal) {
      if (partitions.length === 0) return new Map()
      const questions = partitions.map(({ topic, partition }) => ({ topic, partition, at: 'latest' as const }))
      const answers = await listOffsets(client(), questions, { signal, timeoutMs: 1_500 })
      const known = answers.filter(answer => answer.error === 'NONE')
      return new Map(known.map(answer => [keyOf(answer.topic, answer.partition), answer.offset]))
    },
    async controllerId(signal) {
      const quorum = await describeQuorum(client(), { signal, timeoutMs: 1_500 }).catch(() => undefined)
      return quorum?.leaderId
    },
    look: (group, signal) => lookedGroup(client(), group, signal),
    async groups(signal) {
      const { groups } = await listGroups(client(), { signal, timeoutMs: 5_000 })
      return await inTurns(groups, groupsAtOnce, group => sampledGroup(client(), group, signal))
    },
  }
}

async function lookedGroup(client: KafkaClient, group: SampledGroup, signal: AbortSignal): Promise<LookedGroup | undefined> {
  if (group.state === 'Empty') return { state: group.state, epoch: null, members: [] }
  const hint = group.type === 'classic' ? ({ type: 'classic' } as const) : {}
  const found = await describeGroup(client, group.group, { ...hint, signal, timeoutMs: 1_500 }).catch(() => undefined)
  if (found === undefined) return undefined
  return {
    state: found.state,
    epoch: found.groupEpoch < 0 ? null : found.groupEpoch,
    members: found.members.map(({ memberId, clientId, host, assignment }) => ({
      memberId,
      clientId,
      host: host.replace(/^\//, ''),
      assignment,
    })),
  }
}

async function sampledGroup(client: KafkaClient, group: ListedGroup, signal: AbortSignal): Promise<SampledGroup> {
  const { groupId, state, type, protocolType, coordinatorId } = group
  const facts = { group: groupId, state, type, protocolType, coordinatorId }
  try {
    const offsets = await committedOffsets(client, groupId, { signal, timeoutMs: 3_000 })
    const committed = offsets
      .filter(it => it.error === 'NONE' && it.offset >= 0)
      .map(({ topic, partition, offset, metadata }) => ({
        topic,
        partition,
        offset,
        metadata: metadata === '' ? null : metadata,
      }))
    return { ...facts, committed, error: null }
  } catch (error) {
    signal.throwIfAborted()
    return { ...facts, committed: [], error: reasonOf(error) }
  }
}
