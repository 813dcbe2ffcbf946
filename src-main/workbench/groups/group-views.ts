import { describeGroup } from '../../../broker-core/client/admin/describe-group.ts'
import type { GroupDescription } from '../../../broker-core/client/admin/describe-group.ts'
import { committedOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { TopicPartition } from '../../../broker-core/model/ids.ts'
import type { GroupDetail, GroupMember, GroupPartition, GroupSummary } from '../../contract/views/groups.ts'
import { reasonOf } from '../failures.ts'
import type { GroupLagBook } from '../sampling/group-lag.ts'
import { keyOf } from '../sampling/probe.ts'
import type { SampledGroup } from '../sampling/probe.ts'

/** A group as lists show it: by the sampler's last round. */
export function groupSummary(
  group: SampledGroup,
  book: GroupLagBook | undefined,
  memberCount: number | null = null,
): GroupSummary {
  const lag = book?.now
  const worst = lag?.worst
  return {
    group: group.group,
    state: group.state === '' ? 'Unknown' : group.state,
    type: group.type,
    protocolType: group.protocolType,
    memberCount,
    coordinatorId: group.coordinatorId,
    topics: [...new Set(group.committed.map(it => it.topic))].sort(),
    totalLag: lag?.totalLag ?? null,
    worstLag: worst === undefined ? null : { topic: worst.topic, partition: worst.partition, lag: worst.lag ?? 0 },
    lagGrowthPerSecond: lag?.growthPerSecond ?? null,
    lagMs: lag?.lagMs ?? null,
    secondsToCatchUp: lag?.secondsToCatchUp ?? null,
  }
}

export interface GroupSources {
  readonly client: KafkaClient
  readonly book: GroupLagBook | undefined
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

/** One group asked for now: its members from its coordinator, its offsets, and the ends of what it reads or is assigned. */
export async function groupDetail(group: string, sources: GroupSources): Promise<GroupDetail> {
  const { client, signal } = sources
  const [description, committed] = await Promise.all([
    describeGroup(client, group, { signal, timeoutMs: 10_000 }),
    committedOffsets(client, group, { signal, timeoutMs: 10_000 }),
  ])
  const missing: string[] = []
  const places = placesOf(description, committed)
  const ask = async (at: 'earliest' | 'latest') => {
    if (places.length === 0) return new Map<string, number>()
    const questions = places.map(({ topic, partition }) => ({ topic, partition, at }))
    const answers = await listOffsets(client, questions, { signal, timeoutMs: 3_000 }).catch((error: unknown) => {
      missing.push(`${at === 'latest' ? 'end' : 'start'} offsets (${reasonOf(error)})`)
      return []
    })
    return new Map(answers.filter(it => it.error === 'NONE').map(it => [keyOf(it.topic, it.partition), it.offset]))
  }
  const [starts, ends] = await Promise.all([ask('earliest'), ask('latest')])
  const offsets = new Map(committed.map(it => [keyOf(it.topic, it.partition), it]))
  const ages = new Map(sources.book?.now.partitions.map(it => [keyOf(it.topic, it.partition), it]))
  const owners = ownersOf(description)
  const partitions = places.map(({ topic, partition }): GroupPartition => {
    const key = keyOf(topic, partition)
    const found = offsets.get(key)
    const position = found === undefined || found.offset < 0 ? null : found.offset
    const endOffset = ends.get(key) ?? null
    const lag = position === null || endOffset === null ? null : Math.max(0, endOffset - position)
    return {
      topic,
      partition,
      committed: position,
      startOffset: starts.get(key) ?? null,
      endOffset,
      lag,
      lagMs: lag === 0 ? 0 : (ages.get(key)?.lagMs ?? null),
      memberId: owners.get(key) ?? null,
      metadata: found === undefined || found.metadata === '' ? null : found.metadata,
    }
  })
  return {
    summary: summaryNow(description, partitions, sources.book),
    asOfMs: sources.nowMs(),
    assignor: description.assignor === '' ? null : description.assignor,
    epoch: description.groupEpoch < 0 ? null : description.groupEpoch,
    members: description.members.map(memberView),
    partitions,
    missing,
  }
}

/** The list's figures, with those that were just asked for in their place. */
function summaryNow(
  description: GroupDescription,
  partitions: readonly GroupPartition[],
  book: GroupLagBook | undefined,
): GroupSummary {
  const { groupId, state, type, protocolType, coordinatorId } = description
  const sampled = groupSummary({ group: groupId, state, type, protocolType, coordinatorId, committed: [], error: null }, book)
  const known = partitions.filter(it => it.lag !== null)
  const worst = known.reduce<GroupPartition | undefined>((most, it) => ((it.lag ?? 0) > (most?.lag ?? -1) ? it : most), undefined)
  return {
    ...sampled,
    memberCount: description.members.length,
    topics: [...new Set(partitions.map(it => it.topic))],
    totalLag: known.length === 0 ? null : known.reduce((sum, it) => sum + (it.lag ?? 0), 0),
    worstLag: worst === undefined ? null : { topic: worst.topic, partition: worst.partition, lag: worst.lag ?? 0 },
  }
}

/** Committed or assigned, each once, by topic and partition. */
function placesOf(description: GroupDescription, committed: readonly TopicPartition[]): TopicPartition[] {
  const all = [...committed, ...description.members.flatMap(member => member.assignment)]
  const distinct = new Map(all.map(({ topic, partition }) => [keyOf(topic, partition), { topic, partition }]))
  return [...distinct.values()].sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}

const ownersOf = (description: GroupDescription): Map<string, string> =>
  new Map(description.members.flatMap(member => member.assignment.map(it => [keyOf(it.topic, it.partition), member.memberId])))

function memberView(member: GroupDescription['members'][number]): GroupMember {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of member.assignment) byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition])
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    clientId: member.clientId,
    host: member.host.replace(/^\//, ''),
    rack: member.rackId,
    assigned: [...byTopic].map(([topic, partitions]) => ({ topic, partitions: partitions.sort((a, b) => a - b) })),
  }
}
