import { describe, expect, it } from 'vitest'
import { LogDirectories } from '../../../broker-core/cluster/log-directories.ts'
import { DiskError } from '../../../broker-core/env/disk.ts'
import type { LogDirectory } from '../../../broker-core/storage/log-directory-port.ts'
import { StorageFailure, type PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import type { Survival } from '../../simulation/sim-disk.ts'
import { append, codecs, openTestDirectory, readAll, testStorage, topicId, type TestStorage } from './storage-env.ts'

const config = {
  'segment.bytes': '1200',
  'index.interval.bytes': '100',
  'file.delete.delay.ms': '100',
  'segment.index.bytes': '800',
}
const spec = { topic: 't', partition: 0, topicId, config }

interface Opened {
  readonly source: LogDirectory
  readonly target: LogDirectory
  readonly both: LogDirectories
}

function open(env: TestStorage): Opened {
  const source = openTestDirectory(env, { path: 'one', configOf: () => config })
  const target = openTestDirectory(env, { path: 'two', configOf: () => config })
  return { source, target, both: new LogDirectories([source, target], env.disk) }
}

/** What is known at the moment of the crash. */
interface Witness {
  readonly appended: Map<number, string>
  readonly flushed: Map<number, string>
  readonly ever: Map<number, Set<string>>
  opened?: Opened
}

const newWitness = (): Witness => ({ appended: new Map(), flushed: new Map(), ever: new Map() })

/** Appends, a truncation, an aborted transaction and retention go on while the log is copied; then it changes its directory and lives on. */
function scenario(env: TestStorage, witness: Witness): PartitionLog {
  const opened = open(env)
  const { source, target, both } = opened
  witness.opened = opened
  let log = source.createLog(spec)
  const appendOne = (value: string, epoch: number, more = {}) => {
    const { logEndOffset: offset } = log
    witness.ever.set(offset, (witness.ever.get(offset) ?? new Set()).add(value))
    append(log, [{ value }], more, epoch)
    witness.appended.set(offset, value)
  }
  const flush = () => {
    log.flush()
    for (const [offset, value] of witness.appended) witness.flushed.set(offset, value)
  }
  const forget = (isGone: (offset: number) => boolean) => {
    for (const map of [witness.appended, witness.flushed])
      for (const offset of [...map.keys()]) if (isGone(offset)) map.delete(offset)
  }
  for (let i = 0; i < 15; i++) appendOne(`a${i}`.padEnd(150, '.'), 0)
  flush()
  target.openFuture(log, config)
  while (target.copyToFuture(log, 700) > 0);
  forget(offset => offset >= 9)
  log.truncateTo(9)
  log.beginLeaderEpoch(2)
  for (let i = 0; i < 4; i++) {
    appendOne(`b${i}`.padEnd(200, '.'), 2, { producerId: 7, producerEpoch: 0, baseSequence: i, transactional: true })
    target.copyToFuture(log, 700)
  }
  log.advanceHighWatermark(log.logEndOffset)
  forget(offset => offset < 3)
  log.advanceLogStartOffset(3, 'delete-records')
  source.runRetention()
  flush()
  log.beginLeaderEpoch(5)
  while (target.copyToFuture(log, 700) > 0);
  const old = log
  log = target.promoteFuture({ topic: 't', partition: 0, config, current: old })
  both.deleteLog(old)
  for (const [offset, value] of witness.appended) witness.flushed.set(offset, value)
  for (let i = 0; i < 4; i++) appendOne(`c${i}`.padEnd(200, '.'), 5)
  flush()
  env.advance(1000)
  return log
}

function crashed(env: TestStorage, witness: Witness): boolean {
  try {
    scenario(env, witness)
    return false
  } catch (error) {
    if (error instanceof StorageFailure && error.cause instanceof DiskError) return true
    throw error
  }
}

function checkAfter(env: TestStorage, witness: Witness, survival: Survival, where: string): void {
  const { source, target, both } = open(env)
  const log = both.createLog(spec)
  const holders = [source, target].filter(directory => directory.log('t', 0) !== undefined)
  expect(holders, `${where}: one current log`).toHaveLength(1)
  const found = new Map(readAll(log).map(record => [record.offset, record.value ?? '']))
  const mustHave = survival === 'everything' ? witness.appended : witness.flushed
  const lost = [...mustHave].filter(([offset, value]) => offset >= log.logStartOffset && found.get(offset) !== value)
  expect(lost, `${where}: lost of ${log.logStartOffset}..${log.logEndOffset}`).toEqual([])
  expect(log.logStartOffset, where).toBeLessThanOrEqual(3)
  const foreign = [...found].filter(([offset, value]) => witness.ever.get(offset)?.has(value) !== true)
  expect(foreign, `${where}: never written`).toEqual([])
  finishTheMove({ source, target, both }, log, where)
  env.advance(1000)
  const names = ['one', 'two'].flatMap(path => env.disk.list(path).filter(name => name.startsWith('t-0')))
  expect(names, `${where}: nothing else is left`).toEqual(['t-0'])
  for (const directory of [source, target]) directory.close(1)
}

/** As the broker does after its start. */
function finishTheMove({ source, target, both }: Opened, current: PartitionLog, where: string): void {
  append(current, [{ value: 'after the crash' }], {}, 9)
  const expected = readAll(current)
  let log = current
  if (source.log('t', 0) === current) {
    target.openFuture(current, config)
    while (target.copyToFuture(current, 700) > 0);
    log = target.promoteFuture({ topic: 't', partition: 0, config, current })
    both.deleteLog(current)
  }
  // The copy may remember of DeleteRecords what the log itself had not checkpointed yet.
  expect(log.logStartOffset, where).toBeLessThanOrEqual(Math.max(3, current.logStartOffset))
  expect(readAll(log), where).toEqual(expected.filter(({ offset }) => offset >= log.logStartOffset))
}

describe('a replica that moves between directories', () => {
  it('REPL-18: what it was is what it is: records, epochs, producers, transactions, watermark, also after a restart', () => {
    const env = testStorage(1)
    const { source, target, both } = open(env)
    const log = source.createLog(spec)
    const transactional = { producerId: 7, producerEpoch: 0, transactional: true }
    append(log, [{ value: 'x' }, { value: 'y' }], { producerId: 5, producerEpoch: 1, baseSequence: 0 }, 1)
    append(log, [{ value: 'z' }], { ...transactional, baseSequence: 0 }, 1)
    for (let i = 0; i < 20; i++) append(log, [{ value: `${i}`.padEnd(150, '.') }], {}, 3)
    log.advanceHighWatermark(10)
    log.advanceLogStartOffset(1, 'delete-records')
    log.beginLeaderEpoch(6)
    target.openFuture(log, config)
    expect(both.views()[1]?.replicas).toMatchObject([{ isFuture: true, offsetLag: 23 }])
    while (target.copyToFuture(log, 500) > 0);
    const before = stateOf(log)
    const moved = target.promoteFuture({ topic: 't', partition: 0, config, current: log })
    both.deleteLog(log)
    expect(stateOf(moved)).toEqual(before)
    append(moved, [{ value: 'goes on' }], {}, 6)
    const then = { ...stateOf(moved), highWatermark: 10 }
    for (const directory of [source, target]) directory.close(1)
    const again = open(env)
    expect([...again.source.logs()]).toEqual([])
    expect(stateOf(again.target.log('t', 0)!)).toEqual(then)
  })

  it('REPL-18: an aborted transaction and what compaction left are copied as they are', () => {
    const env = testStorage(2)
    const { source, target } = open(env)
    const log = source.createLog(spec)
    const more = { producerId: 7, producerEpoch: 0, transactional: true }
    append(log, [{ value: 'gone' }], { ...more, baseSequence: 0 }, 1)
    const marker = { producerId: 7, producerEpoch: 0, coordinatorEpoch: 1, committed: false, timestampMs: 1_700_000_000_000 }
    log.appendAsLeader(encodeTransactionMarker(marker, codecs), { leaderEpoch: 1, origin: 'coordinator' })
    append(log, [{ value: 'stays' }], {}, 1)
    log.advanceHighWatermark(3)
    target.openFuture(log, config)
    while (target.copyToFuture(log, 500) > 0);
    const moved = target.promoteFuture({ topic: 't', partition: 0, config, current: log })
    expect(moved.abortedTransactions(0, 3)).toMatchObject([{ producerId: 7, firstOffset: 0 }])
    expect(moved.lastStableOffset).toBe(3)
  })

  it.each<Survival>(['everything', 'nothing', 'some'])(
    'REPL-18, DISK-38: a crash at any write loses nothing acknowledged and leaves one current log (%s of the unsynced survives)',
    survival => {
      const count = testStorage(1)
      expect(crashed(count, newWitness())).toBe(false)
      const changes = count.disk.changeCount
      expect(changes).toBeGreaterThan(100)
      for (let at = 1; at <= changes; at++) {
        const env = testStorage(at)
        const witness = newWitness()
        env.disk.crashAt = at
        crashed(env, witness)
        for (const directory of [witness.opened?.source, witness.opened?.target]) directory?.abandon()
        env.disk.restart(survival)
        checkAfter(env, witness, survival, `crash at change ${at}`)
      }
    },
    60_000,
  )
})

const stateOf = (log: PartitionLog) => ({
  records: readAll(log, 1),
  start: log.logStartOffset,
  end: log.logEndOffset,
  highWatermark: log.highWatermark,
  lastStable: log.lastStableOffset,
  epochs: [0, 1, 2, 3, 4, 5, 6, 7].map(epoch => log.endOffsetOfEpoch(epoch)),
  producers: log.producers(),
  topicId: log.topicId,
})
