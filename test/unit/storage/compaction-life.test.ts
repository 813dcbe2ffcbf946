import { describe, expect, it } from 'vitest'
import { batchBaseOffset, batchCompression, readBatchHeader } from '../../../broker-core/records/batch-header.ts'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import { StorageFailure, type PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { append, codecs, createTestLog, openTestDirectory, readAll, readBatches, testStorage } from './storage-env.ts'

const start = 1_700_000_000_000
const config = {
  'cleanup.policy': 'compact',
  'segment.bytes': '600',
  'index.interval.bytes': '100',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '0',
  'file.delete.delay.ms': '0',
}

/** Fills the active segment, so that everything before is in sealed ones. */
function seal(log: PartitionLog): void {
  for (let i = 0; i < 8; i++) append(log, [{ key: `fill${i}`, value: 'x'.repeat(100), timestampMs: start }])
  log.advanceHighWatermark(log.logEndOffset)
}

function abort(log: PartitionLog, producerId: number): void {
  const marker = { producerId, producerEpoch: 0, coordinatorEpoch: 0, committed: false, timestampMs: start }
  log.appendAsLeader(encodeTransactionMarker(marker, codecs), { leaderEpoch: 0, origin: 'coordinator' })
}

const valuesOf = (log: PartitionLog, key: string) =>
  readAll(log)
    .filter(record => record.key === key)
    .map(record => record.value)

describe('compaction while a log lives', () => {
  it('CLEAN-09: what is written anew after a truncation is dirty, also when the process is killed', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    append(log, [{ key: 'k', value: 'old' }])
    seal(log)
    seal(log)
    directory.runCompaction()
    log.truncateTo(3)
    append(log, [{ key: 'k', value: 'new' }])
    seal(log)
    seal(log)
    directory.abandon()
    const second = openTestDirectory(env, { configOf: () => config })
    const again = second.log('t', 0)!
    again.advanceHighWatermark(again.logEndOffset)
    second.runCompaction()
    expect(valuesOf(again, 'k')).toEqual(['new'])
  })

  it('CLEAN-09, REPL-18: a log is not compacted while it is copied: the copy had records, but not what took them back', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    const target = openTestDirectory(env, { path: 'other', configOf: () => config })
    append(log, [{ key: 'gone', value: 'still here' }])
    append(log, [{ key: 'a', value: 'aborted' }], { producerId: 5, producerEpoch: 0, baseSequence: 0, transactional: true })
    target.openFuture(log, config)
    target.copyToFuture(log, 1_000)
    append(log, [{ key: 'gone', value: null }])
    abort(log, 5)
    for (let round = 0; round < 4; round++) {
      seal(log)
      env.advance(1)
      directory.runCompaction()
    }
    while (target.copyToFuture(log, 1_000) > 0);
    target.promoteFuture({ topic: 't', partition: 0, config, current: log })
    directory.deleteLog('t', 0)
    target.close(1)
    const again = openTestDirectory(env, { path: 'other', configOf: () => config }).log('t', 0)!
    expect(valuesOf(again, 'gone')).toEqual(['still here', null])
    expect(again.lastStableOffset).toBe(again.logEndOffset)
  })

  it('CLEAN-09, REPL-18: a log whose copy was given up is compacted again', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    const target = openTestDirectory(env, { path: 'other', configOf: () => config })
    for (let i = 0; i < 10; i++) append(log, [{ key: 'k', value: `${i}`.padEnd(100, '.') }])
    seal(log)
    target.openFuture(log, config)
    directory.runCompaction()
    expect(valuesOf(log, 'k')).toHaveLength(10)
    target.deleteFuture('t', 0)
    directory.runCompaction()
    expect(valuesOf(log, 'k')).toHaveLength(1)
    for (let i = 0; i < 10; i++) append(log, [{ key: 'k', value: `${i}`.padEnd(100, '.') }])
    seal(log)
    target.openFuture(log, config)
    env.disk.refuse = (_operation, path) => (path.startsWith('other/') ? 'io' : undefined)
    expect(() => target.copyToFuture(log, 1_000)).toThrow(StorageFailure)
    directory.runCompaction()
    expect(valuesOf(log, 'k')).toHaveLength(1)
  })

  it('CLEAN-01: records without a time are young until their file is', () => {
    const env = testStorage()
    const lagging = { ...config, 'min.compaction.lag.ms': '1000' }
    const { directory, log } = createTestLog(env, lagging)
    for (let i = 0; i < 20; i++) append(log, [{ key: 'k', value: `${i}`.padEnd(100, '.'), timestampMs: -1 }])
    log.advanceHighWatermark(log.logEndOffset)
    directory.runCompaction()
    expect(readAll(log)).toHaveLength(20)
    env.advance(1001)
    directory.runCompaction()
    expect(readAll(log).length).toBeLessThan(10)
  })

  it('CLEAN-01: a topic that is compacted no more keeps what the pass under way has not got to', async () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    for (let i = 0; i < 30; i++) append(log, [{ key: 'k', value: `${i}` }])
    seal(log)
    let now = 0
    const readClock = env.clock.monotonicMs
    Object.assign(env.clock, { monotonicMs: () => readClock() + now++ })
    directory.startMaintenance({ cleanerBackoffMs: 10 })
    for (let i = 0; i < 200 && !env.disk.paths().some(path => path.endsWith('.log.cleaned')); i++) env.advance(1)
    expect(env.disk.paths().some(path => path.endsWith('.log.cleaned'))).toBe(true)
    log.reconfigure({ ...config, 'cleanup.policy': 'delete', 'retention.ms': '-1' })
    for (let i = 0; i < 50; i++) {
      env.advance(10)
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(valuesOf(log, 'k')).toHaveLength(30)
    expect(env.disk.paths().filter(path => path.endsWith('.cleaned'))).toEqual([])
  })

  it('CLEAN-02: what ends in a gap, and lost its checkpoint, is compacted once and not read again and again', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    const inTransaction = { producerId: 5, producerEpoch: 0, transactional: true }
    append(log, [{ key: 'first', value: 'x'.repeat(150) }])
    append(log, [{ key: 'second', value: 'x'.repeat(200) }])
    append(log, [{ key: 'third', value: 'aborted' }], { ...inTransaction, baseSequence: 0 })
    abort(log, 5)
    append(log, [{ key: 'fourth', value: 'aborted' }], { ...inTransaction, baseSequence: 1 })
    abort(log, 5)
    log.advanceHighWatermark(log.logEndOffset)
    directory.runCompaction()
    expect(readBatches(log).map(batch => batchBaseOffset(batch, 0))).toEqual([0, 1, 3, 4, 5])
    directory.close(1)
    env.disk.remove('data/cleaner-offset-checkpoint')
    const second = openTestDirectory(env, { configOf: () => config })
    second.runCompaction()
    let reads = 0
    env.disk.refuse = operation => {
      if (operation === 'read') reads++
      return undefined
    }
    second.runCompaction()
    expect(reads).toBe(0)
  })

  it('CLEAN-04: batches of another codec than the topic has now are written anew with their own', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    for (let i = 0; i < 20; i++)
      append(
        log,
        [
          { key: `k${i}`, value: `v${i}`.padEnd(50, '.') },
          { key: 'same', value: `${i}` },
        ],
        { compression: 'gzip' },
      )
    seal(log)
    log.reconfigure({ ...config, 'compression.type': 'zstd', 'compression.zstd.level': '19' })
    directory.runCompaction()
    expect(env.events.filter(event => event.includes('uncleanable'))).toEqual([])
    expect(valuesOf(log, 'same')).toEqual(['19'])
    const first = readBatches(log)[0]!
    expect([readBatchHeader(first).baseOffset, batchCompression(first, 0)]).toEqual([0, 'gzip'])
  })
})
