import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alterConfigs, describeConfigs, topicConfigs } from '../../broker-core/client/admin/configs.ts'
import { describeCluster, describeFeatures, describeQuorum } from '../../broker-core/client/admin/cluster.ts'
import { deleteRecords } from '../../broker-core/client/admin/delete-records.ts'
import { describeGroup } from '../../broker-core/client/admin/describe-group.ts'
import { alterGroupOffsets, committedOffsets, deleteGroupOffsets } from '../../broker-core/client/admin/group-offsets.ts'
import { deleteGroups, listGroups } from '../../broker-core/client/admin/groups.ts'
import { describeLogDirectories } from '../../broker-core/client/admin/log-directories.ts'
import { listOffsets, offsetRanges } from '../../broker-core/client/admin/offsets.ts'
import { alterReassignments, electLeaders, listReassignments } from '../../broker-core/client/admin/reassignments.ts'
import {
  createPartitions,
  createTopics,
  deleteTopics,
  describeTopics,
  listTopics,
} from '../../broker-core/client/admin/topics.ts'
import { describeProducers, describeTransaction, listTransactions } from '../../broker-core/client/admin/transactions.ts'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../broker-core/client/producing/producer.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { openPartitionReader } from '../../broker-core/client/reading/partition-reader.ts'
import { readBackwards } from '../../broker-core/client/reading/read-backwards.ts'
import { tailPartitions } from '../../broker-core/client/reading/topic-tail.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { eventually, text, textOf } from '../helpers/broker-conversation.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'

/** A running cluster of three brokers to test against instead of ours: a real Apache Kafka, to see that the client is right about it. */
const foreign = process.env.KAFKA_BOOTSTRAP
const env = nodeEnv({ log: { write: () => {} } })
const run = Math.floor(Math.random() * 1e6).toString(36)
const named = (name: string): string => `${name}-${run}`

let cluster: InProcessCluster | undefined
let client: KafkaClient

beforeAll(async () => {
  if (foreign === undefined) cluster = await startCluster()
  const own = cluster?.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  client = await connectCluster({ bootstrap: foreign ?? own ?? '', clientId: 'client-test' }, env)
})

afterAll(async () => {
  await client?.close()
  await cluster?.close()
})

async function newTopic(name: string, partitions = 2, configs: Record<string, string> = {}): Promise<string> {
  const [created] = await createTopics(client, [{ name: named(name), partitions, replicationFactor: 3, configs }])
  expect(created).toMatchObject({ error: 'NONE' })
  return named(name)
}

