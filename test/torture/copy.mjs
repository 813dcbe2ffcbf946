// A topic is copied to another exactly once (librdkafka/copy.py) while the copying process and the brokers are killed. The driver of
// `npm run torture:copy` and of its short form in the librdkafka suite.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { projectFolder } from '../../src-main/setup/steps.mjs'
import { startBrokerProcesses } from '../helpers/broker-processes.mjs'

const program = join(projectFolder, 'test', 'interop', 'librdkafka', 'copy.py')
const [source, target, group] = ['copied-from', 'copied-to', 'copying']
const partitions = 3
const recordsPerKill = 300
const stepTimeoutMs = 120_000

/**
 * Kills the copying process `kills` times and starts it again, and with every `killsPerBroker` of them a broker as well. Answers what was
 * copied, and every difference between the two topics.
 */
export async function tortureCopy({ python, kills, killsPerBroker, random, say }) {
  const cluster = await startBrokerProcesses({
    properties: { 'group.min.session.timeout.ms': 1000, 'group.initial.rebalance.delay.ms': 0 },
  })
  const world = { python, bootstrap: cluster.bootstrap, cluster, random, fenced: 0, brokerKills: 0, transactions: 0, again: 0 }
  const kafka = new kafkajs.Kafka({
    brokers: cluster.bootstrap.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 100, maxRetryTime: 1000 },
  })
  try {
    await createTopics(kafka)
    let copier = startCopier(world)
    for (let kill = 1; kill <= kills; kill++) {
      await writeRecords(kafka, kill)
      await copier.copiedMore(1 + random(recordsPerKill / 40))
      const broker = kill % killsPerBroker === 0 ? killBroker(world) : undefined
      await wait(random(60))
      await copier.kill()
      copier = startCopier(world)
      await broker
      say(`kill ${kill}: ${world.transactions} transactions, ${world.again} done again, ${world.brokerKills} brokers killed`)
    }
    return { ...world, ...(await compareTopics(kafka, copier)) }
  } finally {
    await cluster.stop()
  }
}

async function createTopics(kafka) {
  const admin = kafka.admin()
  await admin.connect()
  const topics = [source, target].map(topic => ({ topic, numPartitions: partitions, replicationFactor: 3 }))
  await admin.createTopics({ topics, waitForLeaders: true })
  await admin.disconnect()
}

/** A producer of its own each time, not idempotent: what stands in the source, also twice, is what has to be copied. */
async function writeRecords(kafka, round) {
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  const messages = Array.from({ length: recordsPerKill }, (_, at) => ({ value: `${round}:${at}`, partition: at % partitions }))
  await producer.send({ topic: source, acks: -1, messages })
  await producer.disconnect()
}

async function killBroker(world) {
  const node = world.cluster.nodes[world.random(world.cluster.nodes.length)]
  world.brokerKills++
  await node.end('SIGKILL')
  await node.start()
}

/** One process after the other: where one ends because it was fenced, or could not be mended, the next is started. */
function startCopier(world) {
  const settings = JSON.stringify({ 'bootstrap.servers': world.bootstrap })
  const ofConsumer = JSON.stringify({ 'session.timeout.ms': 3000, 'heartbeat.interval.ms': 300, 'group.instance.id': 'copier' })
  const waiting = new Set()
  const self = { isKilled: false, child: undefined, copied: 0, isCaughtUp: false, copiedMore, kill, caughtUp }
  start()
  return self

  function start() {
    const child = spawn(world.python, [program, source, target, 'copier', group, settings, ofConsumer], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    self.child = child
    self.stderr = ''
    child.stderr.on('data', text => (self.stderr = (self.stderr + text).slice(-5_000)))
    createInterface({ input: child.stdout }).on('line', line => hear(JSON.parse(line)))
    self.ended = new Promise(resolve => child.once('close', resolve))
    child.once('close', () => {
      if (self.isKilled) return
      world.fenced++
      start()
    })
  }
  function hear({ again, caught, copied }) {
    if (copied !== undefined) {
      self.copied++
      world.transactions++
    }
    if (again !== undefined) world.again++
    self.isCaughtUp = caught !== undefined
    for (const look of waiting) look()
  }
  async function kill() {
    self.isKilled = true
    self.child.kill('SIGKILL')
    await self.ended
  }
  function copiedMore(transactions) {
    const goal = self.copied + transactions
    return until(() => self.copied >= goal, `${transactions} more transactions`)
  }
  function caughtUp() {
    return until(() => self.isCaughtUp, 'the end of the source')
  }
  function until(holds, what) {
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${what} within ${stepTimeoutMs} ms: ${self.stderr}`)), stepTimeoutMs)
      const look = () => {
        if (!holds()) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
    })
  }
}

/** When everything is copied: each partition of the target is the same as that of the source, record by record. */
async function compareTopics(kafka, copier) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const ends = new Map((await admin.fetchTopicOffsets(source)).map(({ partition, high }) => [partition, high]))
    const deadline = Date.now() + stepTimeoutMs
    while (!(await isCommitted(admin, ends))) {
      if (Date.now() > deadline) throw new Error(`not everything was copied: ${copier.stderr}`)
      await wait(200)
    }
  } finally {
    await admin.disconnect()
    await copier.kill()
  }
  const [wanted, found] = await Promise.all([readAll(kafka, source), readAll(kafka, target)])
  const differences = []
  for (let partition = 0; partition < partitions; partition++) {
    differences.push(...differencesOf(partition, wanted.get(partition) ?? [], found.get(partition) ?? []))
  }
  return { records: [...wanted.values()].flat().length, differences }
}

async function isCommitted(admin, ends) {
  const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [source] })
  return offsets.partitions.every(({ offset, partition }) => offset === ends.get(partition)) && offsets.partitions.length > 0
}

/** What a record-by-record comparison finds; pure, bounded to the first few. */
export function differencesOf(partition, wanted, found) {
  const wrong = []
  for (let at = 0; at < Math.max(wanted.length, found.length) && wrong.length < 5; at++) {
    if (wanted[at] !== found[at]) wrong.push(`partition ${partition}, record ${at}: ${wanted[at]} was copied as ${found[at]}`)
  }
  return wrong
}

/** Everything that is committed, by partition, to a last record that is written for it. */
async function readAll(kafka, topic) {
  const end = 'end of what is read'
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  const messages = Array.from({ length: partitions }, (_, partition) => ({ value: end, partition }))
  await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: `all-of-${topic}`, readUncommitted: false })
  const read = new Map()
  const ended = new Set()
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${topic} was not read to its end`)), stepTimeoutMs)
    const eachMessage = async ({ partition, message }) => {
      const value = String(message.value)
      if (value !== end) read.set(partition, [...(read.get(partition) ?? []), value])
      else ended.add(partition)
      if (ended.size < partitions) return
      clearTimeout(timer)
      resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return read
}
