// `npm run bench` prints the figures of our cluster; with --vs-kafka (`npm run bench:vs-kafka`) the same rows of an Apache Kafka
// beside it and the ratios. One cluster runs at a time: with two cores, an idle neighbour would be measured too.
import { ensureBuild, ensureDependencies } from '../../src-main/setup/steps.mjs'
import { findLoad, startKafka, startOurs } from './cluster.mjs'
import { measureCoordinators } from './coordinators.mjs'
import { createTopic, measureConsume, measureIdle, measureLatency, measureProduce } from './measure.mjs'
import { report } from './report.mjs'

const freshCount = 200_000
const warmCount = 600_000
const warmRuns = 5
const say = text => process.stdout.write(`${text}\n`)
ensureDependencies(say)
ensureBuild(say)

const load = findLoad()
const ours = await measure(await startOurs())
const kafka = process.argv.includes('--vs-kafka') ? await measureKafka() : undefined
report('three brokers, 1 KiB, acks=all, RF 3', ours, kafka)

async function measureKafka() {
  const cluster = startKafka()
  return cluster && measure(cluster)
}

async function measure(cluster) {
  say(`measuring ${cluster.name} …`)
  try {
    const rows = [['start to ready, ms', cluster.startMs]]
    const idle = await measureIdle(cluster)
    rows.push(['idle resident, MB', idle.residentMb], ['idle CPU, % of a core', idle.cpuPercent])
    rows.push(...(await measureCoordinators(cluster)))
    if (load) rows.push(...(await measureLoads(cluster)))
    return new Map(rows)
  } finally {
    await cluster.stop()
  }
}

async function measureLoads(cluster) {
  await createTopic(cluster, 'bench')
  const fresh = measureProduce(load, cluster, 'bench', freshCount)
  const latencyFresh = measureLatency(load, cluster, 'bench', 10)
  const warming = Array.from({ length: warmRuns }, () => measureProduce(load, cluster, 'bench', warmCount))
  const warm = warming.at(-1)
  const consumed = measureConsume(load, cluster, 'bench', warmCount * 2)
  const latency = measureLatency(load, cluster, 'bench', 10)
  return [
    ['produce fresh, records/s', fresh.recordsPerSecond],
    ['produce fresh, CPU s per million', fresh.cpuSecondsPerMillion],
    ['ack p50 at 1,000/s fresh, ms', latencyFresh.p50Ms],
    ['ack p99 at 1,000/s fresh, ms', latencyFresh.p99Ms],
    ['produce warm, records/s', warm.recordsPerSecond],
    ['produce warm, CPU s per million', warm.cpuSecondsPerMillion],
    ['consume, records/s', consumed.recordsPerSecond],
    ['consume, CPU s per million', consumed.cpuSecondsPerMillion],
    ['ack p50 at 1,000/s warm, ms', latency.p50Ms],
    ['ack p99 at 1,000/s warm, ms', latency.p99Ms],
  ]
}
