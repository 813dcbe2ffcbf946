import { describeQuorum } from '../../../broker-core/client/admin/cluster.ts'
import { describeGroup } from '../../../broker-core/client/admin/describe-group.ts'
import { committedOffsets, committedOffsetsAt } from '../../../broker-core/client/admin/group-offsets.ts'
import type { CommittedOffset } from '../../../broker-core/client/admin/group-offsets.ts'
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
/** Groups asked for in one request of their coordinator. */
const groupsPerRequest = 200

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
      const { groups, silentBrokers } = await listGroups(client(), { signal, timeoutMs: 5_000 })
      const together = await offsetsTogether(client(), groups, signal)
      const sampled = await inTurns(groups, groupsAtOnce, group =>
        sampledGroup(client(), group, { signal, known: together.get(group.groupId) }),
      )
      return { groups: sampled, silent: new Map(silentBrokers.map(it => [it.brokerId, reasonOf(it.error)])) }
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

/** Many groups per request, as thousands of requests a second would be needed otherwise; what is not answered is absent. */
async function offsetsTogether(
  client: KafkaClient,
  groups: readonly ListedGroup[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly CommittedOffset[]>> {
  const byCoordinator = new Map<number, string[]>()
  for (const { coordinatorId, groupId } of groups) {
    const ids = byCoordinator.get(coordinatorId)
    if (ids === undefined) byCoordinator.set(coordinatorId, [groupId])
    else ids.push(groupId)
  }
  const found = new Map<string, readonly CommittedOffset[]>()
  const askAll = async ([coordinatorId, ids]: [number, string[]]) => {
    for (let at = 0; at < ids.length; at += groupsPerRequest) {
      const some = ids.slice(at, at + groupsPerRequest)
      const answered = await committedOffsetsAt(client, coordinatorId, some, { signal, timeoutMs: 3_000 }).catch(() => undefined)
      signal.throwIfAborted()
      // An old broker, or one that is gone: its groups are asked for one by one.
      if (answered === undefined) return
      for (const [groupId, offsets] of answered) found.set(groupId, offsets)
    }
  }
  await Promise.all([...byCoordinator].map(askAll))
  return found
}

async function sampledGroup(
  client: KafkaClient,
  group: ListedGroup,
  { signal, known }: { readonly signal: AbortSignal; readonly known: readonly CommittedOffset[] | undefined },
): Promise<SampledGroup> {
  const { groupId, state, type, protocolType, coordinatorId } = group
  const facts = { group: groupId, state, type, protocolType, coordinatorId }
  try {
    const offsets = known ?? (await committedOffsets(client, groupId, { signal, timeoutMs: 3_000 }))
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
