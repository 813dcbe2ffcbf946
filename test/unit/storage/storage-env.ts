import { crc32c } from '../../../broker-core/env/node/checksum.ts'
import { nodeCompression } from '../../../broker-core/env/node/compression.ts'
import { encodeBatch, type BatchToWrite } from '../../../broker-core/records/batch-writer.ts'
import { batchStarts } from '../../../broker-core/records/batch-iterator.ts'
import { batchBaseOffset, batchLastOffset } from '../../../broker-core/records/batch-header.ts'
import { recordsOf } from '../../../broker-core/records/record-reader.ts'
import { openLogDirectory } from '../../../broker-core/storage/log-directory.ts'
import type { LogDirectoryOptions, StorageEnv } from '../../../broker-core/storage/log-directory-port.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { SimulatedDisk } from '../../simulation/sim-disk.ts'
import { seededRandom } from '../../simulation/sim-random.ts'

export const codecs = { crc32c, compression: nodeCompression }
export const topicId = 'abcdefghijklmnopqrstuA'

/** Storage on a simulated disk, with a clock that only `advance` moves. */
export interface TestStorage extends StorageEnv {
  readonly disk: SimulatedDisk
  readonly events: string[]
  /** Moves both clocks and runs what became due; the work of one step may arm the next. */
  advance(ms: number): void
  setNow(ms: number): void
}

export function testStorage(seed = 1, startMs = 1_700_000_000_000): TestStorage {
  const random = seededRandom(seed)
  let nowMs = startMs
  let monotonicMs = 0
  let timers: { dueMs: number; callback: () => void }[] = []
  const events: string[] = []
  const after = (delayMs: number, callback: () => void) => {
    const timer = { dueMs: monotonicMs + delayMs, callback }
    timers.push(timer)
    return () => {
      timers = timers.filter(one => one !== timer)
    }
  }
  const moveTo = (ms: number) => {
    nowMs += ms - monotonicMs
    monotonicMs = ms
  }
  const nextDue = (untilMs: number) => timers.filter(one => one.dueMs <= untilMs).sort((one, other) => one.dueMs - other.dueMs)[0]
  return {
    ...codecs,
    clock: { nowMs: () => nowMs, monotonicMs: () => monotonicMs },
    timers: { after, soon: callback => after(0, callback) },
    random,
    disk: new SimulatedDisk(
      () => random.fraction(),
      () => nowMs,
    ),
    log: { write: (level, event) => events.push(`${level} ${event}`) },
    events,
    advance(ms) {
      const untilMs = monotonicMs + ms
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        timers = timers.filter(one => one !== due)
        moveTo(Math.max(monotonicMs, due.dueMs))
        due.callback()
      }
      moveTo(untilMs)
    },
    setNow(ms) {
      nowMs = ms
    },
  }
}

export const openTestDirectory = (env: StorageEnv, options: Partial<LogDirectoryOptions> = {}) =>
  openLogDirectory({ path: 'data', clusterId: 'test-cluster', nodeId: 1, configOf: () => ({}), ...options }, env)

export function createTestLog(env: StorageEnv, config: Record<string, string> = {}, options: Partial<LogDirectoryOptions> = {}) {
  const directory = openTestDirectory(env, { configOf: () => config, ...options })
  const log = directory.createLog({ topic: 't', partition: 0, topicId, config })
  return { directory, log }
}

export const text = (value: string) => new TextEncoder().encode(value)

export interface SimpleRecord {
  readonly key?: string | null
  readonly value?: string | null
  readonly timestampMs?: number
}

export function batchOf(records: readonly SimpleRecord[], more: Omit<BatchToWrite, 'records'> = {}): Uint8Array {
  return encodeBatch(
    {
      ...more,
      records: records.map(record => ({
        timestampMs: record.timestampMs ?? 1_700_000_000_000,
        key: record.key === undefined || record.key === null ? null : text(record.key),
        value: record.value === null ? null : text(record.value ?? 'v'),
      })),
    },
    codecs,
  )
}

/** Appends as leader and insists that it was taken; returns the first offset. */
export function append(
  log: PartitionLog,
  records: readonly SimpleRecord[],
  more: Omit<BatchToWrite, 'records'> = {},
  leaderEpoch = 0,
): number {
  const result = log.appendAsLeader(batchOf(records, more), {
    leaderEpoch,
    origin: more.control === true ? 'coordinator' : 'client',
  })
  if (!result.ok) throw new Error(`${result.rejection.error}: ${result.rejection.message}`)
  return result.firstOffset
}

export interface StoredRecord {
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
  readonly timestampMs: number
}

const decode = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes))

/** Every record from `fromOffset`, read in many small pieces. Control records are left out. */
export function readAll(log: PartitionLog, fromOffset = log.logStartOffset, maxBytes = 300): StoredRecord[] {
  const found: StoredRecord[] = []
  for (const batch of readBatches(log, fromOffset, maxBytes)) {
    if ((batch[22]! & 0x20) !== 0) continue
    for (const record of recordsOf(batch, nodeCompression)) {
      if (record.offset < fromOffset) continue
      found.push({ offset: record.offset, key: decode(record.key), value: decode(record.value), timestampMs: record.timestampMs })
    }
  }
  return found
}

export function readBatches(log: PartitionLog, fromOffset = log.logStartOffset, maxBytes = 300): Uint8Array[] {
  const batches: Uint8Array[] = []
  for (let next = fromOffset; next < log.logEndOffset; ) {
    const result = log.read({ fromOffset: next, maxBytes, belowOffset: log.logEndOffset, atLeastOneBatch: true })
    if (result.chunks.length === 0) break
    for (const chunk of result.chunks) {
      for (const at of batchStarts(chunk)) {
        const batch = chunk.subarray(at)
        if (batchLastOffset(batch, 0) < next) throw new Error(`batch at ${batchBaseOffset(batch, 0)} lies before ${next}`)
        batches.push(chunk.subarray(at))
      }
    }
    if (result.nextOffset <= next) throw new Error('a read that does not advance')
    next = result.nextOffset
  }
  return batches
}
