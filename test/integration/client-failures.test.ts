import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { committedOffsets, alterGroupOffsets } from '../../broker-core/client/admin/group-offsets.ts'
import { listGroups } from '../../broker-core/client/admin/groups.ts'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import type { KafkaClientError } from '../../broker-core/client/client-error.ts'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../broker-core/client/producing/producer.ts'
import { openPartitionReader } from '../../broker-core/client/reading/partition-reader.ts'
import { tailPartitions } from '../../broker-core/client/reading/topic-tail.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { eventually, text, textOf } from '../helpers/broker-conversation.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'

const env = nodeEnv({ log: { write: () => {} } })
let cluster: InProcessCluster
let client: KafkaClient

beforeAll(async () => {
  // A killed broker is fenced when its session ends.
  cluster = await startCluster({ properties: { 'broker.session.timeout.ms': '1500', 'broker.heartbeat.interval.ms': '300' } })
  const bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  client = await connectCluster({ bootstrap, clientId: 'failure-test' }, env)
})

afterAll(async () => {
  await client?.close()
  await cluster?.close()
})

async function topicLedBy(nodeId: number, name: string): Promise<string> {
  const others = [1, 2, 3].filter(it => it !== nodeId)
  await createTopics(client, [{ name, assignments: [[nodeId, ...others]] }])
  await eventually(async () => {
    const topic = await client.topic(name)
    return topic.partitions[0]?.leaderId === nodeId ? true : undefined
  }, `${name} is led by ${nodeId}`)
  return name
}

async function valuesOf(topic: string): Promise<readonly string[]> {
  const reader = openPartitionReader(client, { topic, partition: 0, offset: 0 })
  const values: string[] = []
  for (let isAtEnd = false; !isAtEnd; ) {
    const page = await reader.read({ recordsMax: 1000 })
    values.push(...page.records.map(it => textOf(it.value)))
    isAtEnd = page.isAtEnd
  }
  return values
}

describe('the client when brokers go', () => {
  it('produces and follows across the death of a leader: in order, nothing twice, nothing lost', async () => {
    const topic = await topicLedBy(1, 'survives')
    const stop = new AbortController()
    const followed: string[] = []
    const troubles: KafkaClientError[] = []
    const tail = tailPartitions(
      client,
      { positions: [{ topic, partition: 0, offset: 0 }], lane: 'follow', signal: stop.signal, waitMs: 100 },
      ({ batches }) => {
        for (const batch of batches) followed.push(...Array.from({ length: batch.header.recordCount }, () => topic))
      },
      error => troubles.push(error),
    )
    const producer = createProducer(client, { lingerMs: 1 })
    const sent: Promise<unknown>[] = []
    const send = (i: number) => sent.push(producer.send({ topic, partition: 0, key: null, value: text(String(i)) }))
    for (let i = 0; i < 300; i++) {
      send(i)
      if (i === 150) await cluster.kill(1)
      if (i % 10 === 0) await new Promise(resolve => setTimeout(resolve, 5))
    }
    await Promise.all(sent)
    expect(await valuesOf(topic)).toEqual(Array.from({ length: 300 }, (_, i) => String(i)))
    await eventually(() => (followed.length === 300 ? true : undefined), 'the tail has them all')
    stop.abort()
    await tail
    await producer.close()
  })

  it('finds coordinators again where they moved to, and names brokers that do not answer', async () => {
    await alterGroupOffsets(client, 'moves', [{ topic: 'survives', partition: 0, offset: 7 }])
    const holder = await client.coordinator('group', 'moves')
    await cluster.start(1).then(broker => broker.ready)
    await cluster.kill(holder)
    expect(await committedOffsets(client, 'moves')).toMatchObject([{ offset: 7 }])
    expect(await client.coordinator('group', 'moves')).not.toBe(holder)
    const { groups, silentBrokers } = await listGroups(client)
    expect(groups.map(it => it.groupId)).toContain('moves')
    for (const { error } of silentBrokers) expect(error.code).toMatch(/CONNECTION_FAILED|BROKER_NOT_AVAILABLE|TIMED_OUT/)
    await cluster.start(holder).then(broker => broker.ready)
  })

  it('gives up with the reason when the cluster is gone, and goes on when it comes back', async () => {
    const lost = { topic: await topicLedBy(2, 'waits'), partition: 0, offset: 0 }
    await Promise.all([1, 2, 3].map(nodeId => cluster.kill(nodeId)))
    const refreshed = client.refresh(['waits'], { timeoutMs: 700 })
    await expect(refreshed).rejects.toMatchObject({ code: 'TIMED_OUT', cause: { code: 'CONNECTION_FAILED' } })
    expect(client.cluster().topics.has('waits')).toBe(true)
    expect(client.metadataAgeMs()).toBeGreaterThan(200)
    const reader = openPartitionReader(client, lost)
    const stop = new AbortController()
    const cancelled = reader.read({ recordsMax: 1, signal: stop.signal })
    stop.abort()
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
    const started = await Promise.all([1, 2, 3].map(nodeId => cluster.start(nodeId)))
    await Promise.all(started.map(broker => broker.ready))
    expect((await reader.read({ recordsMax: 1 })).isAtEnd).toBe(true)
  })
})
