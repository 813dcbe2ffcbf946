import { describe, expect, it } from 'vitest'
import { batchCrcIsValid } from '../../../broker-core/records/batch-header.ts'
import { DiskError, type DiskErrorKind } from '../../../broker-core/env/disk.ts'
import { faultyDisk, type DiskFaults } from '../../../broker-core/env/faulty/disk.ts'
import type { LogDirectory, StorageEnv } from '../../../broker-core/storage/log-directory-port.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { StorageFailure } from '../../../broker-core/storage/partition-log.ts'
import { type Survival } from '../../simulation/sim-disk.ts'
import {
  append,
  codecs,
  createTestLog,
  openTestDirectory,
  readAll,
  readBatches,
  testStorage,
  type TestStorage,
} from './storage-env.ts'

/** Per crash point; `CRASH_SEEDS=25` for a long run. */
const seeds = Number(process.env.CRASH_SEEDS ?? 2)

const config = {
  'segment.bytes': '1500',
  'index.interval.bytes': '100',
  'file.delete.delay.ms': '100',
  'segment.index.bytes': '800',
}

/** What the scenario knows at the moment of the crash. */
interface Witness {
  /** Every value that was ever appended at an offset: what may be read there. */
  readonly written: Map<number, Set<string>>
  /** What must be there after a loss of power: flushed and neither truncated nor deleted since. */
  readonly flushed: Map<number, string>
  /** What must be there when only the process died. */
  readonly appended: Map<number, string>
  startOffset: number
  log?: PartitionLog
  directory?: LogDirectory
}

/** A life of a log: appends over several segments, aborts, flushes, truncation, retention, restart, delete records. */
async function scenario(env: StorageEnv & Pick<TestStorage, 'advance'>, witness: Witness): Promise<void> {
  let { directory, log } = createTestLog(env, config)
  directory.startMaintenance()
  const note = () => {
    witness.log = log
    witness.directory = directory
  }
  note()
  const appendOne = (value: string, epoch: number, more = {}) => {
    const offset = log.logEndOffset
    for (const map of [witness.written]) map.set(offset, (map.get(offset) ?? new Set()).add(value))
    append(log, [{ value }], more, epoch)
    witness.appended.set(offset, value)
  }
  /** What happens beside the appends tells of the crash by the directory alone. */
  const advance = () => {
    env.advance(61_000)
    if (directory.failure !== undefined) throw directory.failure
  }
  const flush = () => {
    log.flush()
    for (const [offset, value] of witness.appended) witness.flushed.set(offset, value)
  }
  for (let i = 0; i < 12; i++) appendOne(`a${i}`.padEnd(150, '.'), 0)
  flush()
  for (let i = 0; i < 6; i++)
    appendOne(`b${i}`.padEnd(250, '.'), 1, { producerId: 7, producerEpoch: 0, baseSequence: i, transactional: true })
  await Promise.resolve()
  const truncate = (count: number) => {
    const cut = log.logEndOffset - count
    for (const map of [witness.appended, witness.flushed])
      for (const offset of [...map.keys()]) if (offset >= cut) map.delete(offset)
    log.truncateTo(cut)
  }
  truncate(3)
  for (let i = 0; i < 8; i++) appendOne(`c${i}`.padEnd(200, '.'), 2)
  advance()
  flush()
  for (let i = 0; i < 3; i++) appendOne(`d${i}`, 2)
  log.advanceHighWatermark(log.logEndOffset)
  witness.startOffset = 10
  log.advanceLogStartOffset(10, 'delete-records')
  directory.runRetention()
  advance()
  await Promise.resolve()
  directory.close(5)
  if (directory.failure !== undefined) throw directory.failure
  for (const [offset, value] of witness.appended) witness.flushed.set(offset, value)
  directory = openTestDirectory(env, { configOf: () => config })
  log = directory.log('t', 0)! as typeof log
  note()
  for (let i = 0; i < 14; i++) appendOne(`e${i}`.padEnd(180, '.'), 3)
  flush()
  // Over several segments, and what follows is as large as what went.
  truncate(12)
  for (let i = 0; i < 10; i++) appendOne(`f${i}`.padEnd(180, '.'), 4)
  directory.close(6)
}

const newWitness = (): Witness => ({ written: new Map(), flushed: new Map(), appended: new Map(), startOffset: 0 })

async function run(env: StorageEnv & Pick<TestStorage, 'advance'>, witness: Witness): Promise<'finished' | 'crashed'> {
  try {
    await scenario(env, witness)
    return 'finished'
  } catch (error) {
    if (error instanceof StorageFailure && error.cause instanceof DiskError) return 'crashed'
    throw error
  }
}

