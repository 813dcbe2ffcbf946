import { afterEach, describe, expect, it } from 'vitest'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../../broker-core/client/producing/producer.ts'
import type { RecordToSend } from '../../../broker-core/client/producing/producer-options.ts'
import { createTransactionalProducer } from '../../../broker-core/client/producing/transactional-producer.ts'
import { errorCode, type KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { produce } from '../../../broker-core/protocol/messages/00-produce.ts'
import { metadata } from '../../../broker-core/protocol/messages/03-metadata.ts'
import { initProducerId } from '../../../broker-core/protocol/messages/22-init-producer-id.ts'
import { addPartitionsToTxn } from '../../../broker-core/protocol/messages/24-add-partitions-to-txn.ts'
import { addOffsetsToTxn } from '../../../broker-core/protocol/messages/25-add-offsets-to-txn.ts'
import { endTxn } from '../../../broker-core/protocol/messages/26-end-txn.ts'
import { txnOffsetCommit } from '../../../broker-core/protocol/messages/28-txn-offset-commit.ts'
import { readBatchHeader } from '../../../broker-core/records/batch-header.ts'
import { recordsOf } from '../../../broker-core/records/record-reader.ts'
import { env } from '../wire/loopback.ts'
import { scriptedCluster, type ScriptedCluster } from './scripted-cluster.ts'
import { soon } from './soon.ts'

const clients: KafkaClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
})

interface Appended {
  readonly nodeId: number
  readonly values: readonly string[]
  readonly header: ReturnType<typeof readBatchHeader>
  readonly bytes: Uint8Array
}

type Verdict = KafkaErrorName | { readonly error: KafkaErrorName; readonly leaderId: number; readonly leaderEpoch: number }

/** A cluster with one topic of one partition whose leader takes batches as `judge` says, and a producer of it. */
async function producing(judge: (batch: Appended, count: number) => Verdict, options: Parameters<typeof createProducer>[1] = {}) {
  const cluster = await scriptedCluster(2)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1 })
  let nextProducerId = 100
  cluster.answer(initProducerId, () => ({ ...initProducerId.response.zero, producerId: nextProducerId++, producerEpoch: 0 }))
  const appended: Appended[] = []
  const asked: Appended[] = []
  cluster.answer(produce, (body, { nodeId, count }) => {
    const batch = batchIn(body, nodeId)
    asked.push(batch)
    const verdict = judge(batch, count)
    const answer = verdictReply(
      cluster,
      verdict,
      appended.reduce((sum, it) => sum + it.values.length, 0),
    )
    if (verdict === 'NONE') appended.push(batch)
    return body.acks === 0 ? undefined : answer
  })
  const client = cluster.client()
  clients.push(client)
  const producer = createProducer(client, { lingerMs: 1, ...options })
  return { cluster, client, producer, appended, asked }
}

function batchIn(body: RequestOf<typeof produce>, nodeId: number): Appended {
  const bytes = body.topicData[0]?.partitionData[0]?.records?.chunks[0] ?? new Uint8Array(0)
  const values = [...recordsOf(bytes, env.compression)].map(it => new TextDecoder().decode(it.value ?? new Uint8Array(0)))
  return { nodeId, values, header: readBatchHeader(bytes), bytes }
}

function verdictReply(cluster: ScriptedCluster, verdict: Verdict, baseOffset: number): ResponseOf<typeof produce> {
  const error = typeof verdict === 'string' ? verdict : verdict.error
  const currentLeader = typeof verdict === 'string' ? { leaderId: -1, leaderEpoch: -1 } : verdict
  const partition = {
    index: 0,
    errorCode: errorCode(error),
    baseOffset: error === 'NONE' ? baseOffset : -1,
    logAppendTimeMs: -1,
    logStartOffset: 0,
    recordErrors: [],
    errorMessage: null,
    currentLeader,
  }
  const nodeEndpoints = cluster.servers.map((it, index) => ({ nodeId: index + 1, host: '127.0.0.1', port: it.port, rack: null }))
  return {
    throttleTimeMs: 0,
    responses: [{ name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitionResponses: [partition] }],
    nodeEndpoints: typeof verdict === 'string' ? [] : nodeEndpoints,
  }
}

