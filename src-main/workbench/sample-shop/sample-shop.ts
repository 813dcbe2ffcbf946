import { deleteGroups } from '../../../broker-core/client/admin/groups.ts'
import { createTopics, deleteTopics } from '../../../broker-core/client/admin/topics.ts'
import { createProducer } from '../../../broker-core/client/producing/producer.ts'
import type { Producer } from '../../../broker-core/client/producing/producer-options.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { TopicMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { Failure } from '../../contract/failure.ts'
import type { SampleShopView } from '../../contract/views/cluster.ts'
import { brokerRefusal, refused, toFailure } from '../failures.ts'
import { watched } from '../watch.ts'
import type { Watched } from '../watch.ts'
import { foreignGroups } from './foreign-groups.ts'
import { shopPayments } from './shop-payments.ts'
import type { ShopPayments } from './shop-payments.ts'
import { shopReaders } from './shop-readers.ts'
import type { ShopReaders } from './shop-readers.ts'
import { seededFraction, shopEvents } from './shop-records.ts'
import { shopGroups, shopTopicNames, shopTopics } from './shop-topics.ts'

const stepMs = 100
const publishEveryMs = 500
/** Records under way at once; beyond it the shop waits for the cluster instead of filling memory. */
const inFlightMax = 20_000

/** Which topics of a cluster are the shop's: they are removed with it, and others of the same names are left alone. */
export interface ShopMemory {
  /** Topic ids by name. */
  read(): Readonly<Record<string, string>>
  write(topics: Readonly<Record<string, string>>): void
}

export interface SampleShop {
  readonly view: Watched<SampleShopView>
  /** Creates what is missing and begins. Throws REFUSED when it runs, or when topics of its names belong to somebody else. */
  start(ordersPerSecond: number): Promise<void>
  changeRate(ordersPerSecond: number): void
  /** Its consumers leave their groups, or join them again; records are made all the while. Throws REFUSED when it does not run. */
  read(isReading: boolean): Promise<void>
  /** Stops and removes topics and groups. */
  stop(): Promise<void>
  /** Stops and leaves what is there: the app ends, or for the reason that is then shown. */
  pause(reason?: Failure): Promise<void>
}

export interface ShopSources {
  readonly client: () => KafkaClient
  /** Of its own for a member of a group, known there by this name; whoever asks for it closes it. */
  readonly memberClient: (clientId: string) => KafkaClient
  readonly memory: ShopMemory
  readonly nowMs: () => number
}

const closed: SampleShopView = {
  state: 'absent',
  ordersPerSecond: 20,
  recordsProduced: 0,
  topics: [],
  groups: [],
  isReading: true,
  startedAtMs: null,
  failure: null,
}

/** A small shop that makes traffic of every kind at an adjustable rate, on one cluster. */
export function sampleShop(sources: ShopSources): SampleShop {
  const view = watched<SampleShopView>(closed)
  const change = (patch: Partial<SampleShopView>) => view.set({ ...view.value, ...patch })
  let traffic: Traffic | undefined

  async function end(): Promise<void> {
    const running = traffic
    traffic = undefined
    await running?.stop()
  }

  return {
    view,
    async start(ordersPerSecond) {
      if (view.value.state !== 'absent') throw refused(`the sample shop is ${view.value.state}`)
      change({ ...closed, state: 'starting', ordersPerSecond, topics: shopTopicNames, groups: shopGroups })
      try {
        const client = sources.client()
        await createShopTopics(client, sources.memory)
        traffic = openTraffic(client, sources, { rate: () => view.value.ordersPerSecond, change })
        change({ state: 'running', startedAtMs: sources.nowMs() })
      } catch (error) {
        change({ ...closed, failure: toFailure(error) })
        throw error
      }
    },
    changeRate(ordersPerSecond) {
      change({ ordersPerSecond })
    },
    async read(isReading) {
      if (traffic === undefined) throw refused('the sample shop does not run')
      await traffic.read(isReading)
      change({ isReading })
    },
    async stop() {
      if (view.value.state === 'starting' || view.value.state === 'stopping')
        throw refused(`the sample shop is ${view.value.state}`)
      change({ state: 'stopping' })
      try {
        await end()
        await removeShop(sources.client(), sources.memory)
        change(closed)
      } catch (error) {
        change({ ...closed, failure: toFailure(error) })
        throw error
      }
    },
    async pause(reason) {
      const wasRunning = traffic !== undefined
      await end()
      if (wasRunning && reason !== undefined) change({ ...closed, failure: reason })
    },
  }
}

