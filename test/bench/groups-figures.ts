// Figures of groups and transactions on a cluster of three brokers, ours or Apache Kafka's. Prints nothing by itself.
import { setTimeout as wait } from 'node:timers/promises'
import { alterConfigs } from '../../broker-core/client/admin/configs.ts'
import { alterGroupOffsets, committedOffsets } from '../../broker-core/client/admin/group-offsets.ts'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import type { ConsumerOptions, GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../broker-core/client/producing/producer.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { partitionFor } from '../../broker-core/coordinator/runtime/partitioner.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'

export interface Measured {
  readonly bootstrap: string
  kill(brokerId: number): Promise<void>
  start(brokerId: number): Promise<void>
  /** Of all brokers together. */
  residentMb(): number
  say(text: string): void
  /** A part that came to no figure; the others go on. */
  failed(part: string, error: unknown): void
  /** Part of the name of what is to be measured; empty: everything. */
  readonly only: string
}

type Row = readonly [name: string, value: number]
type Protocol = 'classic' | 'consumer'

const protocols: readonly Protocol[] = ['classic', 'consumer']
const text = new TextEncoder()
const windowMs = 4_000
const stepTimeoutMs = 120_000
const [failoverGroups, idleGroups, widePartitions, largeCommits, manyMembers] = [1_000, 10_000, 1_000, 300, 200]
/** A client has connections for so many; beyond that, the long polls of some would hold up the heartbeats of others. */
const membersPerClient = 25
const committers = 64
const offsetsPartitions = 50
const groupOffset = 42

const newClient = (bootstrap: string): Promise<KafkaClient> =>
  connectCluster({ bootstrap, clientId: 'bench-groups' }, nodeEnv({ log: { write() {} } }))

export async function measureGroups(on: Measured): Promise<readonly Row[]> {
  const client = await newClient(on.bootstrap)
  const rows: Row[] = []
  const add = (more: readonly Row[]): void => {
    rows.push(...more)
    for (const [name, value] of more) on.say(`  ${name}: ${value.toFixed(1)}`)
  }
  try {
    await makeTopics(client)
    const sections: readonly (readonly [name: string, measure: () => Promise<readonly Row[]>])[] = [
      ...protocols.map(protocol => [`life ${protocol}`, () => measureMembers(client, protocol)] as const),
      ['commits', () => measureCommits(client, on.bootstrap)],
      ['transactions', () => measureTransactions(on.bootstrap)],
      ...protocols.map(protocol => [`members ${protocol}`, () => measureManyMembers(client, on.bootstrap, protocol)] as const),
      ['failover', async () => [...(await measureIdleGroups(client, on)), ...(await measureFailover(client, on))]],
    ]
    for (const [name, measure] of sections) {
      if (!name.includes(on.only)) continue
      try {
        add(await measure())
      } catch (error) {
        on.failed(name, error)
      }
    }
    return rows
  } finally {
    await client.close()
  }
}

async function makeTopics(client: KafkaClient): Promise<void> {
  const wanted = [
    { name: 'small', partitions: 4 },
    { name: 'wide', partitions: widePartitions },
    { name: 'members', partitions: manyMembers },
  ]
  await createTopics(
    client,
    wanted.map(topic => ({ ...topic, replicationFactor: topic.name === 'wide' ? 1 : 3 })),
  )
  for (const partition of [0, 1, 2, 3]) await persistently(() => writeRecord(client, partition))
}

async function writeRecord(client: KafkaClient, partition: number): Promise<void> {
  const producer = createProducer(client, { idempotent: false })
  try {
    await producer.send({ topic: 'small', partition, key: null, value: text.encode('a record') })
  } finally {
    await producer.close()
  }
}

/** A cluster that has just started may need a moment, and more than one attempt. */
async function persistently(work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + stepTimeoutMs
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await wait(500)
    }
  }
}

const newMember = (client: KafkaClient, options: ConsumerOptions, received: () => void = () => undefined): GroupConsumer =>
  consumeAsGroup(
    client,
    { offsetReset: 'earliest', heartbeatIntervalMs: 1_000, sessionTimeoutMs: 6_000, commit: 'manual', ...options },
    { receive: received },
  )

