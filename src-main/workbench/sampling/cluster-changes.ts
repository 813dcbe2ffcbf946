import type { ClusterMetadata, PartitionMetadata, TopicMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { Failure } from '../../contract/failure.ts'
import type { ClusterEvent } from '../../contract/views/cluster.ts'

/** What one round of the sampler saw. */
export interface SeenCluster {
  readonly failure: Failure | null
  readonly cluster: ClusterMetadata
  readonly controllerId: number
}

export type ClusterChange = Omit<ClusterEvent, 'id' | 'atMs'>

/** So many changes of one kind that concern one broker are told one by one; more become one event with their count. */
const toldOneByOneMax = 10

/** What happened between two rounds. Changes of partitions that come in masses are gathered. */
export function clusterChanges(before: SeenCluster, after: SeenCluster): ClusterChange[] {
  if (after.failure !== null) {
    return before.failure === null ? [change('unreachable', `the cluster cannot be reached: ${after.failure.message}`)] : []
  }
  const back = before.failure === null ? [] : [change('reachable', 'the cluster can be reached again')]
  return [...back, ...brokerChanges(before, after), ...gathered(topicChanges(before.cluster, after.cluster))]
}

function change(kind: ClusterChange['kind'], text: string, about: Partial<ClusterChange> = {}): ClusterChange {
  return { kind, text, topic: null, partition: null, brokerId: null, count: 1, ...about }
}

function brokerChanges(before: SeenCluster, after: SeenCluster): ClusterChange[] {
  const was = before.cluster.brokers
  const is = after.cluster.brokers
  const gone = [...was.keys()].filter(brokerId => !is.has(brokerId))
  const came = [...is.keys()].filter(brokerId => !was.has(brokerId))
  const isOtherController = before.controllerId !== after.controllerId && after.controllerId >= 0 && before.controllerId >= 0
  return [
    ...gone.map(brokerId => change('broker-gone', `broker ${brokerId} is gone`, { brokerId })),
    ...came.map(brokerId => change('broker-came', `broker ${brokerId} came`, { brokerId })),
    ...(isOtherController
      ? [
          change('controller-changed', `controller ${before.controllerId} → ${after.controllerId}`, {
            brokerId: after.controllerId,
          }),
        ]
      : []),
  ]
}

function topicChanges(before: ClusterMetadata, after: ClusterMetadata): ClusterChange[] {
  const changes: ClusterChange[] = []
  for (const topic of before.topics.values())
    if (after.topics.get(topic.name)?.topicId !== topic.topicId)
      changes.push(change('topic-deleted', `topic ${topic.name} was deleted`, { topic: topic.name }))
  for (const topic of after.topics.values()) {
    const known = before.topics.get(topic.name)
    if (known?.topicId === topic.topicId) changes.push(...partitionChanges(known, topic))
    else {
      const text = `topic ${topic.name} was created with ${topic.partitions.length} partitions`
      changes.push(change('topic-created', text, { topic: topic.name }))
    }
  }
  return changes
}

function partitionChanges(before: TopicMetadata, after: TopicMetadata): ClusterChange[] {
  const topic = after.name
  const changes: ClusterChange[] = []
  if (after.partitions.length > before.partitions.length) {
    const text = `topic ${topic}: ${before.partitions.length} → ${after.partitions.length} partitions`
    changes.push(change('partitions-added', text, { topic }))
  }
  for (const now of after.partitions) {
    const was = before.partitions[now.partition]
    if (was === undefined) continue
    const about = { topic, partition: now.partition }
    if (was.leaderId !== now.leaderId) changes.push(leaderChange(was, now, about))
    changes.push(...isrChanges(was, now, about))
    if (!sameMembers(was.replicas, now.replicas)) {
      const text = `${topic}-${now.partition}: replicas ${list(was.replicas)} → ${list(now.replicas)}`
      changes.push(change('replicas-changed', text, about))
    }
  }
  return changes
}

interface At {
  readonly topic: string
  readonly partition: number
}

function leaderChange(was: PartitionMetadata, now: PartitionMetadata, about: At): ClusterChange {
  const name = `${about.topic}-${about.partition}`
  if (now.leaderId < 0)
    return change('leader-lost', `${name}: no leader, it was ${was.leaderId}`, { ...about, brokerId: was.leaderId })
  const from = was.leaderId < 0 ? 'none' : String(was.leaderId)
  return change('leader-elected', `${name}: leader ${from} → ${now.leaderId}`, { ...about, brokerId: now.leaderId })
}

function isrChanges(was: PartitionMetadata, now: PartitionMetadata, about: At): ClusterChange[] {
  const left = was.isr.filter(brokerId => !now.isr.includes(brokerId))
  const joined = now.isr.filter(brokerId => !was.isr.includes(brokerId))
  const name = `${about.topic}-${about.partition}`
  return [
    ...left.map(brokerId =>
      change('isr-shrunk', `${name}: ${brokerId} left the in-sync replicas, now ${list(now.isr)}`, { ...about, brokerId }),
    ),
    ...joined.map(brokerId =>
      change('isr-grown', `${name}: ${brokerId} is in sync again, now ${list(now.isr)}`, { ...about, brokerId }),
    ),
  ]
}

const list = (ids: readonly number[]): string => (ids.length === 0 ? 'none' : ids.join(', '))

const sameMembers = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length && left.every(brokerId => right.includes(brokerId))

const gathered = (changes: readonly ClusterChange[]): ClusterChange[] =>
  [...groupedBy(changes, one => `${one.kind} ${one.brokerId}`).values()].flatMap(gatheredOfOneKind)

/** The widest topics become one event each until the rest can be told, so that none hides a narrow one; else all are one. */
function gatheredOfOneKind(group: readonly ClusterChange[]): readonly ClusterChange[] {
  const topics = [...groupedBy(group, one => one.topic).values()].sort((left, right) => right.length - left.length)
  let told = group.length
  let summed = 0
  for (; told > toldOneByOneMax && (topics[summed]?.length ?? 0) > 1; summed++) told -= (topics[summed]?.length ?? 0) - 1
  if (told > toldOneByOneMax) return [summaryOf(group)]
  return [...topics.slice(0, summed).map(summaryOf), ...topics.slice(summed).flat()]
}

function groupedBy<K>(changes: readonly ClusterChange[], keyOf: (one: ClusterChange) => K): Map<K, ClusterChange[]> {
  const groups = new Map<K, ClusterChange[]>()
  for (const one of changes) {
    const known = groups.get(keyOf(one))
    if (known === undefined) groups.set(keyOf(one), [one])
    else known.push(one)
  }
  return groups
}

const summaryWords: Readonly<Partial<Record<ClusterChange['kind'], (count: number, brokerId: number | null) => string>>> = {
  'leader-elected': (count, brokerId) => `${count} partitions: broker ${brokerId} leads them now`,
  'leader-lost': (count, brokerId) => `${count} partitions lost their leader ${brokerId}`,
  'isr-shrunk': (count, brokerId) => `${count} partitions: broker ${brokerId} left their in-sync replicas`,
  'isr-grown': (count, brokerId) => `${count} partitions: broker ${brokerId} is in sync again`,
  'replicas-changed': count => `${count} partitions have other replicas`,
  'topic-created': count => `${count} topics were created`,
  'topic-deleted': count => `${count} topics were deleted`,
  'partitions-added': count => `${count} topics have more partitions`,
}

function summaryOf(group: readonly ClusterChange[]): ClusterChange {
  const { kind, brokerId, text, topic } = group[0] as ClusterChange
  const count = group.reduce((sum, one) => sum + one.count, 0)
  const isOfOne = topic !== null && group.every(one => one.topic === topic)
  const words = summaryWords[kind]?.(count, brokerId) ?? text
  return change(kind, isOfOne ? `${topic}: ${words}` : words, { brokerId, count, topic: isOfOne ? topic : null })
}
