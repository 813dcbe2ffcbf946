import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { encodeBatch } from '../../broker-core/records/batch-writer.ts'
import { batchCrcIsValid } from '../../broker-core/records/batch-header.ts'
import { openLogDirectory } from '../../broker-core/storage/log-directory.ts'
import type { PartitionLog } from '../../broker-core/storage/partition-log.ts'
import { measureGrowth, tenfoldSteps } from './storage-growth.ts'

const env = nodeEnv()
const recordBytes = 1024
const totalBytes = 256 * 1024 * 1024
const topicId = 'abcdefghijklmnopqrstuA'

const say = (text: string) => process.stdout.write(`${text}\n`)

const rate = (bytes: number, ms: number) => `${(bytes / 1e6 / (ms / 1000)).toFixed(0).padStart(7)} MB/s`

/** Milliseconds that `work` takes. */
function timed(work: () => void): number {
  return measured(work).ms
}

/** On a busy machine the time of the processor says more than that of the clock. */
interface Took {
  readonly ms: number
  readonly cpuMs: number
}

function measured(work: () => void): Took {
  const from = performance.now()
  const cpu = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - from, cpuMs: (user + system) / 1000 }
}

const fastest = (runs: readonly Took[]): Took => ({
  ms: Math.min(...runs.map(run => run.ms)),
  cpuMs: Math.min(...runs.map(run => run.cpuMs)),
})

/** A producer's batch: stamped anew for each append, as bytes from a socket would be. */
function batchOf(sizeBytes: number): Uint8Array {
  const count = Math.max(1, Math.floor(sizeBytes / recordBytes))
  const value = env.random.bytes(recordBytes - 20)
  return encodeBatch({ records: Array.from({ length: count }, () => ({ timestampMs: Date.now(), key: null, value })) }, env)
}

function freshBatches(batch: Uint8Array, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => batch.slice())
}

/** The same bytes with positional writes alone, or with the CRC of each batch as well, which no broker can do without. */
function bareWrite(path: string, chunks: readonly Uint8Array[], withCrc = false): Took {
  const fd = fs.openSync(path, 'w')
  let at = 0
  const took = measured(() => {
    for (const chunk of chunks) {
      if (withCrc) batchCrcIsValid(chunk, 0, env.crc32c)
      fs.writeSync(fd, chunk, 0, chunk.length, at)
      at += chunk.length
    }
  })
  fs.closeSync(fd)
  fs.rmSync(path)
  return took
}

function measureAppends(root: string, sizeBytes: number): void {
  const batch = batchOf(sizeBytes)
  const count = Math.floor(totalBytes / batch.length)
  const runs: { log: Took; bare: Took; withCrc: Took }[] = []
  for (let run = 0; run < 4; run++) {
    const path = join(root, `append-${sizeBytes}-${run}`)
    const directory = openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => ({}) }, env)
    const log = directory.createLog({ topic: 'bench', partition: 0, topicId, config: {} })
    const batches = freshBatches(batch, count)
    const bare = bareWrite(join(root, 'bare'), batches)
    const withCrc = bareWrite(join(root, 'bare'), batches, true)
    const ours = measured(() => {
      for (const one of batches) log.appendAsLeader(one, { leaderEpoch: 0, origin: 'client' })
    })
    runs.push({ log: ours, bare, withCrc })
    directory.abandon()
    fs.rmSync(path, { recursive: true })
  }
  const [ours, bare, withCrc] = (['log', 'bare', 'withCrc'] as const).map(name => fastest(runs.map(run => run[name])))
  const ratios = (of: Took) => `${(ours!.ms / of.ms).toFixed(2)} x, cpu ${(ours!.cpuMs / of.cpuMs).toFixed(2)} x`
  say(
    `${`append, batches of ${sizeBytes / 1024} KiB`.padEnd(38)}${rate(count * batch.length, ours!.ms)}   ` +
      `bare write ${ratios(bare!)}   write and CRC ${ratios(withCrc!)}`,
  )
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
  const bareMs = bareWrite(join(root, 'bare'), batches).ms
  const perSecond = (of: number) =>
    Math.round((batches.length / of) * 1000)
      .toLocaleString('en-US')
      .padStart(9)
  say(
    `${'append, single records of 100 bytes'.padEnd(38)}${perSecond(ms)}/s   bare ${perSecond(bareMs)}/s   ${(ms / bareMs).toFixed(2)} x`,
  )
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
  const file = join(path, 'bench-0', '00000000000000000000.log')
  const rounds = Array.from({ length: 4 }, () => ({
    bare: measured(() => bareRead(file, maxBytes)),
    ours: measured(() => readThrough(log, maxBytes)),
  }))
  const ours = fastest(rounds.map(round => round.ours))
  const bare = fastest(rounds.map(round => round.bare))
  say(
    `${'read in order, 1 MiB at a time'.padEnd(38)}${rate(count * batch.length, ours.ms)}   ` +
      `bare read ${(ours.ms / bare.ms).toFixed(2)} x, cpu ${(ours.cpuMs / bare.cpuMs).toFixed(2)} x`,
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

function bareRead(path: string, maxBytes: number): void {
  const fd = fs.openSync(path, 'r')
  for (let at = 0, read = 1; read > 0; at += read) read = fs.readSync(fd, new Uint8Array(maxBytes), 0, maxBytes, at)
  fs.closeSync(fd)
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

export interface FigureOptions {
  readonly parent?: string
  /** Random reads on a partition of so many bytes; 0: none. */
  readonly partitionBytes?: number
  /** What a look-up costs while a log grows from 10 MB to so many bytes; 0: not measured. */
  readonly growToBytes?: number
}

export function printFigures({ parent = tmpdir(), partitionBytes = 0, growToBytes = 0 }: FigureOptions = {}): void {
  const root = fs.mkdtempSync(join(parent, 'brokerbench-storage-'))
  try {
    for (const kib of [4, 16, 64, 256, 1024]) measureAppends(root, kib * 1024)
    measureSingleRecords(root)
    measureReads(root)
    measureCompaction(root)
    measureOpen(root)
    if (partitionBytes > 0) measureGrowth(root, [partitionBytes], say)
    if (growToBytes > 0) measureGrowth(root, tenfoldSteps(10e6, growToBytes), say)
  } finally {
    fs.rmSync(root, { recursive: true, force: true })
  }
}