const record = (value: string): RecordToSend => ({ topic: 't', partition: 0, key: null, value: new TextEncoder().encode(value) })
const count = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => String(i))

describe('batches', () => {
  it('gathers what comes within the linger time, in order', async () => {
    const { producer, appended } = await producing(() => 'NONE')
    const delivered = await Promise.all(count(50).map(value => producer.send(record(value))))
    expect(appended).toHaveLength(1)
    expect(appended[0]?.values).toEqual(count(50))
    expect(delivered.map(it => it.offset)).toEqual(count(50).map(Number))
    await producer.close()
  })

  it('a lone record leaves after the linger time, also right after another one was delivered', async () => {
    const { producer, appended } = await producing(() => 'NONE', { lingerMs: 15 })
    for (const value of count(5)) await producer.send(record(value))
    expect(appended.map(it => it.values.length)).toEqual([1, 1, 1, 1, 1])
  })

  it('begins a new batch when one is full, and sends one of a partition at a time', async () => {
    let inFlight = 0
    const { producer, appended } = await producing(
      () => {
        inFlight++
        expect(inFlight).toBe(1)
        inFlight--
        return 'NONE'
      },
      { batchBytesMax: 200 },
    )
    await Promise.all(count(40).map(value => producer.send(record(value))))
    expect(appended.length).toBeGreaterThan(5)
    expect(appended.flatMap(it => it.values)).toEqual(count(40))
  })

  it('numbers records without gaps across batches (IDEM)', async () => {
    const { producer, appended } = await producing(() => 'NONE', { batchBytesMax: 200 })
    await Promise.all(count(40).map(value => producer.send(record(value))))
    let next = 0
    for (const { header, values } of appended) {
      expect(header).toMatchObject({ producerId: 100, producerEpoch: 0, baseSequence: next })
      next += values.length
    }
  })

  it('refuses records beyond its buffer, and takes more when there is room again', async () => {
    const { producer } = await producing(() => 'NONE', { bufferBytesMax: 500 })
    const sent = await Promise.allSettled(count(40).map(value => producer.send(record(value))))
    const refused = sent.filter(it => it.status === 'rejected')
    expect(refused.length).toBeGreaterThan(10)
    expect(refused[0]?.reason).toMatchObject({ code: 'OVERLOADED' })
    expect(producer.status().bufferedBytes).toBe(0)
    await producer.send(record('again'))
  })
})

