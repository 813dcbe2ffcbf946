// `npm run bench:life [-- --vs-kafka]`: what a client notices when brokers die, stop and come back, and what many partitions cost. Three
// broker processes on each side, one side at a time, the same clients: the load generator on librdkafka, kafkajs for administration.
import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { ensureBuild, ensureDependencies } from '../../src-main/setup/steps.mjs'
import { startBrokerProcesses } from '../helpers/broker-processes.mjs'
import { findLoad, startKafka } from './cluster.mjs'
import { measureIdle } from './measure.mjs'
import { report } from './report.mjs'

const say = text => process.stdout.write(`${text}\n`)
ensureDependencies(say)
ensureBuild(say)
const load = findLoad()
const mine = await measure(await ours())
const theirs = process.argv.includes('--vs-kafka') ? await measureKafka() : undefined
report('three broker processes, RF 3', mine, theirs)

async function ours() {
  const cluster = await startBrokerProcesses()
  return {
    name: 'brokerbench',
    bootstrap: cluster.bootstrap,
    idsNow: cluster.processIds,
    end: (id, signal) => cluster.nodes[id - 1].end(signal),
    start: id => cluster.nodes[id - 1].start(),
    stop: cluster.stop,
  }
}

async function measureKafka() {
  const cluster = startKafka()
  return cluster && measure({ ...cluster, idsNow: cluster.processIdsNow })
}

async function measure(cluster) {
  say(`measuring ${cluster.name} …`)
  const admin = new kafkajs.Kafka({ brokers: cluster.bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const rows = load ? await measureLosses(cluster, admin) : []
    return new Map([...rows, ...(await measureMany(cluster, admin))])
  } finally {
    await admin.disconnect()
    await cluster.stop()
  }
}

async function measureLosses(cluster, admin) {
  await admin.createTopics({ topics: [{ topic: 'life', numPartitions: 1, replicationFactor: 3 }], waitForLeaders: true })
  const killed = await measureLoss(cluster, admin, 'SIGKILL')
  const stopped = await measureLoss(cluster, admin, 'SIGTERM')
  // librdkafka sends again what was refused only after its back-off of 100 ms: without it the pause is the brokers' own.
  const impatient = await measureLoss(cluster, admin, 'SIGTERM', ['retry.backoff.ms=1'])
  return [
    ['leader killed: longest pause of acks=all, ms', killed.pauseMs],
    ['leader killed: failed sends', killed.failed],
    ['killed broker: start to in sync again, ms', killed.backMs],
    ['leader stopped: longest pause of acks=all, ms', stopped.pauseMs],
    ['leader stopped: the same with retry.backoff.ms=1, ms', impatient.pauseMs],
    ['leader stopped: failed sends', stopped.failed + impatient.failed],
    ['stopped broker: start to in sync again, ms', stopped.backMs],
  ]
}

/** 500 records a second for 25 s; the leader goes after five. */
async function measureLoss(cluster, admin, signal, properties = []) {
  await inSync(admin, 3)
  const running = startGap(cluster.bootstrap, properties)
  await wait(5_000)
  const leader = await leaderOf(admin)
  await cluster.end(leader, signal)
  const row = await running
  const startedAt = performance.now()
  await cluster.start(leader)
  await inSync(admin, 3)
  return { pauseMs: row.longest_gap_ms, failed: row.failed, backMs: performance.now() - startedAt }
}

function startGap(bootstrap, properties) {
  return new Promise((resolve, reject) => {
    const child = spawn(load, ['gap', bootstrap, 'life', '500', '25', 'acks=all', 'linger.ms=0', ...properties], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let text = ''
    child.stdout.on('data', part => (text += part))
    child.once('exit', () => {
      try {
        resolve(JSON.parse(text))
      } catch (error) {
        reject(error)
      }
    })
  })
}

async function partitionOf(admin) {
  const { topics } = await admin.fetchTopicMetadata({ topics: ['life'] })
  return topics[0].partitions[0]
}

async function leaderOf(admin) {
  return (await partitionOf(admin)).leader
}

async function inSync(admin, count) {
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline) {
    const partition = await partitionOf(admin).catch(() => undefined)
    if (partition?.isr.length === count) return
    await wait(20)
  }
  throw new Error(`not ${count} in sync within a minute`)
}

async function measureMany(cluster, admin) {
  const topics = Array.from({ length: 1_000 }, (_, at) => ({ topic: `many-${at}`, numPartitions: 1, replicationFactor: 3 }))
  const topicsMs = await timed(() => admin.createTopics({ topics, timeout: 60_000, waitForLeaders: true }))
  const wide = [{ topic: 'wide', numPartitions: 1_000, replicationFactor: 3 }]
  const wideMs = await timed(() => admin.createTopics({ topics: wide, timeout: 60_000, waitForLeaders: true }))
  const more = Array.from({ length: 30 }, (_, at) => ({ topic: `more-${at}`, numPartitions: 100, replicationFactor: 3 }))
  for (const topic of more) await admin.createTopics({ topics: [topic], timeout: 60_000, waitForLeaders: true })
  const idle = await measureIdle({ processIds: cluster.idsNow() })
  return [
    ['creation of 1,000 topics, ms', topicsMs],
    ['creation of a topic of 1,000 partitions, ms', wideMs],
    ['5,000 partitions, RF 3: resident, MB', idle.residentMb],
    ['5,000 partitions, RF 3: idle CPU, % of a core', idle.cpuPercent],
  ]
}

async function timed(work) {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
