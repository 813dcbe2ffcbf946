import type { ClusterStatus, RateSample } from '../contract/views/cluster.ts'
import type { TopicSummary } from '../contract/views/topics.ts'
import type { Clusters } from './clusters.ts'
import type { ConnectionRoom, ConnectionRooms } from './connection-room.ts'
import type { Connections } from './connections.ts'
import type { Handlers } from './handlers.ts'
import { inOneThenSingly } from './watch.ts'
import { clusterFeatures } from './features.ts'
import { clusterOverview } from './overview.ts'
import { clientSnippets } from './snippets/client-snippets.ts'
import { addPartitions, alterTopicConfig, createTopic, dropTopics, emptyTopic } from './topics/change-topics.ts'
import { cancelReassignment, electPreferred, planReassignment, reassign, watchReassignments } from './topics/reassignments.ts'
import type { ReplicationThrottles } from './topics/replication-throttles.ts'
import { topicSummary } from './topics/list-topics.ts'
import { configDefinitions, readTopicConfig } from './topics/topic-config.ts'
import { topicDetail } from './topics/topic-detail.ts'
import { topicConsumers, topicLags } from './topics/topic-readers.ts'
import type { ReadersSample } from './topics/topic-readers.ts'
import { planLayout } from './topics/plan-layout.ts'
import { watchTopics } from './topics/watch-topics.ts'

const factsMaxAgeMs = 10_000
/** A list comes after this with what is known by then. */
const factsWithinMs = 700

export type ClusterHandlers = Pick<Handlers, Extract<keyof Handlers, `cluster.${string}` | `topics.${string}`>>

export interface ClusterSources {
  readonly clusters: Clusters
  readonly connections: Connections
  readonly rooms: ConnectionRooms
  readonly throttles: ReplicationThrottles
  readonly nowMs: () => number
}

/** Clusters and topics as the Kafka protocol tells them. */
export function clusterHandlers(sources: ClusterSources): ClusterHandlers {
  const { clusters, connections, rooms, nowMs } = sources
  return {
    async 'cluster.overview'({ connection }, { signal }) {
      const { client, facts } = rooms.of(connection)
      return await clusterOverview({ connection: connections.get(connection), client, facts, nowMs, signal })
    },
    'cluster.features': ({ connection }, { signal }) => clusterFeatures({ client: rooms.of(connection).client, nowMs, signal }),
    'cluster.snippets'({ connection }) {
      const { bootstrap, security } = connections.get(connection)
      return Promise.resolve(clientSnippets({ bootstrap: bootstrap.join(','), security }))
    },
    'cluster.status': ({ connection }, { signal }) =>
      untilClosed(rooms.of(connection), signal, (room, both) => watchStatus(connection, room, both)),
    'cluster.rates': ({ connection }, { signal }) => untilClosed(rooms.of(connection), signal, watchRates),
    'cluster.events': ({ connection }, { signal }) =>
      untilClosed(rooms.of(connection), signal, (room, both) => inOneThenSingly(room.sampler.events, both)),
    async 'topics.list'({ connection, includeInternal }, { signal }) {
      const room = rooms.of(connection)
      const { topics } = await room.client.refresh(null, { signal, timeoutMs: 10_000 })
      const listed = [...topics.values()].filter(topic => includeInternal || !topic.isInternal)
      const [first] = listed
      const isUnsampled = first !== undefined && room.sampler.now.value.asOfMs === 0
      await Promise.all([
        room.facts.refresh([...topics.values()], factsMaxAgeMs, factsWithinMs),
        isUnsampled ? room.sampler.soon(factsWithinMs) : undefined,
      ])
      const numbers = { facts: room.facts, end: room.sampler.end, topicRate: room.sampler.topicRate }
      const summaries = listed.map(topic => topicSummary(topic, numbers)).sort(byName)
      return { asOfMs: nowMs(), topics: summaries, missing: room.facts.missing }
    },
    'topics.watch': ({ connection }, { signal }) => untilClosed(rooms.of(connection), signal, watchTopics),
    async 'topics.lags'({ connection }) {
      const { asOfMs, sample } = await readersSample(rooms.of(connection))
      return { asOfMs, topics: topicLags(sample) }
    },
    async 'topics.consumers'({ connection, topic }) {
      const { asOfMs, sample } = await readersSample(rooms.of(connection))
      return { topic, asOfMs, groups: topicConsumers(topic, sample) }
    },
    'topics.planLayout': (order, { signal }) => planLayout(clusters.client(order.connection), order, signal),
    'topics.detail': ({ connection, topic }, { signal }) => topicDetail(clusters.client(connection), topic, { nowMs, signal }),
    'topics.create': (order, { signal }) =>
      order.validateOnly
        ? createTopic(clusters.client(order.connection), order, signal)
        : seenSoon(rooms.of(order.connection), createTopic(clusters.writableClient(order.connection), order, signal)),
    'topics.delete': ({ connection, topics }, { signal }) =>
      seenSoon(rooms.of(connection), dropTopics(clusters.writableClient(connection), topics, signal)),
    'topics.addPartitions': (order, { signal }) =>
      seenSoon(rooms.of(order.connection), addPartitions(clusters.writableClient(order.connection), order, signal)),
    'topics.empty': ({ connection, topic }, { signal }) =>
      seenSoon(rooms.of(connection), emptyTopic(clusters.writableClient(connection), topic, signal)),
    'topics.config': ({ connection, topic }, { signal }) => readTopicConfig(clusters.client(connection), topic, signal),
    'topics.alterConfig': (order, { signal }) => alterTopicConfig(clusters.writableClient(order.connection), order, signal),
    'topics.configDefinitions': () => Promise.resolve(configDefinitions()),
    'topics.electLeaders': (order, { signal }) => electPreferred(clusters.writableClient(order.connection), order, signal),
    'topics.planReassignment': (order, { signal }) => planReassignment(clusters.client(order.connection), order, signal),
    'topics.reassign': (order, { signal }) =>
      reassign(clusters.writableClient(order.connection), order, sources.throttles, signal),
    'topics.cancelReassignment': (order, { signal }) =>
      cancelReassignment(clusters.writableClient(order.connection), order, signal),
    'topics.reassignments': ({ connection }, { signal }) => watchReassignments(clusters.client(connection), signal),
  }
}