describe('repetitions', () => {
  it('repeat the same bytes at the leader that the refusal names, without asking for metadata (KIP-951)', async () => {
    const moved = { error: 'NOT_LEADER_OR_FOLLOWER', leaderId: 2, leaderEpoch: 2 } as const
    const { producer, asked, cluster } = await producing(({ nodeId }) => (nodeId === 1 ? moved : 'NONE'))
    await producer.send(record('x'))
    expect(asked.map(it => it.nodeId)).toEqual([1, 2])
    expect(asked[0]?.bytes).toEqual(asked[1]?.bytes)
    expect(cluster.count(metadata)).toBeLessThanOrEqual(3)
  })

  it('do not wait where the refusal names a new leader: with pauses forty moves would outlast the delivery time (KIP-951)', async () => {
    const moved = (batch: Appended, count: number): Verdict => ({
      error: 'NOT_LEADER_OR_FOLLOWER',
      leaderId: 3 - batch.nodeId,
      leaderEpoch: count + 1,
    })
    const { producer, asked } = await producing((batch, count) => (count <= 40 ? moved(batch, count) : 'NONE'), {
      deliveryTimeoutMs: 15_000,
    })
    await producer.send(record('x'))
    expect(asked).toHaveLength(41)
    expect(asked.slice(0, 4).map(it => it.nodeId)).toEqual([1, 2, 1, 2])
  })

  it('keep the order: later batches wait for the one that is repeated', async () => {
    const { producer, appended } = await producing((_, n) => (n <= 2 ? 'NOT_ENOUGH_REPLICAS' : 'NONE'), { batchBytesMax: 200 })
    await Promise.all(count(30).map(value => producer.send(record(value))))
    expect(appended.flatMap(it => it.values)).toEqual(count(30))
  })

  it('a repetition that the broker has already counts as delivered', async () => {
    const { producer } = await producing(() => 'DUPLICATE_SEQUENCE_NUMBER')
    expect(await producer.send(record('x'))).toMatchObject({ offset: -1 })
  })

  it('a batch too large for the broker goes in halves, numbered as before', async () => {
    const { producer, appended } = await producing(({ values }) => (values.length > 4 ? 'MESSAGE_TOO_LARGE' : 'NONE'))
    const delivered = await Promise.all(count(10).map(value => producer.send(record(value))))
    expect(appended.flatMap(it => it.values)).toEqual(count(10))
    expect(appended.every(it => it.values.length <= 4)).toBe(true)
    expect(appended.map(it => it.header.baseSequence)).toEqual([0, 3, 5, 8])
    expect(delivered.map(it => it.offset)).toEqual(count(10).map(Number))
    const alone = await producing(() => 'MESSAGE_TOO_LARGE')
    await expect(alone.producer.send(record('x'))).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      place: { topic: 't', partition: 0 },
    })
  })

  it('end with the delivery time, and what follows goes as a new producer', async () => {
    let isDown = true
    const { producer, appended } = await producing(() => (isDown ? 'NOT_ENOUGH_REPLICAS' : 'NONE'), { deliveryTimeoutMs: 120 })
    await expect(producer.send(record('lost'))).rejects.toMatchObject({ code: 'NOT_ENOUGH_REPLICAS' })
    isDown = false
    await producer.send(record('next'))
    expect(appended[0]).toMatchObject({ values: ['next'], header: { producerId: 101, baseSequence: 0 } })
  })

  it('are none for what repeating cannot mend', async () => {
    const { producer, asked } = await producing(() => 'INVALID_TIMESTAMP')
    await expect(producer.send(record('x'))).rejects.toMatchObject({ code: 'INVALID_TIMESTAMP' })
    expect(asked).toHaveLength(1)
  })
})

