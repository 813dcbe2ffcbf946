import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { deleteTopics } from '../../broker-core/protocol/messages/20-delete-topics.ts'
import { deleteRecords } from '../../broker-core/protocol/messages/21-delete-records.ts'
import { offsetForLeaderEpoch } from '../../broker-core/protocol/messages/23-offset-for-leader-epoch.ts'
import { describeConfigs } from '../../broker-core/protocol/messages/32-describe-configs.ts'
import { describeLogDirs } from '../../broker-core/protocol/messages/35-describe-log-dirs.ts'
import { createPartitions } from '../../broker-core/protocol/messages/37-create-partitions.ts'
import { incrementalAlterConfigs } from '../../broker-core/protocol/messages/44-incremental-alter-configs.ts'
import { describeCluster } from '../../broker-core/protocol/messages/60-describe-cluster.ts'
import { describeProducers } from '../../broker-core/protocol/messages/61-describe-producers.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  fetchFrom,
  leaderPort,
  produceTo,
} from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'

describe('the life of a topic on three brokers', () => {
  let cluster: InProcessCluster
  const talk = conversation()
  const anyPort = () => cluster.bootstrap[1]?.port ?? 0
  beforeAll(async () => {
    cluster = await startCluster({ properties: { 'log.retention.check.interval.ms': '100', 'log.segment.delete.delay.ms': '0' } })
  })
  afterAll(async () => {
    talk.close()
    await cluster.close()
    expect(cluster.complaints).toEqual([])
  })
  const directories = (topic: string) =>
    [1, 2, 3].flatMap(id => readdirSync(join(cluster.dataFolder, `broker-${id}`)).filter(name => name.startsWith(`${topic}-`)))

  it('META-06: a deleted topic is gone everywhere, its name is free at once and starts empty', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'short-lived', partitions: 2 })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['a']))
    expect(directories('short-lived').length).toBe(6)
    const answer = await talk.call(anyPort(), deleteTopics, {
      topics: [{ name: 'short-lived', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      topicNames: [],
      timeoutMs: 5000,
    })
    expect(answer.responses.map(one => errorName(one.errorCode))).toEqual(['NONE'])
    const again = await createTopic(talk, anyPort(), { name: 'short-lived', partitions: 1 })
    expect(again.topicId).not.toBe(topic.topicId)
    expect(await produceTo(talk, leaderPort(again), again, batchOf(['b']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    await eventually(() => directories('short-lived').length === 3 || undefined, 'the old data is removed')
  })

  it('META-07: partitions are added and serve', async () => {
    await createTopic(talk, anyPort(), { name: 'grows' })
    const answer = await talk.call(anyPort(), createPartitions, {
      topics: [{ name: 'grows', count: 4, assignments: null }],
      timeoutMs: 5000,
      validateOnly: false,
    })
    expect(answer.results.map(one => errorName(one.errorCode))).toEqual(['NONE'])
    const grown = await eventually(async () => {
      const found = await describeTopic(talk, anyPort(), 'grows')
      return found?.partitions.length === 4 ? found : undefined
    }, 'four partitions')
    expect(await produceTo(talk, leaderPort(grown, 3), grown, batchOf(['a']), { partition: 3 })).toMatchObject({ error: 'NONE' })
  })

  it('META-08, META-09: configurations are altered, shown with their layers, and take effect at once', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'configured', configs: { 'retention.ms': '1000000' } })
    const alter = (name: string, value: string) =>
      talk.call(anyPort(), incrementalAlterConfigs, {
        resources: [{ resourceType: 2, resourceName: 'configured', configs: [{ name, configOperation: 0, value }] }],
        validateOnly: false,
      })
    expect((await alter('max.message.bytes', '200')).responses[0]?.errorCode).toBe(0)
    const shown = await eventually(async () => {
      const answer = await talk.call(leaderPort(topic), describeConfigs, {
        resources: [{ resourceType: 2, resourceName: 'configured', configurationKeys: ['max.message.bytes', 'retention.ms'] }],
        includeSynonyms: true,
        includeDocumentation: false,
      })
      const entries = answer.results[0]?.configs ?? []
      return entries.some(entry => entry.value === '200') ? entries : undefined
    }, 'the leader knows the new value')
    expect(shown.map(entry => [entry.name, entry.value, entry.configSource])).toEqual([
      ['max.message.bytes', '200', 1],
      ['retention.ms', '1000000', 1],
    ])
    expect(shown[0]?.synonyms.map(one => [one.name, one.source])).toEqual([
      ['max.message.bytes', 1],
      ['message.max.bytes', 5],
    ])
    expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['x'.repeat(300)]))).toMatchObject({
      error: 'MESSAGE_TOO_LARGE',
    })
    const refused = await alter('retention.ms', 'soon')
    expect(errorName(refused.responses[0]?.errorCode ?? 0)).toBe('INVALID_CONFIG')
  })

  it('RET-08, REPL-09: records are deleted up to an offset on all replicas before the answer', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'trimmed' })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['a', 'b', 'c']))
    const remove = async (offset: number) => {
      const partitions = [{ partitionIndex: 0, offset }]
      const request = { topics: [{ name: 'trimmed', partitions }], timeoutMs: 10_000 }
      return (await talk.call(leaderPort(topic), deleteRecords, request)).topics[0]?.partitions[0]
    }
    expect(await remove(2)).toMatchObject({ errorCode: 0, lowWatermark: 2 })
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
    expect(await fetchFrom(talk, leaderPort(topic), topic, 2)).toMatchObject({ error: 'NONE', values: ['c'], logStartOffset: 2 })
    expect(errorName((await remove(9))?.errorCode ?? 0)).toBe('OFFSET_OUT_OF_RANGE')
    expect(await remove(-1)).toMatchObject({ errorCode: 0, lowWatermark: 3 })
  })

  it('RET-01..06: what is older than retention.ms goes, the newest offset stays', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'aging', configs: { 'retention.ms': '1000' } })
    const old = Date.now() - 60_000
    const records = [{ timestampMs: old, key: null, value: new Uint8Array([1]) }]
    await produceTo(talk, leaderPort(topic), topic, batchOf([], { records }))
    const read = await eventually(async () => {
      const answer = await fetchFrom(talk, leaderPort(topic), topic, 1)
      return answer.logStartOffset === 1 ? answer : undefined
    }, 'retention has run')
    expect(read).toMatchObject({ error: 'NONE', values: [], highWatermark: 1 })
  })

  it('REPL-12, REPL-17: the end of a leader epoch is told, to a consumer that looks for a truncation too', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'epoch-ends' })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['a', 'b']))
    const ask = async (leaderEpoch: number) => {
      const partitions = [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch }]
      const request = { replicaId: -1, topics: [{ topic: 'epoch-ends', partitions }] }
      return (await talk.call(leaderPort(topic), offsetForLeaderEpoch, request)).topics[0]?.partitions[0]
    }
    const epoch = topic.partitions[0]?.leaderEpoch ?? 0
    expect(await ask(epoch)).toMatchObject({ errorCode: 0, leaderEpoch: epoch, endOffset: 2 })
    expect(await ask(epoch + 5)).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1 })
  })

  it('IDEM-03, IDEM-04, IDEM-11: a producer with an id is remembered: repeated, out of order, described', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'idempotent' })
    const batch = (baseSequence: number, value: string) => batchOf([value], { producerId: 4711, producerEpoch: 0, baseSequence })
    expect(await produceTo(talk, leaderPort(topic), topic, batch(0, 'a'))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await produceTo(talk, leaderPort(topic), topic, batch(0, 'a'))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await produceTo(talk, leaderPort(topic), topic, batch(5, 'f'))).toMatchObject({
      error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    })
    const described = await talk.call(leaderPort(topic), describeProducers, {
      topics: [{ name: 'idempotent', partitionIndexes: [0] }],
    })
    expect(described.topics[0]?.partitions[0]?.activeProducers).toMatchObject([
      { producerId: 4711, producerEpoch: 0, lastSequence: 0 },
    ])
    expect((await fetchFrom(talk, leaderPort(topic), topic, 0)).values).toEqual(['a'])
  })

  it('META-10: log directories show their replicas, the cluster its brokers', async () => {
    const topic = await createTopic(talk, anyPort(), { name: 'weighed' })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['some bytes']))
    const dirs = await talk.call(leaderPort(topic), describeLogDirs, { topics: [{ topic: 'weighed', partitions: [0] }] })
    const [directory] = dirs.results
    expect(existsSync(directory?.logDir ?? '')).toBe(true)
    expect(directory?.topics[0]?.partitions[0]).toMatchObject({ partitionIndex: 0, offsetLag: 0, isFutureKey: false })
    expect(directory?.topics[0]?.partitions[0]?.partitionSize).toBeGreaterThan(60)
    expect(directory?.totalBytes).toBeGreaterThan(directory?.usableBytes ?? Infinity)
    const described = await talk.call(anyPort(), describeCluster, { ...describeCluster.request.zero, endpointType: 1 })
    expect(described.brokers.map(broker => broker.brokerId).sort()).toEqual([1, 2, 3])
    expect(described.clusterId).toBe(cluster.broker(1)?.clusterId)
  })
})
