import { describe, expect, it } from 'vitest'
import type { LogDirectory } from '../../../broker-core/storage/log-directory-port.ts'
import { StorageFailure } from '../../../broker-core/storage/partition-log.ts'
import { SimulatedCrash, type Survival } from '../../simulation/sim-disk.ts'
import {
  append,
  createTestLog,
  openTestDirectory,
  readAll,
  testStorage,
  type StoredRecord,
  type TestStorage,
} from './storage-env.ts'

const config = {
  'cleanup.policy': 'compact',
  'segment.bytes': '900',
  'index.interval.bytes': '100',
  'segment.index.bytes': '400',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '1000',
  'file.delete.delay.ms': '10',
}

interface Witness {
  readonly original: Map<number, StoredRecord>
  appended: number
  flushed: number
  directory?: LogDirectory
}

function scenario(env: TestStorage, witness: Witness): void {
  const { directory, log } = createTestLog(env, config)
  witness.directory = directory
  let round = 0
  const write = (count: number) => {
    for (let i = 0; i < count; i++, round++) {
      const record = {
        key: `k${round % 5}`,
        value: round % 7 === 0 ? null : `v${round}`.padEnd(60, '.'),
        timestampMs: 1_700_000_000_000 + round,
      }
      witness.original.set(log.logEndOffset, { offset: log.logEndOffset, ...record })
      append(log, [record])
      witness.appended = log.logEndOffset
    }
    log.advanceHighWatermark(log.logEndOffset)
  }
  const flush = () => {
    log.flush()
    witness.flushed = log.logEndOffset
  }
  write(25)
  flush()
  directory.runCompaction()
  env.advance(2000)
  write(20)
  directory.runCompaction()
  write(5)
  env.advance(2000)
  directory.runCompaction()
  witness.flushed = Math.max(witness.flushed, (log as unknown as { recoveryPoint: number }).recoveryPoint)
  directory.close(3)
}

function latest(records: Iterable<StoredRecord>): Map<string, string> {
  const map = new Map<string, string>()
  for (const { key, value } of records) {
    if (value === null) map.delete(key!)
    else map.set(key!, value)
  }
  return map
}

/** Comes up, perhaps crashing again on the way, and compares with what was written. */
function checkAfter(env: TestStorage, witness: Witness, survival: Survival, where: string): void {
  const directory = openTestDirectory(env, { configOf: () => config })
  const log = directory.log('t', 0)
  const mustReach = survival === 'everything' ? witness.appended : witness.flushed
  if (log === undefined) {
    expect(mustReach, where).toBe(0)
    directory.abandon()
    return
  }
  expect(log.logEndOffset, where).toBeGreaterThanOrEqual(mustReach)
  const found = readAll(log)
  expect(found, where).toEqual(found.map(record => witness.original.get(record.offset)))
  const expected = latest([...witness.original.values()].filter(record => record.offset < log.logEndOffset))
  expect(latest(found), where).toEqual(expected)
  log.advanceHighWatermark(log.logEndOffset)
  directory.runCompaction()
  expect(latest(readAll(log)), where).toEqual(expected)
  expect(
    env.disk.paths().filter(path => /cleaned|swap$/.test(path)),
    where,
  ).toEqual([])
  directory.close(1)
}

const newWitness = (): Witness => ({ original: new Map(), appended: 0, flushed: 0 })

function crashed(work: () => void): boolean {
  try {
    work()
    return false
  } catch (error) {
    if (error instanceof StorageFailure && error.cause instanceof SimulatedCrash) return true
    throw error
  }
}

describe('a crash at any write of a compaction', () => {
  it.each<Survival>(['everything', 'nothing', 'some'])(
    'DISK-30, DISK-37: the newest value of every key is there, in the old or in the new files (%s of the unsynced survives)',
    survival => {
      const whole = testStorage(1)
      scenario(whole, newWitness())
      const changes = whole.disk.changeCount
      expect(whole.events.filter(event => event === 'info log.compacted').length).toBeGreaterThanOrEqual(3)
      for (let at = 1; at <= changes; at++) {
        const env = testStorage(at)
        const witness = newWitness()
        env.disk.crashAt = at
        expect(crashed(() => scenario(env, witness))).toBe(true)
        witness.directory?.abandon()
        env.disk.restart(survival)
        checkAfter(env, witness, survival, `crash at change ${at}`)
      }
    },
    60_000,
  )

  it('DISK-30, DISK-31: a crash at any write of the recovery is recovered from, too', () => {
    const whole = testStorage(1)
    scenario(whole, newWitness())
    for (let at = 3; at <= whole.disk.changeCount; at += 17) {
      for (let second = 1; second < 60; second += 7) {
        const env = testStorage(at * 100 + second)
        const witness = newWitness()
        env.disk.crashAt = at
        crashed(() => scenario(env, witness))
        witness.directory?.abandon()
        env.disk.restart('some')
        env.disk.crashAt = env.disk.changeCount + second
        const again = crashed(() => openTestDirectory(env, { configOf: () => config }).close(1))
        env.disk.restart(again ? 'some' : 'everything')
        checkAfter(env, witness, 'some', `crash at change ${at}, then ${second} into the recovery`)
      }
    }
  }, 60_000)
})