function checkAfter(env: TestStorage, witness: Witness, survival: Survival, where: string): void {
  const directory = openTestDirectory(env, { configOf: () => config })
  const log = directory.log('t', 0)
  const mustHave = survival === 'everything' ? witness.appended : witness.flushed
  if (log === undefined) {
    expect([...mustHave.keys()], where).toEqual([])
    directory.abandon()
    return
  }
  // One expectation for many records: there are thousands of crash points.
  const invalid = readBatches(log).filter(batch => !batchCrcIsValid(batch, 0, codecs.crc32c))
  expect(invalid, where).toEqual([])
  const found = new Map(readAll(log).map(record => [record.offset, record.value]))
  const foreign = [...found].filter(([offset, value]) => witness.written.get(offset)?.has(value!) !== true)
  expect(foreign, `${where}: never written`).toEqual([])
  const lost = [...mustHave].filter(([offset, value]) => offset >= witness.startOffset && found.get(offset) !== value)
  expect(lost, `${where}: lost of ${log.logStartOffset}..${log.logEndOffset}`).toEqual([])
  const offsets = [...found.keys()]
  expect(offsets, where).toEqual(Array.from({ length: log.logEndOffset - log.logStartOffset }, (_, i) => log.logStartOffset + i))
  const next = append(log, [{ value: 'after' }], {}, 9)
  expect(next, where).toBe(offsets.length === 0 ? log.logStartOffset : offsets[offsets.length - 1]! + 1)
  directory.close(1)
}

describe('a crash at any write', () => {
  it.each<Survival>(['everything', 'nothing', 'some'])(
    'DISK-30..34: recovers every flushed record and only written ones (%s of the unsynced survives)',
    async survival => {
      const count = testStorage(1)
      await run(count, newWitness())
      const changes = count.disk.changeCount
      expect(changes).toBeGreaterThan(100)
      for (let at = 1; at <= changes; at++) {
        for (let seed = 0; seed < (survival === 'some' ? seeds : 1); seed++) {
          const env = testStorage(seed * 1000 + at)
          const witness = newWitness()
          env.disk.crashAt = at
          await run(env, witness)
          witness.directory?.abandon()
          env.disk.restart(survival)
          checkAfter(env, witness, survival, `crash at change ${at}, seed ${seed}`)
        }
      }
    },
    60_000 * seeds,
  )

  it('DISK-38: any one call that the disk refuses, whole or half done, costs the directory but nothing that was acknowledged', async () => {
    /** Refuses call number `at`; returns how many there were. */
    const refusing = async (at: number, kind: DiskErrorKind, where: string) => {
      const env = testStorage(at)
      const witness = newWitness()
      let calls = 0
      const isIt = () => ++calls === at
      const faults: DiskFaults = { refuse: () => (isIt() ? kind : undefined), tornBytes: (_path, size) => size >> 1 }
      await run({ ...env, disk: faultyDisk(env.disk, faults) }, witness)
      witness.directory?.abandon()
      if (at > calls) return calls
      const told = env.events.filter(event => event === 'error log-directory.offline').length
      expect(told, `${where}: one line, and none where it could not even be opened`).toBeLessThanOrEqual(1)
      // Only the process ends: what the system took it keeps.
      env.disk.restart('everything')
      checkAfter(env, witness, 'everything', where)
      return calls
    }
    const calls = await refusing(Number.POSITIVE_INFINITY, 'io', 'none refused')
    expect(calls).toBeGreaterThan(300)
    for (let at = 1; at <= calls; at++) await refusing(at, at % 2 === 0 ? 'io' : 'no-space', `call ${at} refused`)
  }, 120_000)

  it(
    'DISK-31: what a recovery cut off never comes back behind what is appended after it',
    async () => {
      const count = testStorage(1)
      await run(count, newWitness())
      for (let at = 5; at <= count.disk.changeCount; at += 3) {
        for (let seed = 0; seed < seeds * 2; seed++) {
          const env = testStorage(seed * 1000 + at)
          const witness = newWitness()
          env.disk.crashAt = at
          await run(env, witness)
          witness.directory?.abandon()
          env.disk.restart('some')
          const second = openTestDirectory(env, { configOf: () => config })
          const log = second.log('t', 0)
          if (log !== undefined) {
            // As large as what was there before, so that it could fit in front of it.
            for (let i = 0; i < 4; i++) append(log, [{ value: `second ${i}`.padEnd(i % 2 === 0 ? 150 : 200, '.') }], {}, 7)
          }
          const whole = log === undefined ? [] : readAll(log, log.logStartOffset)
          second.abandon()
          env.disk.restart('some')
          const third = openTestDirectory(env, { configOf: () => config })
          const rest = third.log('t', 0) === undefined ? [] : readAll(third.log('t', 0)!)
          const start = rest[0]?.offset ?? 0
          const expected = whole.filter(record => record.offset >= start).slice(0, rest.length)
          expect(rest, `crash at change ${at}, seed ${seed}`).toEqual(expected)
          third.abandon()
        }
      }
    },
    60_000 * seeds,
  )
})
