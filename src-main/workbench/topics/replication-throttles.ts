import { alterConfigs } from '../../../broker-core/client/admin/configs.ts'
import type { ConfigChange } from '../../../broker-core/client/admin/configs.ts'
import { describeCluster } from '../../../broker-core/client/admin/cluster.ts'
import { listReassignments } from '../../../broker-core/client/admin/reassignments.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { brokerRefusal } from '../failures.ts'
import { throttledReplicas } from './throttled-replicas.ts'
import type { PartitionInMotion } from './throttled-replicas.ts'

const lookEveryMs = 2_000
/** While the cluster cannot be reached, or one of its brokers is down. */
const lookAgainMs = 10_000
const rateNames = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'] as const
const listNames = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'] as const

/** Where throttles of ours stand, by connection. */
export type ThrottlePlaces = Readonly<Record<string, { readonly topics: readonly string[]; readonly brokers: readonly number[] }>>

export interface ThrottleMemory {
  read(): ThrottlePlaces
  write(places: ThrottlePlaces): void
}

/**
 * Throttles of reassignments: dynamic settings of brokers and topics, as Kafka's own tool sets them. The tool leaves it to a person to
 * remove them; here they go when no reassignment is under way any more, also when the app was closed in between.
 */
export interface ReplicationThrottles {
  set(connection: string, partitions: readonly PartitionInMotion[], bytesPerSecond: number, signal: AbortSignal): Promise<void>
  /** Removes what was set, unless something still moves. Throws what kept it from that; it is tried again later. */
  settle(connection: string): Promise<void>
  /** Nothing is looked after any more; the memory stays. */
  stop(): void
}

export interface ThrottleSources {
  /** Throws when there is no such connection, or it is read-only. */
  client(connection: string): KafkaClient
  readonly memory: ThrottleMemory
}

export function replicationThrottles(sources: ThrottleSources): ReplicationThrottles {
  const { memory } = sources
  const timers = new Map<string, NodeJS.Timeout>()
  const turns = new Map<string, Promise<unknown>>()
  let isStopped = false
  const placesOf = (connection: string) => memory.read()[connection] ?? { topics: [], brokers: [] }
  const note = (connection: string, topics: ReadonlySet<string>, brokers: ReadonlySet<number>) => {
    const { [connection]: _before, ...others } = memory.read()
    const isEmpty = topics.size === 0 && brokers.size === 0
    memory.write(isEmpty ? others : { ...others, [connection]: { topics: [...topics], brokers: [...brokers] } })
  }
  const inTurn = <T>(connection: string, action: () => Promise<T>): Promise<T> => {
    const result = (turns.get(connection) ?? Promise.resolve()).then(action)
    turns.set(
      connection,
      result.catch(() => undefined),
    )
    return result
  }
  const lookLater = (connection: string, afterMs: number) => {
    if (isStopped) return
    clearTimeout(timers.get(connection))
    const timer = setTimeout(() => {
      timers.delete(connection)
      inTurn(connection, () => settle(connection)).catch(() => lookLater(connection, lookAgainMs))
    }, afterMs)
    timer.unref()
    timers.set(connection, timer)
  }
  async function settle(connection: string): Promise<void> {
    const { topics, brokers } = placesOf(connection)
    if (topics.length === 0 && brokers.length === 0) return
    const client = sources.client(connection)
    if ((await listReassignments(client)).length > 0) return lookLater(connection, lookEveryMs)
    const left = await removeThrottles(client, topics, brokers)
    note(connection, new Set(), left)
    if (left.size > 0) lookLater(connection, lookAgainMs)
  }

  async function set(...[connection, partitions, bytesPerSecond, signal]: Parameters<ReplicationThrottles['set']>) {
    const client = sources.client(connection)
    const lists = throttledReplicas([...partitions, ...(await inMotion(client, signal))])
    const { brokers } = await client.refresh([], { signal })
    const before = placesOf(connection)
    note(connection, new Set([...before.topics, ...lists.keys()]), new Set([...before.brokers, ...brokers.keys()]))
    for (const [topic, { leader, follower }] of lists)
      await alter(client, 'topic', topic, [setTo(listNames[0], leader), setTo(listNames[1], follower)], signal)
    const rates = rateNames.map(name => setTo(name, String(bytesPerSecond)))
    for (const brokerId of brokers.keys()) await alter(client, 'broker', String(brokerId), rates, signal)
  }

  for (const connection of Object.keys(memory.read())) lookLater(connection, lookEveryMs)
  return {
    // The reassignment itself is yet to come: looked at too soon, nothing would move.
    set: (...order) => inTurn(order[0], () => set(...order)).finally(() => lookLater(order[0], lookAgainMs)),
    settle: connection => inTurn(connection, () => settle(connection)),
    stop() {
      isStopped = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}

/** What moves already: its topics may get new lists, in which it has to stand too. */
async function inMotion(client: KafkaClient, signal: AbortSignal): Promise<PartitionInMotion[]> {
  const under = await listReassignments(client, { signal })
  return under.map(({ topic, partition, replicas, addingReplicas, removingReplicas }) => ({
    topic,
    partition,
    from: replicas.filter(brokerId => !addingReplicas.includes(brokerId)),
    to: replicas.filter(brokerId => !removingReplicas.includes(brokerId)),
  }))
}

/** The brokers that are down: their settings can only be removed when they are back. */
async function removeThrottles(
  client: KafkaClient,
  topics: readonly string[],
  brokers: readonly number[],
): Promise<ReadonlySet<number>> {
  const cluster = await describeCluster(client)
  const there = await client.refresh(null)
  const left = new Set<number>()
  for (const brokerId of brokers) {
    const broker = cluster.brokers.find(it => it.nodeId === brokerId)
    if (broker?.isFenced === true) left.add(brokerId)
    else if (broker !== undefined) await alter(client, 'broker', String(brokerId), rateNames.map(removed))
  }
  for (const topic of topics) if (there.topics.has(topic)) await alter(client, 'topic', topic, listNames.map(removed))
  return left
}

const setTo = (name: string, value: string): ConfigChange => ({ name, operation: 'set', value })
const removed = (name: string): ConfigChange => ({ name, operation: 'remove', value: null })

async function alter(
  client: KafkaClient,
  type: 'topic' | 'broker',
  name: string,
  changes: readonly ConfigChange[],
  signal?: AbortSignal,
): Promise<void> {
  const outcome = await alterConfigs(client, { type, name }, changes, signal === undefined ? {} : { signal })
  if (outcome.error !== 'NONE') throw brokerRefusal(outcome.error, `throttle of ${type} ${name}: ${outcome.message}`)
}