describe(`the client on ${foreign ?? 'our cluster'}`, () => {
  it('describes the cluster, its quorum and what a broker offers', async () => {
    const described = await describeCluster(client)
    expect(described.brokers.map(it => it.nodeId)).toEqual([1, 2, 3])
    const quorum = await describeQuorum(client)
    expect(quorum.voters).toHaveLength(3)
    expect(quorum.highWatermark).toBeGreaterThan(0)
    const { apis, finalized } = await describeFeatures(client)
    expect(apis.length).toBeGreaterThan(30)
    expect(finalized.get('metadata.version')).toBeGreaterThan(0)
  })

  it('creates, lists, widens and deletes topics, and says what is wrong with others', async () => {
    const topic = await newTopic('made', 3, { 'retention.ms': '77777' })
    const outcomes = await createTopics(client, [{ name: topic }, { name: 'not a name' }])
    expect(outcomes.map(it => it.error)).toEqual(['TOPIC_ALREADY_EXISTS', 'INVALID_TOPIC_EXCEPTION'])
    expect((await createPartitions(client, topic, 4)).error).toBe('NONE')
    expect((await createPartitions(client, topic, 2)).error).toBe('INVALID_PARTITIONS')
    await eventually(
      async () => ((await describeTopics(client, [topic]))[0]?.partitions.length === 4 ? true : undefined),
      'four partitions',
    )
    expect((await listTopics(client)).map(it => it.name)).toContain(topic)
    const deleted = await deleteTopics(client, [topic, named('absent')])
    expect(Object.fromEntries(deleted.map(it => [it.name, it.error]))).toEqual({
      [topic]: 'NONE',
      [named('absent')]: 'UNKNOWN_TOPIC_OR_PARTITION',
    })
  })

  it('reads and changes configurations, of topics and of brokers', async () => {
    const topic = await newTopic('configured')
    const change = { name: 'retention.ms', operation: 'set', value: '123456' } as const
    expect((await alterConfigs(client, { type: 'topic', name: topic }, [change])).error).toBe('NONE')
    const value = await eventually(async () => {
      const found = (await topicConfigs(client, topic, { documentation: true })).find(it => it.name === 'retention.ms')
      return found?.value === '123456' ? found : undefined
    }, 'the new value')
    expect(value).toMatchObject({ source: 'topic', type: 'long' })
    expect(value.documentation).not.toBeNull()
    const refused = await alterConfigs(client, { type: 'topic', name: topic }, [{ ...change, value: 'soon' }])
    expect(refused.error).toBe('INVALID_CONFIG')
    const [broker] = await describeConfigs(client, [{ type: 'broker', name: '1' }])
    expect(broker?.configs.length).toBeGreaterThan(5)
  })

  it('sends records and reads them forwards, backwards and by time, in all codecs', async () => {
    const topic = await newTopic('records', 1)
    const startMs = 1_700_000_000_000
    for (const [turn, compression] of (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).entries()) {
      const producer = createProducer(client, { compression })
      const sent = Array.from({ length: 100 }, (_, i) => {
        const headers = [{ key: 'n', value: text(String(i)) }]
        return producer.send({
          topic,
          partition: 0,
          key: text(`k${i}`),
          value: text(`${compression} ${i}`),
          headers,
          timestampMs: startMs + turn * 100 + i,
        })
      })
      const delivered = await Promise.all(sent)
      expect(delivered.map(it => it.offset)).toEqual(Array.from({ length: 100 }, (_, i) => turn * 100 + i))
      await producer.close()
    }
    const reader = openPartitionReader(client, { topic, partition: 0, offset: 0 })
    const values: string[] = []
    for (let isAtEnd = false; !isAtEnd; ) {
      const page = await reader.read({ recordsMax: 70 })
      expect(page.records.length).toBeLessThanOrEqual(70)
      values.push(...page.records.map(it => textOf(it.value)))
      isAtEnd = page.isAtEnd
    }
    expect(values).toHaveLength(500)
    expect([values[0], values[250], values[499]]).toEqual(['none 0', 'snappy 50', 'zstd 99'])
    const back = await readBackwards(client, { topic, partition: 0, recordsMax: 3, beforeOffset: 202 })
    expect(back.records.map(it => textOf(it.value))).toEqual(['gzip 99', 'snappy 0', 'snappy 1'])
    expect(back.previousOffset).toBe(199)
    const [at] = await listOffsets(client, [{ topic, partition: 0, at: { timestampMs: startMs + 333 } }])
    expect(at).toMatchObject({ offset: 333, timestampMs: startMs + 333, error: 'NONE' })
    const [none] = await listOffsets(client, [{ topic, partition: 0, at: { timestampMs: startMs + 900_000_000 } }])
    expect(none).toMatchObject({ offset: -1, error: 'NONE' })
  })

  it('says per partition what is wrong with offsets, and goes on where retention removed the start', async () => {
    const topic = await newTopic('trimmed', 1)
    const producer = createProducer(client)
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => producer.send({ topic, partition: 0, key: null, value: text(`${i}`) })),
    )
    await producer.close()
    const [done, absent] = await deleteRecords(client, [
      { topic, partition: 0, beforeOffset: 10 },
      { topic, partition: 9, beforeOffset: 10 },
    ])
    expect(done).toMatchObject({ error: 'NONE', logStartOffset: 10 })
    expect(absent).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
    const page = await openPartitionReader(client, { topic, partition: 0, offset: 2 }).read({ recordsMax: 1 })
    expect(page).toMatchObject({ skippedFrom: 2, logStartOffset: 10, nextOffset: 11 })
    const beyond = openPartitionReader(client, { topic, partition: 0, offset: 1000 }).read({ recordsMax: 1 })
    await expect(beyond).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    const offsets = await listOffsets(client, [
      { topic, partition: 0, at: 'earliest' },
      { topic, partition: 7, at: 'latest' },
      { topic: named('nowhere'), partition: 0, at: 'latest' },
    ])
    expect(offsets.map(it => it.error)).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION'])
    expect(offsets[0]?.offset).toBe(10)
  })

  it('commits, shows and deletes offsets of a group without members', async () => {
    const topic = await newTopic('grouped')
    const group = named('group')
    const committed = await alterGroupOffsets(client, group, [{ topic, partition: 0, offset: 5, metadata: 'why' }])
    expect(committed).toMatchObject([{ error: 'NONE' }])
    expect(await committedOffsets(client, group)).toMatchObject([{ topic, partition: 0, offset: 5, metadata: 'why' }])
    expect(await committedOffsets(client, group, { partitions: [{ topic, partition: 1 }] })).toMatchObject([{ offset: -1 }])
    expect((await listGroups(client)).groups.map(it => it.groupId)).toContain(group)
    expect(await describeGroup(client, group)).toMatchObject({ state: 'Empty', members: [] })
    expect(await deleteGroupOffsets(client, group, [{ topic, partition: 0 }])).toMatchObject([{ error: 'NONE' }])
    await alterGroupOffsets(client, group, [{ topic, partition: 0, offset: 6 }])
    const deleted = await deleteGroups(client, [group, named('no-group')])
    expect(deleted.map(it => it.error)).toEqual(['NONE', 'GROUP_ID_NOT_FOUND'])
    await expect(describeGroup(client, group)).rejects.toMatchObject({ code: 'GROUP_ID_NOT_FOUND' })
  })

  it('commits and aborts transactions, marks what was aborted, and is fenced by the next of the same id', async () => {
    const topic = await newTopic('transactions', 1)
    const transactionalId = named('tx')
    const first = createTransactionalProducer(client, { transactionalId })
    for (const end of ['commit', 'abort', 'commit'] as const) {
      first.begin()
      await Promise.all([0, 1].map(i => first.send({ topic, partition: 0, key: null, value: text(`${end} ${i}`) })))
      if (end === 'commit') await first.sendOffsets({ groupId: named('txg'), offsets: [{ topic, partition: 0, offset: 3 }] })
      await first[end]()
    }
    first.begin()
    await first.send({ topic, partition: 0, key: null, value: text('open') })
    expect((await listTransactions(client)).find(it => it.transactionalId === transactionalId)?.state).toBe('Ongoing')
    const described = await describeTransaction(client, transactionalId)
    expect(described.partitions).toEqual([{ topic, partition: 0 }])
    expect((await describeProducers(client, { topic, partition: 0 }))[0]?.transactionStartOffset).toBeGreaterThan(0)
    const read = (isolation: 'read_committed' | 'read_uncommitted') =>
      eventually(async () => {
        const page = await openPartitionReader(client, { topic, partition: 0, offset: 0, isolation }).read({ recordsMax: 100 })
        const found = page.records.map(it => [textOf(it.value), it.batch.outcome])
        return found.length >= (isolation === 'read_committed' ? 4 : 7) ? found : undefined
      }, 'all records')
    expect(await read('read_committed')).toEqual(['commit 0', 'commit 1', 'commit 0', 'commit 1'].map(it => [it, 'committed']))
    const all = (await read('read_uncommitted')).map(it => it[1])
    expect(all).toEqual(['committed', 'committed', 'aborted', 'aborted', 'committed', 'committed', 'open'])
    expect(await committedOffsets(client, named('txg'))).toMatchObject([{ offset: 3 }])

    const second = createTransactionalProducer(client, { transactionalId })
    second.begin()
    await second.send({ topic, partition: 0, key: null, value: text('newer') })
    await expect(first.send({ topic, partition: 0, key: null, value: text('late') })).rejects.toMatchObject({
      code: expect.stringMatching(/PRODUCER_FENCED|INVALID_PRODUCER_EPOCH/),
    })
    expect(() => first.begin()).toThrow()
    await second.commit()
    await Promise.all([first.close(), second.close()])
  })

  it('follows partitions live, at once and without gaps', async () => {
    const topic = await newTopic('live', 3)
    const stop = new AbortController()
    const seen = new Map<number, number>()
    const positions = [0, 1, 2].map(partition => ({ topic, partition, offset: 0 }))
    const tail = tailPartitions(
      client,
      { positions, lane: 'live', signal: stop.signal },
      ({ partition, fromOffset, batches }) => {
        expect(fromOffset).toBe(seen.get(partition) ?? 0)
        seen.set(partition, (batches.at(-1)?.lastOffset ?? -1) + 1)
      },
    )
    const producer = createProducer(client)
    for (let i = 0; i < 200; i++) await producer.send({ topic, key: text(`${i}`), value: text('x') })
    await eventually(() => ([...seen.values()].reduce((sum, it) => sum + it, 0) === 200 ? true : undefined), 'all 200 records')
    stop.abort()
    await tail
    await producer.close()
  })

  it('shows log directories, moves a replica, elects the preferred leader', async () => {
    const topic = await newTopic('moved', 1)
    await eventually(async () => {
      const directories = await describeLogDirectories(client, { topics: [topic] })
      return directories.flatMap(it => it.replicas).length === 3 ? true : undefined
    }, 'three replicas')
    const [before] = (await describeTopics(client, [topic]))[0]?.partitions ?? []
    const replicas = [...(before?.replicas ?? [])].reverse()
    const [outcome] = await alterReassignments(client, [{ topic, partition: 0, replicas }])
    expect(outcome).toMatchObject({ error: 'NONE' })
    await eventually(
      async () => ((await listReassignments(client)).length === 0 ? true : undefined),
      'the end of the reassignment',
    )
    const [elected] = await electLeaders(client, [{ topic, partition: 0 }])
    expect(elected?.error).toMatch(/NONE|ELECTION_NOT_NEEDED/)
    await eventually(async () => {
      const partition = (await describeTopics(client, [topic]))[0]?.partitions[0]
      return partition?.leaderId === replicas[0] ? true : undefined
    }, 'the preferred leader')
    const ranges = await offsetRanges(client, [{ topic, partition: 0 }])
    expect(ranges).toEqual([{ topic, partition: 0, startOffset: 0, endOffset: 0 }])
  })
})