async function createShopTopics(client: KafkaClient, memory: ShopMemory): Promise<void> {
  const { topics, brokers } = await client.refresh(null, { timeoutMs: 10_000 })
  const ours = memory.read()
  const foreign = shopTopicNames.filter(name => topics.has(name) && topics.get(name)?.topicId !== ours[name])
  if (foreign.length > 0)
    throw refused(`there are other topics named ${foreign.join(', ')} already`, 'Delete or rename them, or use another cluster.')
  const others = await foreignGroups(client, ownTopics(topics, ours))
  if (others.length > 0) throw refused(`there are other groups named ${others.join(', ')} already`, 'Use another cluster.')
  const absent = shopTopics.filter(topic => !topics.has(topic.name))
  const replicationFactor = Math.min(3, brokers.size)
  if (absent.length === 0) return
  const created = await createTopics(
    client,
    absent.map(topic => ({ ...topic, replicationFactor })),
    { timeoutMs: 20_000 },
  )
  const kept = { ...ours }
  for (const topic of created) if (topic.error === 'NONE') kept[topic.name] = topic.topicId
  memory.write(kept)
  const failed = created.find(topic => topic.error !== 'NONE')
  if (failed !== undefined) throw brokerRefusal(failed.error, failed.message, { topic: failed.name })
}

const ownTopics = (topics: ReadonlyMap<string, TopicMetadata>, ours: Readonly<Record<string, string>>): ReadonlySet<string> =>
  new Set(shopTopicNames.filter(name => topics.has(name) && topics.get(name)?.topicId === ours[name]))

async function removeShop(client: KafkaClient, memory: ShopMemory): Promise<void> {
  const { topics } = await client.refresh(null, { timeoutMs: 10_000 })
  const ours = memory.read()
  const names = [...ownTopics(topics, ours)]
  if (names.length === 0) return
  const others = await foreignGroups(client, new Set(names))
  // Groups first: deleting them while their topics are there leaves nothing behind.
  await deleteGroups(
    client,
    shopGroups.filter(name => !others.includes(name)),
    { timeoutMs: 10_000 },
  )
  await deleteTopics(client, names, { timeoutMs: 20_000 })
  memory.write({})
}

interface Traffic {
  read(isReading: boolean): Promise<void>
  stop(): Promise<void>
}

interface TrafficControl {
  readonly rate: () => number
  readonly change: (patch: Partial<SampleShopView>) => void
}

function openTraffic(client: KafkaClient, sources: ShopSources, control: TrafficControl): Traffic {
  const { nowMs, memberClient } = sources
  const producer = createProducer(client, { lingerMs: 50 })
  const counts = { produced: 0, inFlight: 0, failure: undefined as unknown }
  const payments = shopPayments({
    client,
    produced: count => {
      counts.produced += count
    },
    failed: error => {
      counts.failure = error
    },
  })
  const orders = orderMaker({ producer, payments, nowMs }, counts)
  const timers = [
    setInterval(() => orders.make(control.rate()), stepMs),
    setInterval(() => {
      const failure = counts.failure === undefined ? null : toFailure(counts.failure)
      control.change({ recordsProduced: counts.produced, failure })
    }, publishEveryMs),
  ]
  const failed = (error: unknown) => {
    counts.failure = error
  }
  const join = () => shopReaders({ memberClient, ordersPerSecond: control.rate, failed })
  let readers: ShopReaders | undefined = join()
  return {
    async read(isReading) {
      const leaving = isReading ? undefined : readers
      if (isReading) readers ??= join()
      else readers = undefined
      await leaving?.stop('in order')
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all([readers?.stop('at once'), payments.stop()])
      await producer.close().catch(() => undefined)
    },
  }
}

interface OrderTools {
  readonly producer: Producer
  readonly payments: ShopPayments
  readonly nowMs: () => number
}

/** Makes as many orders as the time since the last call asks for. */
function orderMaker({ producer, payments, nowMs }: OrderTools, counts: { produced: number; inFlight: number; failure: unknown }) {
  const fraction = seededFraction(nowMs())
  let number = Math.floor(nowMs() / 1_000) % 1_000_000
  let due = 0
  let lastMs = performance.now()
  return {
    make(ordersPerSecond: number) {
      const atMs = performance.now()
      due = Math.min(due + ((atMs - lastMs) / 1_000) * ordersPerSecond, ordersPerSecond)
      lastMs = atMs
      for (; due >= 1 && counts.inFlight < inFlightMax; due -= 1) {
        number += 1
        const { records, payment } = shopEvents(number, nowMs(), fraction)
        payments.add(payment)
        for (const record of records) {
          counts.inFlight += 1
          producer.send(record).then(
            () => {
              counts.produced += 1
              counts.inFlight -= 1
              counts.failure = undefined
            },
            (error: unknown) => {
              counts.failure = error
              counts.inFlight -= 1
            },
          )
        }
      }
    },
  }
}
