import * as fs from 'node:fs'
import { join } from 'node:path'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { encodeBatch } from '../../broker-core/records/batch-writer.ts'
import { openLogDirectory } from '../../broker-core/storage/log-directory.ts'
import type { PartitionLog } from '../../broker-core/storage/partition-log.ts'

const env = nodeEnv({ log: { write: () => undefined } })
const topicId = 'abcdefghijklmnopqrstuA'
const batchBytes = 64 * 1024
const recordBytes = 1024
const firstMs = 1_700_000_000_000
const config = { 'retention.ms': '-1', 'message.timestamp.before.max.ms': '9223372036854775807' }
const lookUps = 4_000

/** 10 MB, 100 MB, … and the last. */
export function tenfoldSteps(fromBytes: number, toBytes: number): number[] {
  const steps: number[] = []
  for (let bytes = fromBytes; bytes < toBytes; bytes *= 10) steps.push(bytes)
  return [...steps, toBytes]
}

/** Grows one partition step by step; after each, random reads by offset and by time: look-ups must not follow the size. */
export function measureGrowth(root: string, steps: readonly number[], say: (line: string) => void): void {
  const path = join(root, 'growth')
  const directory = openLogDirectory({ path, clusterId: 'bench', nodeId: 1, configOf: () => config }, env)
  const log = directory.createLog({ topic: 'bench', partition: 0, topicId, config })
  for (const bytes of steps) {
    growTo(log, bytes)
    const size = bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`
    say(`${`random reads by offset in ${size}`.padEnd(38)}${spread(() => readAt(log, randomBelow(log.logEndOffset)))}`)
    say(
      `${`random look-ups by time in ${size}`.padEnd(38)}${spread(() => findTime(log, firstMs + randomBelow(log.logEndOffset)))}`,
    )
  }
  directory.abandon()
  fs.rmSync(path, { recursive: true })
}

/** One record a millisecond. */
function growTo(log: PartitionLog, bytes: number): void {
  const count = Math.floor(batchBytes / recordBytes)
  const value = env.random.bytes(recordBytes - 20)
  while (log.sizeBytes < bytes) {
    const baseMs = firstMs + log.logEndOffset
    const records = Array.from({ length: count }, (_, index) => ({ timestampMs: baseMs + index, key: null, value }))
    const result = log.appendAsLeader(encodeBatch({ records }, env), { leaderEpoch: 0, origin: 'client' })
    if (!result.ok) throw new Error(result.rejection.message)
    log.advanceHighWatermark(log.logEndOffset)
  }
}

const randomBelow = (end: number): number => Math.floor(Math.random() * end)

function readAt(log: PartitionLog, fromOffset: number): void {
  const { chunks } = log.read({ fromOffset, maxBytes: 1, belowOffset: log.logEndOffset, atLeastOneBatch: true })
  if (chunks.length === 0) throw new Error(`nothing at ${fromOffset}`)
}

function findTime(log: PartitionLog, timestampMs: number): void {
  const found = log.offsetForTime(timestampMs, log.logEndOffset)
  if (found?.timestampMs !== timestampMs) throw new Error(`${timestampMs} is not found`)
}

function spread(lookUp: () => void): string {
  const times = Array.from({ length: lookUps }, () => {
    const from = performance.now()
    lookUp()
    return (performance.now() - from) * 1000
  }).sort((a, b) => a - b)
  const at = (share: number) => `${times[Math.floor(times.length * share)]!.toFixed(0).padStart(5)} us`
  return `p50 ${at(0.5)}   p99 ${at(0.99)}`
}
