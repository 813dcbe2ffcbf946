import { describeCluster } from '../../../broker-core/client/admin/cluster.ts'
import { describeLogDirectories } from '../../../broker-core/client/admin/log-directories.ts'
import type { LogDirectory } from '../../../broker-core/client/admin/log-directories.ts'
import { alterReassignments, electLeaders, listReassignments } from '../../../broker-core/client/admin/reassignments.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { ReassignmentMove, ReassignmentPlan, ReassignmentView } from '../../contract/views/reassignments.ts'
import type { NamedOutcome } from '../../contract/views/topics.ts'
import { badInput, brokerRefusal } from '../failures.ts'
import { evenLayout } from './reassignment-plan.ts'
import type { ReplicationThrottles } from './replication-throttles.ts'
import type { PartitionInMotion } from './throttled-replicas.ts'

const watchEveryMs = 2_000

/** Who would move where; changes nothing. */
export async function planReassignment(
  client: KafkaClient,
  order: ParsedOf<'topics.planReassignment'>,
  signal: AbortSignal,
): Promise<ReassignmentPlan> {
  await client.refresh(order.topics, { signal })
  const [topics, cluster, sizes] = await Promise.all([
    Promise.all(order.topics.map(name => client.topic(name, { signal }))),
    describeCluster(client, { signal }),
    sizesOf(client, order.topics, signal),
  ])
  const up = cluster.brokers.filter(broker => !broker.isFenced).map(({ nodeId, rack }) => ({ brokerId: nodeId, rack }))
  const brokers = up.filter(broker => order.brokers === null || order.brokers.includes(broker.brokerId))
  const partitions = topics.flatMap(topic =>
    topic.partitions.map(({ partition, replicas }) => ({ topic: topic.name, partition, replicas })),
  )
  const layouts = layoutOf(partitions, brokers, order.replicationFactor)
  const all = partitions.map((it, index) => moveOf(it, layouts[index] as number[], sizes))
  const moves = all.filter(move => String(move.from) !== String(move.to))
  const bytes = moves.map(move => move.bytesToMove)
  const bytesToMove = bytes.includes(null) ? null : bytes.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  return { moves, bytesToMove, unchanged: all.length - moves.length }
}

function layoutOf(...input: Parameters<typeof evenLayout>): ReturnType<typeof evenLayout> {
  try {
    return evenLayout(...input)
  } catch (error) {
    if (error instanceof RangeError) throw badInput(`brokers: ${error.message}`)
    throw error
  }
}

/** Bytes of a replica; null when not known. */
export type Sizes = (topic: string, partition: number, brokerId: number | undefined) => number | null

export async function sizesOf(client: KafkaClient, topics: readonly string[], signal: AbortSignal): Promise<Sizes> {
  const directories = await describeLogDirectories(client, { topics, signal, timeoutMs: 5_000 }).catch((): LogDirectory[] => [])
  const sizes = new Map<string, number>()
  for (const { brokerId, replicas } of directories)
    for (const it of replicas) sizes.set(`${it.topic} ${it.partition} ${brokerId}`, it.sizeBytes)
  return (topic, partition, brokerId) => sizes.get(`${topic} ${partition} ${brokerId}`) ?? null
}

function moveOf(
  it: { topic: string; partition: number; replicas: readonly number[] },
  to: readonly number[],
  sizes: Sizes,
): ReassignmentMove {
  const size = sizes(it.topic, it.partition, it.replicas[0])
  const adding = to.filter(brokerId => !it.replicas.includes(brokerId)).length
  return {
    topic: it.topic,
    partition: it.partition,
    from: it.replicas,
    to,
    bytesToMove: adding === 0 ? 0 : size === null ? null : size * adding,
  }
}