describe('acks, ends, transactions', () => {
  it('WIRE-13: acks=0 waits for nobody', async () => {
    const { producer, appended, cluster } = await producing(() => 'NONE', { acks: 0 })
    expect(await producer.send(record('x'))).toMatchObject({ offset: -1 })
    await soon(() => appended.length).toBe(1)
    expect(cluster.count(initProducerId)).toBe(0)
    expect(() => createProducer(clients[0] as KafkaClient, { acks: 1, idempotent: true })).toThrow('acks=-1')
  })

  it('flush sends at once what waits; close flushes and then refuses', async () => {
    const { producer, appended } = await producing(() => 'NONE', { lingerMs: 60_000 })
    const sent = producer.send(record('x'))
    await producer.flush()
    expect(appended).toHaveLength(1)
    await sent
    const last = producer.send(record('y'))
    await producer.close()
    await last
    await expect(producer.send(record('z'))).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('refuses partitions that the topic has not, and topics that are not there', async () => {
    const { producer } = await producing(() => 'NONE')
    await expect(producer.send({ ...record('x'), partition: 5 })).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    await expect(producer.send({ ...record('x'), topic: 'absent' })).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('a transaction with a lost batch can only be aborted, and the next one begins afresh', async () => {
    const { cluster, client } = await producing(({ values }) => (values.includes('bad') ? 'INVALID_TIMESTAMP' : 'NONE'))
    answerTransactions(cluster)
    const producer = createTransactionalProducer(client, { transactionalId: 'x', lingerMs: 1 })
    await expect(producer.send(record('early'))).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    producer.begin()
    expect(() => producer.begin()).toThrow('a transaction is open')
    await expect(producer.send(record('bad'))).rejects.toMatchObject({ code: 'INVALID_TIMESTAMP' })
    await expect(producer.commit()).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    await producer.abort()
    // Its new identity aborted what was open: no EndTxn is needed, nor allowed.
    expect([cluster.count(initProducerId), cluster.count(endTxn)]).toEqual([2, 0])
    producer.begin()
    await producer.send(record('good'))
    await producer.commit()
    expect(cluster.count(endTxn)).toBe(1)
    await producer.close()
  })

  it('TXN-26: inside a transaction it stays at versions that need no finalized transaction.version', async () => {
    const { cluster, client } = await producing(() => 'NONE')
    answerTransactions(cluster)
    const producer = createTransactionalProducer(client, { transactionalId: 'x', lingerMs: 1 })
    producer.begin()
    await producer.send(record('value'))
    await producer.sendOffsets({ groupId: 'g', offsets: [{ topic: 't', partition: 0, offset: 1 }] })
    await producer.commit()
    const versions = new Map(cluster.heard.map(({ api, version }) => [api, version]))
    const inside = ['AddPartitionsToTxn', 'AddOffsetsToTxn', 'Produce', 'TxnOffsetCommit', 'EndTxn']
    expect(inside.map(api => [api, versions.get(api)])).toEqual([
      ['AddPartitionsToTxn', 3],
      ['AddOffsetsToTxn', 4],
      ['Produce', 11],
      ['TxnOffsetCommit', 4],
      ['EndTxn', 4],
    ])
    await producer.close()
  })

  it('TXN-22, TXN-23: with transaction.version 2 partitions and offsets join on their own, and each end gives another epoch', async () => {
    const { cluster, client, appended } = await producing(() => 'NONE')
    answerTransactions(cluster)
    cluster.finalized.set('transaction.version', 2)
    cluster.answer(endTxn, ({ producerId, producerEpoch }) => ({
      ...{ ...endTxn.response.zero, producerId, producerEpoch: producerEpoch + 1 },
    }))
    const producer = createTransactionalProducer(client, { transactionalId: 'x', lingerMs: 1 })
    for (const end of ['commit', 'abort', 'commit'] as const) {
      producer.begin()
      await producer.send(record(end))
      if (end === 'commit') await producer.sendOffsets({ groupId: 'g', offsets: [{ topic: 't', partition: 0, offset: 1 }] })
      await producer[end]()
    }
    const versions = new Map(cluster.heard.map(({ api, version }) => [api, version]))
    const inside = ['AddPartitionsToTxn', 'AddOffsetsToTxn', 'Produce', 'TxnOffsetCommit', 'EndTxn']
    expect(inside.map(api => versions.get(api))).toEqual([undefined, undefined, 12, 5, 5])
    expect(appended.map(({ header }) => [header.producerEpoch, header.baseSequence])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ])
    await producer.close()
  })
})

function answerTransactions(cluster: ScriptedCluster): void {
  cluster.answer(addPartitionsToTxn, body => ({
    ...addPartitionsToTxn.response.zero,
    resultsByTopicV3AndBelow: body.v3AndBelowTopics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map(partitionIndex => ({ partitionIndex, partitionErrorCode: 0 })),
    })),
  }))
  cluster.answer(addOffsetsToTxn, () => addOffsetsToTxn.response.zero)
  cluster.answer(txnOffsetCommit, body => ({
    throttleTimeMs: 0,
    topics: body.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
    })),
  }))
  cluster.answer(endTxn, () => endTxn.response.zero)
}