const ownedBy = (consumer: GroupConsumer): number =>
  consumer.status().state === 'stable' ? consumer.status().assignment.length : 0

/** A lone consumer, a second one that joins, and the first that dies. */
async function measureMembers(client: KafkaClient, protocol: Protocol): Promise<readonly Row[]> {
  const firstMs: number[] = []
  const joinMs: number[] = []
  const deathMs: number[] = []
  for (let run = 0; run < 3; run++) {
    const options = { groupId: `life-${protocol}-${run}`, topics: ['small'], protocol }
    let hasReceived = false
    const [one, first] = [newMember(client, options, () => (hasReceived = true)), performance.now()]
    await until('a first record', () => hasReceived)
    firstMs.push(performance.now() - first)
    await until('all partitions', () => ownedBy(one) === 4)
    // Heartbeats at the same moments would leave it to chance whether the second hears at its first that the first gave up.
    await wait(500)
    const [two, join] = [newMember(client, options), performance.now()]
    await until('two each', () => ownedBy(one) === 2 && ownedBy(two) === 2)
    joinMs.push(performance.now() - join)
    const death = performance.now()
    one.crash()
    await until('the survivor has all', () => ownedBy(two) === 4)
    deathMs.push(performance.now() - death)
    await two.leave()
  }
  return [
    [`first record of a lone consumer, ${protocol}, ms`, median(firstMs)],
    [`rebalance when a second joins, ${protocol}, ms`, median(joinMs)],
    [`rebalance when one dies (session 6 s), ${protocol}, ms`, median(deathMs)],
  ]
}

const commit = (client: KafkaClient, groupId: string, offset: number, topic = 'small', partition = 0) =>
  alterGroupOffsets(client, groupId, [{ topic, partition, offset }])

/** Members of groups have a connection each, on which one request waits for the other. */
async function measureCommits(client: KafkaClient, bootstrap: string): Promise<readonly Row[]> {
  const alone: number[] = []
  for (let i = 0; i < 300; i++) alone.push(await timed(() => commit(client, 'commits', i)))
  const members = await Promise.all(
    Array.from({ length: committers }, async (_, at) => ({ client: await newClient(bootstrap), groupId: `commits-${at % 16}` })),
  )
  await Promise.all(members.map(member => commit(member.client, member.groupId, 0)))
  const perSecond = await rate(members, member => commit(member.client, member.groupId, 1))
  await Promise.all(members.map(member => member.client.close()))
  return [
    ['offset commit p50, one at a time, ms', median(alone.slice(50))],
    [`offset commits of ${committers} clients in 16 groups, per s`, perSecond],
  ]
}

async function measureTransactions(bootstrap: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const count of [1, 8]) {
    const clients = await Promise.all(Array.from({ length: count }, () => newClient(bootstrap)))
    const producers = clients.map((client, at) =>
      createTransactionalProducer(client, { transactionalId: `bench-${count}-${at}`, lingerMs: 0 }),
    )
    const commitMs: number[] = []
    const transact = async (producer: (typeof producers)[number]) => {
      producer.begin()
      const at = producers.indexOf(producer)
      await producer.send({ topic: 'small', partition: at % 4, key: null, value: text.encode('a record') })
      commitMs.push(await timed(() => producer.commit()))
    }
    for (let i = 0; i < 20; i++) await Promise.all(producers.map(transact))
    commitMs.length = 0
    const perSecond = await rate(producers, transact)
    const name = count === 1 ? 'one producer' : `${count} producers`
    rows.push(
      [`transactions of ${name}, per s`, perSecond],
      [`commit of a transaction p50, ${name}, ms`, median(commitMs)],
      [`commit of a transaction p99, ${name}, ms`, quantile(commitMs, 0.99)],
    )
    await Promise.all(producers.map(producer => producer.close()))
    await Promise.all(clients.map(client => client.close()))
  }
  return rows
}

