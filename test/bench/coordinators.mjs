// Groups and transactions, with kafkajs as the client of both sides.
import { Kafka, logLevel, Partitioners } from 'kafkajs'

const topic = 'bench-groups'
const commitCount = 200
const transactionCount = 100
const warmUp = 20

/** Rows for the report. */
export async function measureCoordinators(cluster) {
  const kafka = new Kafka({ brokers: cluster.bootstrap.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 4, replicationFactor: 3 }] })
  const transactions = await measureTransactions(kafka)
  const group = await measureGroup(kafka)
  await admin.disconnect()
  return [
    ['transactions of one producer, per s', transactions.perSecond],
    ['commit of a transaction p50, ms', transactions.commitP50Ms],
    ['first record of a lone consumer, ms', group.firstRecordMs],
    ['rebalance when a second joins, ms', group.joinMs],
    ['rebalance when one leaves, ms', group.leaveMs],
    ['offset commit p50, ms', group.commitP50Ms],
    ['offset commits of one member, per s', group.commitsPerSecond],
  ]
}

async function measureTransactions(kafka) {
  const createPartitioner = Partitioners.DefaultPartitioner
  const options = { transactionalId: 'bench', idempotent: true, maxInFlightRequests: 1, createPartitioner }
  const producer = kafka.producer(options)
  await producer.connect()
  const commitMs = []
  let startedAt = 0
  for (let i = -warmUp; i < transactionCount; i++) {
    if (i === 0) startedAt = performance.now()
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ value: `${i}`, partition: (i + warmUp) % 4 }] })
    const committing = performance.now()
    await transaction.commit()
    if (i >= 0) commitMs.push(performance.now() - committing)
  }
  const tookMs = performance.now() - startedAt
  await producer.disconnect()
  return { perSecond: (transactionCount * 1000) / tookMs, commitP50Ms: median(commitMs) }
}

async function measureGroup(kafka) {
  const first = member(kafka)
  const startedAt = performance.now()
  await first.start()
  await first.record()
  const firstRecordMs = performance.now() - startedAt
  const { commitP50Ms, commitsPerSecond } = await measureCommits(first.consumer)
  const second = member(kafka)
  const joiningAt = performance.now()
  await second.start()
  await until(() => first.partitions === 2 && second.partitions === 2)
  const joinMs = performance.now() - joiningAt
  const leavingAt = performance.now()
  await second.consumer.disconnect()
  await until(() => first.partitions === 4)
  const leaveMs = performance.now() - leavingAt
  await first.consumer.disconnect()
  return { firstRecordMs, joinMs, leaveMs, commitP50Ms, commitsPerSecond }
}

function member(kafka) {
  const consumer = kafka.consumer({ groupId: 'bench-readers', heartbeatInterval: 500, maxWaitTimeInMs: 200 })
  let seen = () => undefined
  const record = new Promise(resolve => (seen = resolve))
  const self = { consumer, partitions: 0, record: () => record, start }
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    self.partitions = payload.memberAssignment[topic]?.length ?? 0
  })
  async function start() {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({ autoCommit: false, eachMessage: async () => seen() })
  }
  return self
}

async function measureCommits(consumer) {
  const tookMs = []
  for (let i = 0; i < commitCount; i++) {
    const offsets = [0, 1, 2, 3].map(partition => ({ topic, partition, offset: `${i}` }))
    const committing = performance.now()
    await consumer.commitOffsets(offsets)
    tookMs.push(performance.now() - committing)
  }
  const total = tookMs.reduce((sum, ms) => sum + ms, 0)
  return { commitP50Ms: median(tookMs), commitsPerSecond: (commitCount * 1000) / total }
}

const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

async function until(holds) {
  const deadline = performance.now() + 60_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('the group did not come to rest within 60 s')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
