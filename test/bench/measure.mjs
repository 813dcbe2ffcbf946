// The rows of the benchmark, each measured the same way on whatever cluster it is given.
import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { cpuSeconds, residentMegabytes } from './cluster.mjs'

const settleMs = 10_000
const idleWindowMs = 20_000
export const recordBytes = 1024

/** Memory and CPU of a cluster that nobody talks to. */
export async function measureIdle(cluster) {
  await wait(settleMs)
  const before = cpuSeconds(cluster.processIds)
  await wait(idleWindowMs)
  const used = cpuSeconds(cluster.processIds) - before
  return { residentMb: residentMegabytes(cluster.processIds), cpuPercent: (used / (idleWindowMs / 1000)) * 100 }
}

export async function createTopic(cluster, topic, partitions = 6) {
  const { Kafka, logLevel } = kafkajs
  const admin = new Kafka({ brokers: cluster.bootstrap.split(','), logLevel: logLevel.ERROR }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 3 }], waitForLeaders: true })
  await admin.disconnect()
}

/** acks=all, replication factor 3, records of 1 KiB. */
export function measureProduce(load, cluster, topic, count) {
  const before = cpuSeconds(cluster.processIds)
  const row = runLoad(load, [
    'produce',
    cluster.bootstrap,
    topic,
    count,
    recordBytes,
    'acks=all',
    'linger.ms=5',
    'batch.size=131072',
  ])
  const used = cpuSeconds(cluster.processIds) - before
  return { recordsPerSecond: row.records_s, cpuSecondsPerMillion: (used / count) * 1e6 }
}

export function measureConsume(load, cluster, topic, count) {
  const before = cpuSeconds(cluster.processIds)
  const row = runLoad(load, ['consume', cluster.bootstrap, topic, count])
  return { recordsPerSecond: row.records_s, cpuSecondsPerMillion: ((cpuSeconds(cluster.processIds) - before) / count) * 1e6 }
}

/** Produce to acknowledgement, acks=all, at 1,000 records/s. */
export function measureLatency(load, cluster, topic, seconds) {
  const row = runLoad(load, ['latency', cluster.bootstrap, topic, 1000, seconds, 100, 'acks=all', 'linger.ms=0'])
  return { p50Ms: row.p50_ms, p99Ms: row.p99_ms, maxMs: row.max_ms, failed: row.failed }
}

function runLoad(load, args) {
  const answer = spawnSync(load, args.map(String), { encoding: 'utf8', timeout: 300_000 })
  if (answer.status !== 0) throw new Error(`load ${args.join(' ')}: ${answer.stdout}${answer.stderr}`)
  return JSON.parse(answer.stdout)
}
