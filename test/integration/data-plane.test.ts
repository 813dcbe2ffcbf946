import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listOffsets } from '../../broker-core/protocol/messages/02-list-offsets.ts'
import { fetch } from '../../broker-core/protocol/messages/01-fetch.ts'
import { produce } from '../../broker-core/protocol/messages/00-produce.ts'
import type { Api } from '../../broker-core/protocol/api.ts'
import { metadata } from '../../broker-core/protocol/messages/03-metadata.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  fetchFrom,
  leaderPort,
  portOf,
  produceTo,
  type TestTopic,
} from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'

const versionsOf = ({ versions: [min, max] }: Api) => Array.from({ length: max - min + 1 }, (_, index) => min + index)

describe('three brokers on real sockets and files', () => {
  let cluster: InProcessCluster
  const talk = conversation()
  const anyPort = () => cluster.bootstrap[0]?.port ?? 0
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(async () => {
    talk.close()
    await cluster.close()
    expect(cluster.complaints).toEqual([])
  })

  it('META-03: every broker lists all three, and a leader for every partition of a new topic', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'spread', partitions: 6 })
    for (const { port } of cluster.bootstrap) {
      const answer = await eventually(async () => {
        const found = await describeTopic(talk, port, 'spread')
        return found?.partitions.every(partition => partition.isrNodes.length === 3) === true ? found : undefined
      }, 'all brokers know the topic')
      expect(answer.topicId).toBe(topic.topicId)
      expect(answer.brokers.map(broker => broker.nodeId).sort()).toEqual([1, 2, 3])
    }
    const leaders = topic.partitions.map(partition => partition.leaderId)
    expect(new Set(leaders)).toEqual(new Set([1, 2, 3]))
  })

  it('PROD-07, PROD-09: acks=all is answered with the offsets given, and all replicas have the records', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'acks-all' })
    const first = await produceTo(talk, leaderPort(topic), topic, batchOf(['a', 'b', 'c']))
    expect(first).toMatchObject({ error: 'NONE', baseOffset: 0, logStartOffset: 0 })
    expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['d']))).toMatchObject({ error: 'NONE', baseOffset: 3 })
    const read = await fetchFrom(talk, leaderPort(topic), topic, 0)
    expect(read).toMatchObject({ error: 'NONE', highWatermark: 4, values: ['a', 'b', 'c', 'd'] })
    for (const follower of [1, 2, 3].filter(id => id !== topic.partitions[0]?.leaderId)) {
      await eventually(async () => {
        const there = await fetchFrom(talk, portOf(topic, follower), topic, 0)
        return there.values.length === 4 ? there : undefined
      }, `FF-03: follower ${follower} serves what is below its high watermark`)
    }
  })

  it('PROD-09, WIRE-13: acks=1 is answered by the leader alone', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'acks-one' })
    expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['a']), { acks: 1 })).toMatchObject({
      error: 'NONE',
      baseOffset: 0,
    })
  })

  it('WIRE-13: acks=0 has no answer; a failure of it closes the connection', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'acks-none' })
    const connection = await talk.connection(leaderPort(topic))
    const request = (partition: number) => {
      const batch = batchOf(['a'])
      const partitionData = [{ index: partition, records: { chunks: [batch], sizeBytes: batch.length } }]
      const topicData = [{ name: topic.name, topicId: topic.topicId, partitionData }]
      return { transactionalId: null, acks: 0, timeoutMs: 1000, topicData }
    }
    connection.send(produce, 9, request(0))
    await eventually(async () => {
      const read = await fetchFrom(talk, leaderPort(topic), topic, 0)
      return read.values.length === 1 || undefined
    }, 'the record is there')
    const other = await conversation().connection(leaderPort(topic))
    other.send(produce, 9, request(7))
    await other.closed
    expect(other.isOpen()).toBe(false)
  })

  it('FETCH-11: zstd is not given to those who ask in a version from before it', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'zstd' })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['a', 'b'], { compression: 'zstd' }))
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0, { version: 9 })).toMatchObject({
      error: 'UNSUPPORTED_COMPRESSION_TYPE',
    })
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0, { version: 10 })).toMatchObject({
      error: 'NONE',
      values: ['a', 'b'],
    })
  })

  it('PROD-01, PROD-03, PROD-11: what may not be written is refused with its own error', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'judged', configs: { 'max.message.bytes': '1000' } })
    const write = (batch: Uint8Array, version?: number) =>
      produceTo(talk, leaderPort(topic), topic, batch, { ...(version && { version }) })
    const corrupt = batchOf(['a'])
    corrupt[corrupt.length - 1] = 0xff
    expect(await write(corrupt)).toMatchObject({ error: 'CORRUPT_MESSAGE' })
    expect(await write(new Uint8Array(Buffer.concat([batchOf(['a']), batchOf(['b'])])))).toMatchObject({
      error: 'INVALID_RECORD',
    })
    expect(await write(batchOf(['x'.repeat(2000)]))).toMatchObject({ error: 'MESSAGE_TOO_LARGE' })
    expect(await write(batchOf(['a'], { compression: 'zstd' }), 6)).toMatchObject({ error: 'UNSUPPORTED_COMPRESSION_TYPE' })
    expect(await write(new Uint8Array(0))).toMatchObject({ error: 'INVALID_RECORD' })
    expect(await write(batchOf(['a']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })

  it('PROD-01, PROD-10: bad acks and wrong brokers are refused; the right one is named', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'refusals' })
    const leaderId = topic.partitions[0]?.leaderId ?? 0
    const follower = [1, 2, 3].find(id => id !== leaderId) ?? 0
    expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['a']), { acks: 2 })).toMatchObject({
      error: 'INVALID_REQUIRED_ACKS',
    })
    const wrong = await produceTo(talk, portOf(topic, follower), topic, batchOf(['a']))
    expect(wrong).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER', currentLeader: { leaderId } })
    expect(wrong.nodeEndpoints).toMatchObject([{ nodeId: leaderId, port: leaderPort(topic) }])
    const unknown = { name: 'refusals', topicId: 'AAAAAAAAAAAAAAAAAAAACQ' }
    expect(await produceTo(talk, leaderPort(topic), unknown, batchOf(['a']))).toMatchObject({ error: 'UNKNOWN_TOPIC_ID' })
    expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['a']), { partition: 9 })).toMatchObject({
      error: 'UNKNOWN_TOPIC_OR_PARTITION',
    })
  })

  it('FETCH-02: below the start and beyond the end is out of range, at the end is empty', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'ranges' })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['a', 'b']))
    expect(await fetchFrom(talk, leaderPort(topic), topic, 2)).toMatchObject({ error: 'NONE', values: [] })
    expect(await fetchFrom(talk, leaderPort(topic), topic, 3)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
    expect(await fetchFrom(talk, leaderPort(topic), topic, -5)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
  })

  it('FETCH-03, FETCH-05: whole batches, at least one, within the limits otherwise', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'limits' })
    const batches = [batchOf(['a', 'b']), batchOf(['c', 'd']), batchOf(['e', 'f'])]
    for (const batch of batches) await produceTo(talk, leaderPort(topic), topic, batch)
    expect(await fetchFrom(talk, leaderPort(topic), topic, 1, { partitionMaxBytes: 1 })).toMatchObject({ values: ['b'] })
    const two = (batches[0]?.length ?? 0) * 2 + 10
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0, { partitionMaxBytes: two })).toMatchObject({
      values: ['a', 'b', 'c', 'd'],
    })
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0, { maxBytes: two })).toMatchObject({ values: ['a', 'b', 'c', 'd'] })
  })

  it('FETCH-04: waits for data and comes back with it at once', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'waiting' })
    const reader = conversation()
    const startMs = performance.now()
    const waiting = fetchFrom(reader, leaderPort(topic), topic, 0, { maxWaitMs: 20_000 })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['a']))
    expect(await waiting).toMatchObject({ error: 'NONE', values: ['a'] })
    expect(performance.now() - startMs).toBeLessThan(10_000)
    reader.close()
  })

  it('FETCH-04: an empty wait ends at its time', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'empty' })
    const startMs = performance.now()
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0, { maxWaitMs: 200 })).toMatchObject({ error: 'NONE', values: [] })
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(190)
  })

  it('FETCH-06: leader epochs are checked', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'epochs' })
    const epoch = topic.partitions[0]?.leaderEpoch ?? 0
    const at = (currentLeaderEpoch: number) => fetchFrom(talk, leaderPort(topic), topic, 0, { currentLeaderEpoch })
    expect(await at(epoch)).toMatchObject({ error: 'NONE' })
    expect(await at(epoch + 1)).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH' })
    if (epoch > 0) expect(await at(epoch - 1)).toMatchObject({ error: 'FENCED_LEADER_EPOCH' })
  })

  it('LO-02, LO-05: offsets by time, and the ends', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'times' })
    const startMs = Date.now() - 60_000
    const records = [0, 1000, 2000].map(afterMs => ({ timestampMs: startMs + afterMs, key: null, value: new Uint8Array([1]) }))
    await produceTo(talk, leaderPort(topic), topic, batchOf([], { records }))
    const at = (timestamp: number) => offsetAt(topic, timestamp)
    expect(await at(-1)).toMatchObject({ offset: 3, timestamp: -1 })
    expect(await at(-2)).toMatchObject({ offset: 0, timestamp: -1 })
    expect(await at(startMs + 1)).toMatchObject({ offset: 1, timestamp: startMs + 1000 })
    expect(await at(startMs)).toMatchObject({ offset: 0 })
    expect(await at(startMs + 2001)).toMatchObject({ offset: -1, timestamp: -1 })
    expect(await at(-3)).toMatchObject({ offset: 2, timestamp: startMs + 2000 })
    expect(await at(-5)).toMatchObject({ offset: -1, errorCode: 0 })
  })

  it('META-01: a topic that a client names is created', async () => {
    const ask = {
      ...metadata.request.zero,
      topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name: 'by-name' }],
      allowAutoTopicCreation: true,
    }
    const first = await talk.call(anyPort(), metadata, ask)
    expect(first.topics[0]?.errorCode).not.toBe(0)
    await eventually(async () => (await describeTopic(talk, anyPort(), 'by-name')) ?? undefined, 'the topic exists')
  })

  it('every version of Produce, Fetch, ListOffsets and Metadata is answered, also when the answer is a refusal', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'versions' })
    const follower = portOf(topic, [1, 2, 3].find(id => id !== topic.partitions[0]?.leaderId) ?? 0)
    for (const port of [leaderPort(topic), follower]) {
      for (const version of versionsOf(produce))
        expect((await produceTo(talk, port, topic, batchOf(['a']), { version })).error).toBeTruthy()
      for (const version of versionsOf(fetch)) expect((await fetchFrom(talk, port, topic, 0, { version })).error).toBeTruthy()
      for (const version of versionsOf(listOffsets)) expect(await offsetAt(topic, -1, { port, version })).toBeDefined()
      for (const version of versionsOf(metadata)) await talk.call(port, metadata, metadata.request.zero, version)
    }
  })

  async function offsetAt(topic: TestTopic, timestamp: number, to: { port?: number; version?: number } = {}) {
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }]
    const request = { replicaId: -1, isolationLevel: 0, timeoutMs: 1000, topics: [{ name: topic.name, partitions }] }
    const answer = await talk.call(to.port ?? leaderPort(topic), listOffsets, request, to.version)
    return answer.topics[0]?.partitions[0]
  }
})
