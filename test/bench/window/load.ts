import { alterGroupOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import { createTopics, type TopicToCreate } from '../../../broker-core/client/admin/topics.ts'
import { connectCluster } from '../../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../../broker-core/client/producing/producer.ts'
import type { Producer } from '../../../broker-core/client/producing/producer-options.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'

/** What fills the clusters that the window is measured on: runs as a process of its own, by `node load.mjs what bootstrap …`. */
const utf8 = new TextEncoder()
const firstMs = Date.now() - 86_400_000
const topicsAtOnce = 500
const recordsAtOnce = 20_000
const partitions = 6
const states = ['open', 'paid', 'sent', 'back']

const [what, bootstrap, ...rest] = process.argv.slice(2)
const client = await connectCluster({ bootstrap: bootstrap ?? '', clientId: 'bench' }, nodeEnv())
try {
  const told = await run(client, what ?? '', rest)
  process.stdout.write(`${JSON.stringify(told)}\n`)
} finally {
  await client.close()
}

async function run(cluster: KafkaClient, task: string, args: readonly string[]): Promise<object> {
  const [first = '', second = ''] = args
  if (task === 'lists') return await fillLists(cluster, Number(first), Number(second))
  if (task === 'records') return await fillRecords(cluster, first, Number(second))
  if (task === 'compacted') return await fillCompacted(cluster, first, Number(second))
  if (task === 'values') return await fillValues(cluster, first, Number(second))
  if (task === 'rate') return await atRate(cluster, first, Number(second), Number(args[2]))
  throw new Error(`nothing is known about ${task}`)
}

async function fillLists(cluster: KafkaClient, topicCount: number, groupCount: number): Promise<object> {
  const topics = Array.from({ length: topicCount }, (_, index) => ({
    name: `list-${String(index).padStart(5, '0')}`,
    partitions: 1,
    replicationFactor: 1,
  }))
  for (let at = 0; at < topics.length; at += topicsAtOnce) await create(cluster, topics.slice(at, at + topicsAtOnce))
  for (let at = 0; at < groupCount; at += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, groupCount - at) }, (_, index) => {
        const number = String(at + index).padStart(5, '0')
        return alterGroupOffsets(cluster, `readers-${number}`, [{ topic: `list-${number}`, partition: 0, offset: 0 }])
      }),
    )
  }
  return { topicCount, groupCount }
}

async function create(cluster: KafkaClient, topics: readonly TopicToCreate[]): Promise<void> {
  const outcomes = await createTopics(cluster, topics, { timeoutMs: 120_000 })
  const failed = outcomes.find(it => it.error !== 'NONE' && it.error !== 'TOPIC_ALREADY_EXISTS')
  if (failed !== undefined) throw new Error(`${failed.name}: ${failed.error}`)
}

/** JSON of 200 bytes; one note in 1,000,000 says needle, and the very first. Times spread evenly over the day before. */
async function fillRecords(cluster: KafkaClient, topic: string, count: number): Promise<object> {
  await create(cluster, [{ name: topic, partitions, replicationFactor: 1 }])
  const producer = createProducer(cluster, { acks: 1, lingerMs: 20, batchBytesMax: 524_288 })
  const stepMs = 86_000_000 / count
  const startedAt = performance.now()
  await sendAll(producer, count, index => ({
    topic,
    partition: index % partitions,
    key: utf8.encode(`A-${String(index).padStart(7, '0')}`),
    value: utf8.encode(orderText(index)),
    timestampMs: Math.floor(firstMs + index * stepMs),
  }))
  return { count, seconds: (performance.now() - startedAt) / 1_000, fromMs: firstMs, toMs: firstMs + 86_000_000 }
}

function orderText(index: number): string {
  const note = index === 0 || index % 1_000_000 === 765_432 ? `needle-${index}` : `n${(index * 7_919) % 10_000_000}`
  const total = ((index * 7_919) % 100_000) / 100
  const text = `{"id":"A-${String(index).padStart(7, '0')}","customer":"c-${String((index * 31) % 100_000)}","status":"${states[index & 3]}","total":${total},"note":"${note}","items":[{"sku":"s${index % 5_000}","n":${index % 7}}],"city":"Lisboa","ship":"express","ref":"`
  return `${text}${'x'.repeat(Math.max(1, 198 - text.length))}"}`
}

async function sendAll(
  producer: Producer,
  count: number,
  make: (index: number) => Parameters<Producer['send']>[0],
): Promise<void> {
  let failure: unknown
  for (let at = 0; at < count; at += recordsAtOnce) {
    const last = Math.min(count, at + recordsAtOnce)
    let waiting: Promise<unknown> | undefined
    for (let index = at; index < last; index += 1) {
      waiting = producer.send(make(index))
      waiting.catch(error => (failure ??= error))
    }
    await waiting
    if (failure !== undefined) throw failure
  }
  await producer.close()
}

/** About so many megabytes of a compacted topic, every key once. */
async function fillCompacted(cluster: KafkaClient, topic: string, megabytes: number): Promise<object> {
  const configs = { 'cleanup.policy': 'compact' }
  await create(cluster, [{ name: topic, partitions: 1, replicationFactor: 1, configs }])
  const count = Math.ceil((megabytes * 1_000_000) / 220)
  await sendAll(createProducer(cluster, { acks: 1, lingerMs: 20 }), count, index => ({
    topic,
    partition: 0,
    key: utf8.encode(`P-${index}`),
    value: utf8.encode(orderText(index + 1)),
  }))
  return { count }
}

/** A list to scroll, in the middle of it a JSON value of so many megabytes. */
async function fillValues(cluster: KafkaClient, topic: string, megabytes: number): Promise<object> {
  const configs = { 'max.message.bytes': '33554432' }
  await create(cluster, [{ name: topic, partitions: 1, replicationFactor: 1, configs }])
  const row = (id: number) => `{"id":${id},"ledger":9007199254740993,"note":"some words of a row","total":129.90}`
  const rows = Array.from({ length: Math.ceil((megabytes * 1_000_000) / row(100_000).length) }, (_, id) => row(id))
  const large = utf8.encode(`[${rows.join(',')}]`)
  const producer = createProducer(cluster, { acks: 1, lingerMs: 5 })
  const send = (index: number) =>
    producer.send({ topic, partition: 0, key: utf8.encode(`V-${index}`), value: utf8.encode(orderText(index + 1)) })
  await Promise.all(Array.from({ length: 5_000 }, (_, index) => send(index)))
  await producer.send({ topic, partition: 0, key: utf8.encode('large'), value: large })
  await Promise.all(Array.from({ length: 8 }, (_, index) => send(5_001 + index)))
  await producer.close()
  return { bytes: large.length }
}

/** So many records a second, even over each second; says how many there were and when the last was acknowledged. */
async function atRate(cluster: KafkaClient, topic: string, perSecond: number, seconds: number): Promise<object> {
  await create(cluster, [{ name: topic, partitions, replicationFactor: 1, configs: { 'retention.bytes': '536870912' } }])
  const producer = createProducer(cluster, { acks: 1, lingerMs: 10, batchBytesMax: 524_288, bufferBytesMax: 536_870_912 })
  const value = utf8.encode(orderText(1))
  const startedAt = performance.now()
  let sent = 0
  let failed = 0
  while (performance.now() - startedAt < seconds * 1_000) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond)
    for (; sent < due; sent += 1)
      producer.send({ topic, partition: sent % partitions, key: null, value }).catch(() => (failed += 1))
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  await producer.close()
  return { sent, failed, perSecond: sent / ((performance.now() - startedAt) / 1_000) }
}