/** What was changed is seen in the next round, which begins at once. */
async function seenSoon<T>({ sampler }: ConnectionRoom, change: Promise<T>): Promise<T> {
  const answer = await change
  sampler.hurry()
  return answer
}

/** Who reads what, by the last round; waits for the first one. */
async function readersSample({ sampler }: ConnectionRoom): Promise<{ asOfMs: number; sample: ReadersSample }> {
  if (sampler.now.value.asOfMs === 0) await sampler.soon(5_000)
  const { asOfMs, groups } = sampler.now.value
  return { asOfMs, sample: { groups, book: sampler.group } }
}

/** A connection that is removed, or reached in a new way, ends its streams; the window opens them again. */
function untilClosed<T>(
  room: ConnectionRoom,
  signal: AbortSignal,
  watch: (room: ConnectionRoom, signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  return watch(room, AbortSignal.any([signal, room.sampler.stopped]))
}

const byName = (a: TopicSummary, b: TopicSummary): number => (a.name < b.name ? -1 : 1)

async function* watchStatus(connection: string, room: ConnectionRoom, signal: AbortSignal): AsyncGenerator<ClusterStatus, void> {
  const everSeen = new Set<number>()
  for await (const sample of room.sampler.now.read(signal)) {
    const { cluster, groups, failure, asOfMs } = sample
    // Nothing is known before the first round.
    if (asOfMs === 0 && failure === null) continue
    for (const brokerId of cluster.brokers.keys()) everSeen.add(brokerId)
    for (const topic of cluster.topics.values()) for (const it of topic.partitions) for (const id of it.replicas) everSeen.add(id)
    const books = groups.map(group => room.sampler.group(group.group)?.now)
    yield {
      connection,
      asOfMs,
      reachable: failure === null,
      failure,
      brokersUp: failure === null ? cluster.brokers.size : 0,
      brokersTotal: everSeen.size,
      controllerId: sample.controllerId,
      recordsInPerSecond: sample.recordsInPerSecond,
      recordsOutPerSecond: total(books.map(book => book?.committedPerSecond ?? null)),
      lagTotal: total(books.map(book => book?.totalLag ?? null)),
      memoryBytes: process.memoryUsage.rss(),
    }
  }
}

/** Of what is known; null when nothing is. */
function total(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter(number => number !== null)
  return known.length === 0 ? null : known.reduce((sum, number) => sum + number, 0)
}

async function* watchRates(room: ConnectionRoom, signal: AbortSignal): AsyncGenerator<readonly RateSample[], void> {
  const remembered = room.sampler.rates.items
  yield remembered
  let lastMs = remembered.at(-1)?.atMs ?? 0
  for await (const sample of room.sampler.rates.read(signal)) {
    if (sample.atMs <= lastMs) continue
    lastMs = sample.atMs
    yield [sample]
  }
}