async function measureManyMembers(client: KafkaClient, bootstrap: string, protocol: Protocol): Promise<readonly Row[]> {
  const groupId = `many-${protocol}`
  // What is measured is how many there are, not how soon one that starts late is missed.
  const patient = { name: 'consumer.session.timeout.ms', operation: 'set', value: '45000' } as const
  await alterConfigs(client, { type: 'group', name: groupId }, [patient])
  const options = { groupId, topics: ['members'], protocol, fetchWaitMs: 5_000, sessionTimeoutMs: 45_000 }
  const clients = await Promise.all(Array.from({ length: manyMembers / membersPerClient }, () => newClient(bootstrap)))
  const startedAt = performance.now()
  const members = clients.flatMap(one => Array.from({ length: membersPerClient }, () => newMember(one, options)))
  try {
    await until('one partition each', () => members.every(member => ownedBy(member) === 1))
    return [[`${manyMembers} members in one group to stable, ${protocol}, ms`, performance.now() - startedAt]]
  } finally {
    for (const member of members) member.crash()
    await Promise.all(clients.map(one => one.close()))
  }
}

async function measureIdleGroups(client: KafkaClient, on: Measured): Promise<readonly Row[]> {
  await wait(10_000)
  const before = on.residentMb()
  await inParallel(idleGroups, 64, async at => void (await commit(client, `idle-${at}`, groupOffset)))
  await wait(10_000)
  return [['memory per idle group, three brokers together, KB', ((on.residentMb() - before) * 1024) / idleGroups]]
}

/** The coordinator of a partition with many records dies, and with it that of hundreds of groups elsewhere. */
async function measureFailover(client: KafkaClient, on: Measured): Promise<readonly Row[]> {
  const offsets = Array.from({ length: widePartitions }, (_, partition) => ({ topic: 'wide', partition, offset: groupOffset }))
  await inParallel(largeCommits, 4, async () => void (await alterGroupOffsets(client, 'large', offsets)))
  const groupIds = Array.from({ length: failoverGroups }, (_, at) => `idle-${at}`)
  const victim = await client.coordinator('group', 'large')
  const orphans: string[] = []
  for (const groupId of groupIds) {
    const isBeside = partitionFor(groupId, offsetsPartitions) !== partitionFor('large', offsetsPartitions)
    if (isBeside && (await client.coordinator('group', groupId)) === victim) orphans.push(groupId)
  }
  const fetchMs: number[] = []
  const killedAt = performance.now()
  await on.kill(victim)
  const answers = async (groupId: string, topic: string) => {
    for (;;) {
      const options = { partitions: [{ topic, partition: 0 }], timeoutMs: stepTimeoutMs }
      const [found] = await committedOffsets(client, groupId, options)
      if (found?.offset === groupOffset) return performance.now() - killedAt
      throw new Error(`${groupId} lost its offset: ${JSON.stringify(found)}`)
    }
  }
  const large = answers('large', 'wide')
  await Promise.all(orphans.map(async groupId => fetchMs.push(await answers(groupId, 'small'))))
  const largeMs = await large
  await on.start(victim)
  return [
    [`coordinator killed: first of ${failoverGroups} groups answers, ms`, Math.min(...fetchMs)],
    [`coordinator killed: last of ${failoverGroups} groups answers, ms`, Math.max(...fetchMs)],
    [`coordinator killed: partition of ${largeCommits * widePartitions} records answers, ms`, largeMs],
  ]
}

/** How often `work` is done in a second when each of `lanes` goes on by itself. */
async function rate<T>(lanes: readonly T[], work: (lane: T) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  let count = 0
  const run = async (lane: T): Promise<void> => {
    while (performance.now() - startedAt < windowMs) {
      await work(lane)
      count++
    }
  }
  await Promise.all(lanes.map(run))
  return (count * 1000) / (performance.now() - startedAt)
}

async function inParallel(count: number, width: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0
  const run = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, run))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + stepTimeoutMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within two minutes: ${what}`)
    await wait(2)
  }
}

const quantile = (values: readonly number[], at: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))] ?? Number.NaN
const median = (values: readonly number[]): number => quantile(values, 0.5)
