// `npm run bench:life [-- --vs-kafka] [-- --only losses|many]`: what a client notices when brokers die, stop and come back, and what many
// partitions cost. Three broker processes on each side, one side at a time, the same clients: the load generator on librdkafka, our own
// producer, kafkajs for administration.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import kafkajs from 'kafkajs'
import { ensureBuild, ensureDependencies, projectFolder } from '../../src-main/setup/steps.mjs'
import { startBrokerProcesses } from '../helpers/broker-processes.mjs'
import { buildTool } from './build-tool.mjs'
import { findLoad, startKafka } from './cluster.mjs'
import { measureIdle } from './measure.mjs'
import { failed, report } from './report.mjs'

const say = text => process.stdout.write(`${text}\n`)
ensureDependencies(say)
ensureBuild(say)
const load = findLoad()
const only = process.argv[process.argv.indexOf('--only') + 1 || process.argv.length] ?? ''
const folder = mkdtempSync(join(projectFolder, 'node_modules', '.brokerbench-bench-'))
/** librdkafka 2.0 waits 100 ms before it sends again, and 250 ms before it asks who leads: without both the pause is the brokers' own. */
const impatience = ['retry.backoff.ms=1', 'topic.metadata.refresh.fast.interval.ms=10']
const seconds = 25
try {
  const file = await buildTool('test/bench/life-figures.ts', folder, 'figures.mjs')
  const { measurePause } = await import(pathToFileURL(file).href)
  const mine = await measure(await ours(), measurePause)
  const theirs = process.argv.includes('--vs-kafka') ? await measureKafka(measurePause).catch(failed('apache-kafka')) : undefined
  report('three broker processes, RF 3', mine, theirs)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

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

async function measureKafka(measurePause) {
  const cluster = startKafka()
  return cluster && measure({ ...cluster, idsNow: cluster.processIdsNow }, measurePause)
}

async function measure(cluster, measurePause) {
  say(`measuring ${cluster.name} …`)
  const admin = new kafkajs.Kafka({ brokers: cluster.bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const losses = load && 'losses'.includes(only) ? await measureLosses(cluster, admin, measurePause) : []
    return new Map([...losses, ...('many'.includes(only) ? await measureMany(cluster, admin) : [])])
  } finally {
    await admin.disconnect()
    await cluster.stop()
  }
}

async function measureLosses(cluster, admin, measurePause) {
  await admin.createTopics({ topics: [{ topic: 'life', numPartitions: 1, replicationFactor: 3 }], waitForLeaders: true })
  const generator = properties => () => startGap(cluster.bootstrap, properties)
  const ownProducer = () => measurePause(cluster.bootstrap, 'life', seconds)
  const loss = (signal, produce) => measureLoss(cluster, admin, signal, produce)
  const killed = await loss('SIGKILL', generator([]))
  const killedOwn = await loss('SIGKILL', ownProducer)
  const stopped = await loss('SIGTERM', generator([]))
  const impatient = await loss('SIGTERM', generator(impatience))
  const stoppedOwn = await loss('SIGTERM', ownProducer)
  return [
    ['leader killed: longest pause of acks=all, ms', killed.pauseMs],
    ['leader killed: the same, our producer, ms', killedOwn.pauseMs],
    ['leader killed: failed sends', killed.failed + killedOwn.failed],
    ['killed broker: start to in sync again, ms', killed.backMs],
    ['leader stopped: longest pause of acks=all, ms', stopped.pauseMs],
    ['leader stopped: the same, client not waiting, ms', impatient.pauseMs],
    ['leader stopped: the same, our producer, ms', stoppedOwn.pauseMs],
    ['leader stopped: failed sends', stopped.failed + impatient.failed + stoppedOwn.failed],
    ['stopped broker: start to in sync again, ms', stopped.backMs],
  ]
}

/** 500 records a second for 25 s; the leader goes after five. */
async function measureLoss(cluster, admin, signal, produce) {
  await inSync(admin, 3)
  const running = produce()
  await wait(5_000)
  const leader = await leaderOf(admin)
  await cluster.end(leader, signal)
  const row = await running
  const startedAt = performance.now()
  await cluster.start(leader)
  await inSync(admin, 3)
  return { pauseMs: row.pauseMs, failed: row.failed, backMs: performance.now() - startedAt }
}

function startGap(bootstrap, properties) {
  return new Promise((resolve, reject) => {
    const child = spawn(load, ['gap', bootstrap, 'life', '500', String(seconds), 'acks=all', 'linger.ms=0', ...properties], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let text = ''
    child.stdout.on('data', part => (text += part))
    child.once('exit', () => {
      try {
        const { failed, longest_gap_ms: pauseMs } = JSON.parse(text)
        resolve({ pauseMs, failed })
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
  const topicsMs = await timed(() => create(admin, topics))
  const wide = [{ topic: 'wide', numPartitions: 1_000, replicationFactor: 3 }]
  const wideMs = await timed(() => create(admin, wide))
  const more = Array.from({ length: 30 }, (_, at) => ({ topic: `more-${at}`, numPartitions: 100, replicationFactor: 3 }))
  for (const topic of more) await create(admin, [topic])
  const idle = await measureIdle({ processIds: cluster.idsNow() })
  return [
    ['creation of 1,000 topics, ms', topicsMs],
    ['creation of a topic of 1,000 partitions, ms', wideMs],
    ['5,000 partitions, RF 3: resident, MB', idle.residentMb],
    ['5,000 partitions, RF 3: idle CPU, % of a core', idle.cpuPercent],
  ]
}

/** Until every partition has a leader. kafkajs can wait itself, but gives up where a broker does not know of a topic yet. */
async function create(admin, topics) {
  await admin.createTopics({ topics, timeout: 60_000, waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline) {
    const known = await admin.fetchTopicMetadata({ topics: names }).catch(() => undefined)
    if (known?.topics.every(topic => topic.partitions.every(({ leader }) => leader >= 0)) === true) return
    await wait(20)
  }
  throw new Error(`no leaders within a minute: ${names.slice(0, 3).join(', ')} …`)
}

async function timed(work) {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