/** Starts moving; the brokers copy in the background. Throws the first refusal. */
export async function reassign(
  client: KafkaClient,
  order: ParsedOf<'topics.reassign'>,
  throttles: ReplicationThrottles,
  signal: AbortSignal,
): Promise<null> {
  const { connection, throttleBytesPerSecond } = order
  if (throttleBytesPerSecond !== null)
    await throttles.set(connection, await inMotion(client, order.moves, signal), throttleBytesPerSecond, signal)
  try {
    const outcomes = await alterReassignments(client, order.moves, { signal })
    const failed = outcomes.find(it => it.error !== 'NONE')
    if (failed !== undefined) throw brokerRefusal(failed.error, failed.message, { topic: failed.topic })
  } finally {
    // From now on what moves is watched; what did not even begin needs no throttle.
    void throttles.settle(connection).catch(() => undefined)
  }
  return null
}

async function inMotion(
  client: KafkaClient,
  moves: ParsedOf<'topics.reassign'>['moves'],
  signal: AbortSignal,
): Promise<PartitionInMotion[]> {
  const { topics } = await client.refresh([...new Set(moves.map(move => move.topic))], { signal })
  return moves.map(({ topic, partition, replicas }) => ({
    topic,
    partition,
    from: topics.get(topic)?.partitions[partition]?.replicas ?? [],
    to: replicas,
  }))
}

export async function cancelReassignment(
  client: KafkaClient,
  order: ParsedOf<'topics.cancelReassignment'>,
  signal: AbortSignal,
): Promise<null> {
  const partitions = order.partitions ?? (await listReassignments(client, { signal }))
  if (partitions.length === 0) return null
  const changes = partitions.map(({ topic, partition }) => ({ topic, partition, replicas: null }))
  const outcomes = await alterReassignments(client, changes, { signal })
  // What ended meanwhile needs no cancelling.
  const failed = outcomes.find(it => it.error !== 'NONE' && it.error !== 'NO_REASSIGNMENT_IN_PROGRESS')
  if (failed !== undefined) throw brokerRefusal(failed.error, failed.message, { topic: failed.topic })
  return null
}

/** Progress by the sizes of replicas, until the signal ends. */
export async function* watchReassignments(
  client: KafkaClient,
  signal: AbortSignal,
): AsyncGenerator<readonly ReassignmentView[], void> {
  while (!signal.aborted) {
    const under = await listReassignments(client, { signal })
    const sizes = under.length === 0 ? () => null : await sizesOf(client, [...new Set(under.map(it => it.topic))], signal)
    yield under.map(it => reassignmentView(it, sizes))
    await pause(watchEveryMs, signal)
  }
}

function reassignmentView(it: Awaited<ReturnType<typeof listReassignments>>[number], sizes: Sizes): ReassignmentView {
  const done = it.addingReplicas.map(brokerId => sizes(it.topic, it.partition, brokerId))
  const staying = it.replicas.find(brokerId => !it.addingReplicas.includes(brokerId))
  const size = sizes(it.topic, it.partition, staying)
  return {
    topic: it.topic,
    partition: it.partition,
    replicas: it.replicas,
    adding: it.addingReplicas,
    removing: it.removingReplicas,
    doneBytes: done.includes(null) ? null : done.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0),
    totalBytes: size === null ? null : size * it.addingReplicas.length,
  }
}

/** Gives leadership back to preferred replicas; one outcome per partition that had to change. */
export async function electPreferred(
  client: KafkaClient,
  order: ParsedOf<'topics.electLeaders'>,
  signal: AbortSignal,
): Promise<NamedOutcome[]> {
  const { topics } = await client.refresh(order.topics, { signal })
  const partitions = [...topics.values()]
    .filter(topic => order.topics === null || order.topics.includes(topic.name))
    .flatMap(topic =>
      topic.partitions.filter(it => it.leaderId !== it.replicas[0]).map(({ partition }) => ({ topic: topic.name, partition })),
    )
  if (partitions.length === 0) return []
  const outcomes = await electLeaders(client, partitions, { signal })
  return outcomes.map(({ topic, partition, error, message }) => {
    const isDone = error === 'NONE' || error === 'ELECTION_NOT_NEEDED'
    return { name: `${topic}-${partition}`, error: isDone ? null : error, message: isDone ? null : message }
  })
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
