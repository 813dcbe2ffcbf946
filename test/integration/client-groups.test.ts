import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeGroup } from '../../broker-core/client/admin/describe-group.ts'
import { committedOffsets } from '../../broker-core/client/admin/group-offsets.ts'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import type { ConsumerOptions, GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../broker-core/client/producing/producer.ts'
import { readRecordsOf } from '../../broker-core/client/reading/fetched-batch.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { eventually, text, textOf } from '../helpers/broker-conversation.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'

/** A running cluster of three brokers to test against instead of ours: a real Apache Kafka, to see that the client is right about it. */
const foreign = process.env.KAFKA_BOOTSTRAP
const env = nodeEnv({ log: { write: () => {} } })
const run = Math.floor(Math.random() * 1e6).toString(36)

let cluster: InProcessCluster | undefined
let client: KafkaClient

beforeAll(async () => {
  // Short sessions, so that a member that dies is missed soon; but not one that a busy machine holds up for a second.
  const properties = {
    'group.min.session.timeout.ms': '500',
    'group.consumer.min.session.timeout.ms': '500',
    'group.consumer.session.timeout.ms': '3000',
    'group.consumer.min.heartbeat.interval.ms': '100',
    'group.consumer.heartbeat.interval.ms': '200',
  }
  if (foreign === undefined) cluster = await startCluster({ properties })
  const own = cluster?.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  client = await connectCluster({ bootstrap: foreign ?? own ?? '', clientId: 'groups-test' }, env)
})

afterAll(async () => {
  await client?.close()
  await cluster?.close()
})

/** A consumer that remembers what it received, by value. */
function member(options: Pick<ConsumerOptions, 'groupId' | 'topics'> & Partial<ConsumerOptions>) {
  const received: string[] = []
  const troubles: string[] = []
  const consumer = consumeAsGroup(
    client,
    {
      offsetReset: 'earliest',
      heartbeatIntervalMs: 100,
      sessionTimeoutMs: foreign === undefined ? 3_000 : 6_000,
      fetchWaitMs: 100,
      ...options,
    },
    {
      receive({ topic, partition, batches, fromOffset }) {
        for (const batch of batches) {
          for (const record of readRecordsOf(batch, { topic, partition }, fromOffset, env)) received.push(textOf(record.value))
        }
      },
      trouble: error => troubles.push(error.message),
    },
  )
  return { consumer, received, troubles }
}

const countOf = (consumer: GroupConsumer): number => consumer.status().assignment.length
const allStable = (...consumers: readonly GroupConsumer[]): boolean => consumers.every(it => it.status().state === 'stable')

function shared(what: string, counts: readonly number[], ...consumers: readonly GroupConsumer[]): Promise<true> {
  return eventually(
    () => {
      const now = consumers.map(countOf).sort()
      const names = consumers.flatMap(it => it.status().assignment.map(at => `${at.topic}-${at.partition}`))
      const isRight = allStable(...consumers) && String(now) === String(counts) && new Set(names).size === names.length
      return isRight ? true : undefined
    },
    what,
    30_000,
  )
}

const kinds: readonly (readonly [string, Partial<ConsumerOptions>])[] = [
  ['classic, range', { assignors: ['range'] }],
  ['classic, roundrobin', { assignors: ['roundrobin'] }],
  ['classic, cooperative-sticky', { assignors: ['cooperative-sticky'] }],
  ['KIP-848, uniform', { protocol: 'consumer', serverAssignor: 'uniform' }],
]

describe.each(kinds)(`a group on ${foreign ?? 'our cluster'}: %s`, (name, options) => {
  const topic = `shared-${name.replaceAll(/[^a-z]/gi, '')}-${run}`
  const groupId = `group-${name.replaceAll(/[^a-z]/gi, '')}-${run}`

  it('shares partitions among members that come, leave and die, and loses no record', async () => {
    await createTopics(client, [{ name: topic, partitions: 4, replicationFactor: 3 }])
    const producer = createProducer(client)
    const send = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, i) =>
          producer.send({ topic, key: text(String(from + i)), value: text(String(from + i)) }),
        ),
      )
    await send(0, 100)

    const one = member({ groupId, topics: [topic], ...options })
    await shared('one member has all', [4], one.consumer)
    await eventually(() => (one.received.length === 100 ? true : undefined), 'the first hundred')
    const two = member({ groupId, topics: [topic], ...options })
    await shared('two members share', [2, 2], one.consumer, two.consumer)
    const described = await describeGroup(client, groupId)
    expect(described).toMatchObject({ state: 'Stable', type: options.protocol ?? 'classic' })
    expect(described.members.map(it => it.assignment.length)).toEqual([2, 2])
    await send(100, 200)
    await eventually(() => (one.received.length + two.received.length === 200 ? true : undefined), 'the second hundred, once')

    await one.consumer.leave()
    await shared('the other takes over', [4], two.consumer)
    await send(200, 300)
    await eventually(() => (new Set([...one.received, ...two.received]).size === 300 ? true : undefined), 'the third hundred')
    expect(one.received.length + two.received.length).toBe(300)
    await two.consumer.commit()
    const committed = await committedOffsets(client, groupId)
    expect(committed.reduce((sum, it) => sum + it.offset, 0)).toBe(300)

    const three = member({ groupId, topics: [topic], ...options })
    await shared('two again', [2, 2], two.consumer, three.consumer)
    two.consumer.crash()
    await shared('the dead member is missed', [4], three.consumer)
    await send(300, 400)
    await eventually(
      () => (new Set([...one.received, ...two.received, ...three.received]).size === 400 ? true : undefined),
      'all',
    )
    await three.consumer.leave()
    await producer.close()
  })
})

describe('static members', () => {
  it('keep their partitions over a restart, without a rebalance (KIP-345)', async () => {
    const topic = `static-${run}`
    const groupId = `static-group-${run}`
    await createTopics(client, [{ name: topic, partitions: 2, replicationFactor: 3 }])
    const first = member({ groupId, topics: [topic], instanceId: 'a', assignors: ['range'] })
    const other = member({ groupId, topics: [topic], instanceId: 'b', assignors: ['range'] })
    await shared('both have one', [1, 1], first.consumer, other.consumer)
    const before = first.consumer.status()
    const generation = other.consumer.status().generation
    await first.consumer.leave()
    const again = member({ groupId, topics: [topic], instanceId: 'a', assignors: ['range'] })
    await shared('the restarted one is back', [1, 1], again.consumer, other.consumer)
    expect(again.consumer.status().assignment).toEqual(before.assignment)
    expect(other.consumer.status().generation).toBe(generation)
    await Promise.all([again.consumer.leave(), other.consumer.leave()])
  })
})
