import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { encodeBatch } from '../../broker-core/records/batch-writer.ts'
import { openLogDirectory } from '../../broker-core/storage/log-directory.ts'
import type { PartitionLog } from '../../broker-core/storage/partition-log.ts'

const env = nodeEnv()
const recordBytes = 1024
const totalBytes = 256 * 1024 * 1024
const topicId = 'abcdefghijklmnopqrstuA'

const say = (text: string) => process.stdout.write(`${text}\n`)

function row(name: string, ms: number, bytes: number, bareMs: number): void {
  const rate = (of: number) => `${(bytes / 1e6 / (of / 1000)).toFixed(0).padStart(7)} MB/s`
  say(`${name.padEnd(38)}${rate(ms)}   bare ${rate(bareMs)}   ${(ms / bareMs).toFixed(2)} x`)
}

/** Milliseconds that `work` takes. */
function timed(work: () => void): number {
  const from = performance.now()
  work()
  return performance.now() - from
}

/** A producer's batch: stamped anew for each append, as bytes from a socket would be. */
function batchOf(sizeBytes: number): Uint8Array {
  const count = Math.max(1, Math.floor(sizeBytes / recordBytes))
  const value = env.random.bytes(recordBytes - 20)
  return encodeBatch({ records: Array.from({ length: count }, () => ({ timestampMs: Date.now(), key: null, value })) }, env)
}

function freshBatches(batch: Uint8Array, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => batch.slice())
}

/** The same bytes with positional writes alone. */
function bareWrite(path: string, chunks: readonly Uint8Array[]): number {
  const fd = fs.openSync(path, 'w')
  let at = 0
  const ms = timed(() => {
    for (const chunk of chunks) {
      fs.writeSync(fd, chunk, 0, chunk.length, at)
      at += chunk.length
    }
  })
  fs.closeSync(fd)
  fs.rmSync(path)
  return ms
}

function measureAppends(root: string, sizeBytes: number): void {
  const batch = batchOf(sizeBytes)
  const count = Math.floor(totalBytes / batch.length)
  let best = Number.POSITIVE_INFINITY
  let bestBare = Number.POSITIVE_INFINITY
  for (let run = 0; run < 3; run++) {
    const path = join(root, `append-${sizeBytes}-${run}`)
    const directory = openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => ({}) }, env)
    const log = directory.createLog({ topic: 'bench', partition: 0, topicId, config: {} })
    const batches = freshBatches(batch, count)
    best = Math.min(
      best,
      timed(() => {
        for (const one of batches) log.appendAsLeader(one, { leaderEpoch: 0, origin: 'client' })
      }),
    )
    bestBare = Math.min(bestBare, bareWrite(join(root, 'bare'), batches))
    directory.abandon()
    fs.rmSync(path, { recursive: true })
  }
  row(`append, batches of ${sizeBytes / 1024} KiB`, best, count * batch.length, bestBare)
}

/** What a client without batching costs: one record of 100 bytes per append. */
function measureSingleRecords(root: string): void {
  const path = join(root, 'single')
  const directory = openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => ({}) }, env)
  const log = directory.createLog({ topic: 'bench', partition: 0, topicId, config: {} })
  const batch = encodeBatch({ records: [{ timestampMs: Date.now(), key: null, value: env.random.bytes(100) }] }, env)
  const batches = freshBatches(batch, 200_000)
  const ms = timed(() => {
    for (const one of batches) log.appendAsLeader(one, { leaderEpoch: 0, origin: 'client' })
  })
  const bareMs = bareWrite(join(root, 'bare'), batches)
  const rate = (of: number) =>
    Math.round((batches.length / of) * 1000)
      .toLocaleString('en-US')
      .padStart(9)
  say(`${'append, single records of 100 bytes'.padEnd(38)}${rate(ms)}/s   bare ${rate(bareMs)}/s   ${(ms / bareMs).toFixed(2)} x`)
  directory.abandon()
  fs.rmSync(path, { recursive: true })
}

function readThrough(log: PartitionLog, maxBytes: number): number {
  let read = 0
  for (let next = 0; next < log.logEndOffset; ) {
    const result = log.read({ fromOffset: next, maxBytes, belowOffset: log.logEndOffset, atLeastOneBatch: true })
    read += result.sizeBytes
    next = result.nextOffset
  }
  return read
}

