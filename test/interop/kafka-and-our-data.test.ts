import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { freePortRun } from '../helpers/free-ports.ts'
import { kcat, kcatPath } from '../helpers/kcat.ts'

/** One directory, served in turn by our broker, by Apache Kafka, and by ours again: each must find what the other wrote. */
const scripts = join(import.meta.dirname, '../../../shared/peers/kafka')
const canRun = fs.existsSync(join(scripts, 'start')) && kcatPath !== undefined && spawnSync('java', ['-version']).status === 0
if (!canRun)
  process.stdout.write('kafka-and-our-data: no JVM, no Apache Kafka or no kcat here; nobody else serves our directories\n')

const topic = 'shop-orders'
/** INT-02: of a negative hash, as half of all groups are. */
const group = 'my-group'
const root = fs.mkdtempSync(join(tmpdir(), 'brokerbench-both-ways-'))
const dataFolder = join(root, 'node-1', 'data')
/** What Kafka finds wrong in what it reads; not that a busy machine lets it wait. */
const complaint = /corrupt| ERROR .*\((kafka\.log|org\.apache\.kafka\.(storage|raft|image|snapshot|metadata|coordinator))\b/i
let port = 0
const address = () => `127.0.0.1:${port}`
const kafkajs = () => new Kafka({ brokers: [address()], logLevel: logLevel.NOTHING, retry: { retries: 8 } })

async function ours() {
  const properties = {
    'node.id': '1',
    'process.roles': 'broker,controller',
    listeners: `PLAINTEXT://${address()},CONTROLLER://127.0.0.1:${port + 100}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${port + 100}`,
    'log.dirs': dataFolder,
    'log.segment.bytes': '1048576',
    'offsets.topic.num.partitions': '5',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '5',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
  }
  const broker = await startBroker(
    brokerConfig(new Map(Object.entries(properties)), () => undefined),
    nodeEnv({ log: { write: () => undefined } }),
  )
  await broker.ready
  return broker
}

async function write(round: number): Promise<void> {
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    const lines = Array.from({ length: 3000 }, (_, i) => `key ${i % 97}:${round} ${codec} ${i} ${'.'.repeat(i % 300)}`)
    const sent = await kcat(['-P', '-b', address(), '-t', topic, '-K:', '-z', codec, '-X', 'acks=all'], lines.join('\n'))
    expect(sent.status, sent.stderr).toBe(0)
  }
  const producer = kafkajs().producer({ transactionalId: `writer-${round}`, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (const fate of ['commit', 'abort', 'commit'] as const) {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ key: fate, value: `${round} ${fate}` }] })
    await transaction[fate]()
  }
  await producer.disconnect()
}

/** What a client sees of the topic, in full. */
async function see() {
  const read = await kcat(['-C', '-b', address(), '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%o %T %k %s\n'])
  const records = read.stdout.split('\n').filter(line => line !== '')
  const timestamps = [0.1, 0.5, 0.9].map(share => Number(records[Math.floor(records.length * share)]!.split(' ')[1]))
  const admin = kafkajs().admin()
  await admin.connect()
  const byTime = []
  for (const timestamp of timestamps) byTime.push((await admin.fetchTopicOffsetsByTimestamp(topic, timestamp))[0]!.offset)
  const ends = await admin.fetchTopicOffsets(topic)
  const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] })
  await admin.disconnect()
  return { records, byTime, ends, committed: committed[0]!.partitions }
}

describe.runIf(canRun)('one directory, served by ours, by Apache Kafka and by ours again', () => {
  let before: Awaited<ReturnType<typeof see>>

  beforeAll(async () => {
    port = await freePortRun(101)
    const broker = await ours()
    const admin = kafkajs().admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }], waitForLeaders: true })
    await write(1)
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '4711' }] })
    await admin.disconnect()
    before = await see()
    await broker.stop()
  }, 60_000)

  afterAll(() => {
    spawnSync(join(scripts, 'stop'), [root])
    fs.rmSync(root, { recursive: true, force: true })
  })

  it('Apache Kafka serves the same records, offsets by time, aborted ranges and group offsets, and goes on from there', async () => {
    expect(before.records.length).toBe(15_002)
    const started = spawnSync(join(scripts, 'start'), ['--brokers', '1', '--port', String(port), '--dir', root], {
      encoding: 'utf8',
    })
    expect(started.status, started.stderr).toBe(0)
    expect(await see()).toEqual(before)
    await write(2)
    before = await see()
    expect(before.records.length).toBe(30_004)
    const log = fs.readFileSync(join(root, 'node-1', 'log'), 'utf8').split('\n')
    expect(log.filter(line => complaint.test(line))).toEqual([])
    spawnSync(join(scripts, 'stop'), [root])
  }, 100_000)

  it('our broker serves what Apache Kafka left behind', async () => {
    const broker = await ours()
    expect(await see()).toEqual(before)
    await write(3)
    expect((await see()).records.length).toBe(45_006)
    await broker.stop()
  }, 60_000)
})