function measureReads(root: string): void {
  const path = join(root, 'read')
  const directory = openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => ({}) }, env)
  const log = directory.createLog({ topic: 'bench', partition: 0, topicId, config: {} })
  const batch = batchOf(64 * 1024)
  const count = Math.floor(totalBytes / batch.length)
  for (const one of freshBatches(batch, count)) log.appendAsLeader(one, { leaderEpoch: 0, origin: 'client' })
  const maxBytes = 1024 * 1024
  const ms = timed(() => readThrough(log, maxBytes))
  row(
    'read in order, 1 MiB at a time',
    ms,
    count * batch.length,
    bareRead(join(path, 'bench-0', '00000000000000000000.log'), maxBytes),
  )
  measureLookUps(log, 'offset', offset =>
    log.read({ fromOffset: offset, maxBytes: 1, belowOffset: log.logEndOffset, atLeastOneBatch: true }),
  )
  measureLookUps(log, 'time', () => log.offsetForTime(Date.now() - 10_000 * Math.random(), log.logEndOffset))
  directory.abandon()
  const recoverMs = timed(() => openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => ({}) }, env).close(1))
  say(`${'recovery after a kill'.padEnd(38)}${((count * batch.length) / 1e6 / (recoverMs / 1000)).toFixed(0).padStart(7)} MB/s`)
  fs.rmSync(path, { recursive: true })
}

/** Every key many times over: most of it goes. */
function measureCompaction(root: string): void {
  const path = join(root, 'compaction')
  const config = { 'cleanup.policy': 'compact', 'segment.bytes': String(16 * 1024 * 1024), 'min.cleanable.dirty.ratio': '0.01' }
  const directory = openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => config }, env)
  const log = directory.createLog({ topic: 'bench', partition: 0, topicId, config })
  const value = env.random.bytes(recordBytes - 30)
  const keys = 50_000
  const count = 128
  for (let batch = 0, key = 0; batch < totalBytes / recordBytes / count / 2; batch++) {
    const records = Array.from({ length: count }, () => ({
      timestampMs: Date.now(),
      key: new TextEncoder().encode(`key ${key++ % keys}`),
      value,
    }))
    log.appendAsLeader(encodeBatch({ records }, env), { leaderEpoch: 0, origin: 'client' })
  }
  log.advanceHighWatermark(log.logEndOffset)
  const before = log.sizeBytes
  const ms = timed(() => directory.runCompaction())
  say(
    `${'compaction'.padEnd(38)}${(before / 1e6 / (ms / 1000)).toFixed(0).padStart(7)} MB/s   ${(before / 1e6).toFixed(0)} MB became ${(log.sizeBytes / 1e6).toFixed(0)} MB`,
  )
  directory.abandon()
  fs.rmSync(path, { recursive: true })
}

function bareRead(path: string, maxBytes: number): number {
  const fd = fs.openSync(path, 'r')
  const ms = timed(() => {
    for (let at = 0, read = 1; read > 0; at += read) read = fs.readSync(fd, new Uint8Array(maxBytes), 0, maxBytes, at)
  })
  fs.closeSync(fd)
  return ms
}

function measureLookUps(log: PartitionLog, what: string, lookUp: (offset: number) => unknown): void {
  const times = Array.from({ length: 5000 }, () => timed(() => lookUp(Math.floor(Math.random() * log.logEndOffset)))).sort(
    (a, b) => a - b,
  )
  const at = (share: number) => `${(times[Math.floor(times.length * share)]! * 1000).toFixed(0)} us`
  say(`${`look up by ${what}`.padEnd(38)}p50 ${at(0.5)}   p99 ${at(0.99)}`)
}

function measureOpen(root: string): void {
  const path = join(root, 'open')
  const open = () => openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => ({}) }, env)
  const directory = open()
  const count = 1000
  for (let i = 0; i < count; i++)
    directory
      .createLog({ topic: 'bench', partition: i, topicId, config: {} })
      .appendAsLeader(batchOf(1024), { leaderEpoch: 0, origin: 'client' })
  const closeMs = timed(() => directory.close(1))
  const before = process.memoryUsage()
  let again: ReturnType<typeof open> | undefined
  const openMs = timed(() => {
    again = open()
  })
  const after = process.memoryUsage()
  const kilobytes = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1024 / count
  say(
    `${`open ${count} clean partitions`.padEnd(38)}${openMs.toFixed(0).padStart(7)} ms   ${kilobytes.toFixed(1)} KB each   clean stop ${closeMs.toFixed(0)} ms`,
  )
  again!.abandon()
}

export function printFigures(parent = tmpdir()): void {
  const root = fs.mkdtempSync(join(parent, 'brokerbench-storage-'))
  try {
    for (const kib of [4, 16, 64, 256, 1024]) measureAppends(root, kib * 1024)
    measureSingleRecords(root)
    measureReads(root)
    measureCompaction(root)
    measureOpen(root)
  } finally {
    fs.rmSync(root, { recursive: true, force: true })
  }
}
