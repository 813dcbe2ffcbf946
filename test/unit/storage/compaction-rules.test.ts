import { describe, expect, it } from 'vitest'
import {
  batchHasDeleteHorizon,
  batchBaseTimestamp,
  batchRecordCount,
  readBatchHeader,
} from '../../../broker-core/records/batch-header.ts'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import { groupSegments, judgeCleanable, type CleanableLog } from '../../../broker-core/storage/compaction/cleanable.ts'
import { OffsetMap } from '../../../broker-core/storage/compaction/offset-map.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import {
  append,
  codecs,
  createTestLog,
  openTestDirectory,
  readAll,
  readBatches,
  testStorage,
  text,
  type TestStorage,
} from './storage-env.ts'

const start = 1_700_000_000_000
const config = {
  'cleanup.policy': 'compact',
  'segment.bytes': '600',
  'index.interval.bytes': '100',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '1000',
  'file.delete.delay.ms': '0',
}

const logFiles = (env: TestStorage) => env.disk.paths().filter(path => path.includes('.log'))

/** Fills the active segment, so that everything before is in sealed ones. */
function seal(log: PartitionLog): void {
  for (let i = 0; i < 8; i++) append(log, [{ key: `fill${i}`, value: 'x'.repeat(100), timestampMs: start }])
  log.advanceHighWatermark(log.logEndOffset)
}

function marker(log: PartitionLog, committed: boolean, producerId = 5): void {
  const bytes = encodeTransactionMarker(
    { producerId, producerEpoch: 0, coordinatorEpoch: 0, committed, timestampMs: start },
    codecs,
  )
  expect(log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'coordinator' }).ok).toBe(true)
}

describe('compaction, rule by rule', () => {
  it('CLEAN-03: of each key the record with the highest offset stays, at its offset', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    for (let i = 0; i < 30; i++)
      append(log, [
        { key: `k${i % 3}`, value: `v${i}` },
        { key: 'same', value: `s${i}` },
      ])
    seal(log)
    const before = log.sizeBytes
    directory.runCompaction()
    const kept = readAll(log).filter(record => !record.key!.startsWith('fill'))
    expect(kept.map(({ offset, key, value }) => [offset, key, value])).toEqual([
      [54, 'k0', 'v27'],
      [56, 'k1', 'v28'],
      [58, 'k2', 'v29'],
      [59, 'same', 's29'],
    ])
    expect(log.sizeBytes).toBeLessThan(before / 2)
  })

  it('CLEAN-03: keyless records, as a leader before may have taken them, are dropped', () => {
    const { directory, log } = createTestLog(testStorage(), { ...config, 'cleanup.policy': 'delete', 'retention.ms': '-1' })
    append(log, [{ value: 'no key' }, { key: 'a', value: '1' }])
    log.reconfigure(config)
    seal(log)
    directory.runCompaction()
    expect(
      readAll(log)
        .filter(record => record.offset < 2)
        .map(record => record.key),
    ).toEqual(['a'])
  })

  it('CLEAN-04: a tombstone gets its horizon in the first pass and goes in one behind it', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    append(log, [{ key: 'gone', value: 'x' }])
    append(log, [{ key: 'gone', value: null, timestampMs: start + 5 }])
    seal(log)
    directory.runCompaction()
    const [batch] = readBatches(log)
    expect(batchHasDeleteHorizon(batch!, 0)).toBe(true)
    expect(batchBaseTimestamp(batch!, 0)).toBe(start + 1000)
    expect(readAll(log)[0]).toEqual({ offset: 1, key: 'gone', value: null, timestampMs: start + 5 })
    env.advance(500)
    seal(log)
    directory.runCompaction()
    expect(readAll(log)[0]!.key).toBe('gone')
    env.advance(501)
    seal(log)
    directory.runCompaction()
    expect(readAll(log)[0]!.key).not.toBe('gone')
  })

  it('CLEAN-05: aborted data goes at once, does not hide the committed value, and its marker goes two passes later', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    append(log, [{ key: 'a', value: 'committed' }])
    append(log, [{ key: 'a', value: 'aborted' }], { producerId: 5, producerEpoch: 0, baseSequence: 0, transactional: true })
    marker(log, false)
    append(log, [{ key: 'b', value: 'later' }], { producerId: 5, producerEpoch: 0, baseSequence: 1, transactional: true })
    marker(log, true)
    seal(log)
    expect(log.abortedTransactions(0, 5)).toEqual([expect.objectContaining({ producerId: 5, firstOffset: 1 })])
    directory.runCompaction()
    expect(
      readAll(log)
        .slice(0, 2)
        .map(record => record.value),
    ).toEqual(['committed', 'later'])
    const markerAt2 = () => readBatches(log).find(batch => readBatchHeader(batch).baseOffset === 2)
    expect(batchHasDeleteHorizon(markerAt2()!, 0)).toBe(false)
    expect(log.abortedTransactions(0, 5).length).toBe(1)
    seal(log)
    directory.runCompaction()
    expect(log.abortedTransactions(0, 5)).toEqual([])
    expect(batchHasDeleteHorizon(markerAt2()!, 0)).toBe(true)
    env.advance(1001)
    seal(log)
    directory.runCompaction()
    expect(markerAt2()).toBeUndefined()
    expect(readBatches(log).some(batch => readBatchHeader(batch).baseOffset === 4)).toBe(true)
  })

  it('CLEAN-05: data aborted by a marker in the active segment does not hide the committed value', () => {
    const { directory, log } = createTestLog(testStorage(), config)
    append(log, [{ key: 'a', value: 'committed' }])
    append(log, [{ key: 'a', value: 'aborted' }], {
      producerId: 5,
      producerEpoch: 0,
      baseSequence: 0,
      transactional: true,
    })
    seal(log)
    marker(log, false)
    log.advanceHighWatermark(log.logEndOffset)
    directory.runCompaction()
    expect(readAll(log)[0]!.value).toBe('committed')
  })

  it("CLEAN-06: the batch with a producer's last sequence stays as an empty one, so a duplicate is still known after a restart", () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    append(log, [{ key: 'a', value: '1' }], { producerId: 9, producerEpoch: 0, baseSequence: 0 })
    append(log, [{ key: 'a', value: '2' }], { producerId: 9, producerEpoch: 0, baseSequence: 1 })
    append(log, [{ key: 'a', value: '3' }])
    seal(log)
    directory.runCompaction()
    const first = readBatches(log)[0]!
    expect([readBatchHeader(first).baseOffset, batchRecordCount(first, 0), batchBaseTimestamp(first, 0)]).toEqual([1, 0, -1])
    expect(readBatchHeader(first)).toMatchObject({ producerId: 9, baseSequence: 1, lastOffsetDelta: 0 })
    directory.abandon()
    env.disk.restart('everything')
    const again = openTestDirectory(env, { configOf: () => config }).log('t', 0)!
    expect(append(again, [{ key: 'a', value: '2' }], { producerId: 9, producerEpoch: 0, baseSequence: 1 })).toBe(1)
  })

  it('CLEAN-07: small segments are merged up to segment.bytes', () => {
    const { directory, log } = createTestLog(testStorage(), config)
    for (let i = 0; i < 40; i++) append(log, [{ key: 'same', value: 'y'.repeat(100) }])
    seal(log)
    const segments = (directory.log('t', 0)! as unknown as { segments: { count: number; all: { sizeBytes: number }[] } }).segments
    const before = segments.count
    directory.runCompaction()
    for (let i = 0; i < 3; i++) {
      seal(log)
      directory.runCompaction()
    }
    expect(segments.count).toBeLessThan(before)
    for (const segment of segments.all) expect(segment.sizeBytes).toBeLessThanOrEqual(600)
  })

  it('CLEAN-08: more keys than the map holds are compacted in several passes, within its bytes', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config, { cleanerMapBytesMax: 24 * 20 })
    for (let round = 0; round < 3; round++) for (let i = 0; i < 60; i++) append(log, [{ key: `k${i}`, value: `${round}` }])
    seal(log)
    directory.runCompaction()
    const kept = readAll(log).filter(record => record.key!.startsWith('k'))
    expect(kept.map(record => record.value)).toEqual(Array.from({ length: 60 }, () => '2'))
  })

  it('CLEAN-01: the active segment, open transactions and young records are left alone', () => {
    const base: CleanableLog = {
      segments: [0, 100, 200, 300].map((baseOffset, i) => ({
        baseOffset,
        sizeBytes: 10,
        newestMs: i * 1000,
        firstBatchTimestampMs: i * 1000,
      })),
      logStartOffset: 0,
      logEndOffset: 350,
      lastStableOffset: 350,
      firstDirtyOffset: undefined,
      minCompactionLagMs: 0,
      maxCompactionLagMs: 1e15,
      minCleanableDirtyRatio: 0.5,
    }
    expect(judgeCleanable(base, 10_000)).toEqual({ firstDirtyOffset: 0, firstUncleanableOffset: 300, dirtyRatio: 1, isDue: true })
    expect(judgeCleanable({ ...base, lastStableOffset: 250 }, 10_000).firstUncleanableOffset).toBe(200)
    expect(judgeCleanable({ ...base, minCompactionLagMs: 9_500 }, 10_000).firstUncleanableOffset).toBe(100)
    expect(judgeCleanable({ ...base, firstDirtyOffset: 200 }, 10_000)).toMatchObject({ firstDirtyOffset: 200, isDue: false })
    expect(judgeCleanable({ ...base, firstDirtyOffset: 9999 }, 10_000).firstDirtyOffset).toBe(0)
    expect(judgeCleanable({ ...base, logStartOffset: 150, firstDirtyOffset: 20 }, 10_000).firstDirtyOffset).toBe(150)
  })

  it('CLEAN-02: due above the dirty ratio, or when the oldest dirty segment waited longer than max.compaction.lag.ms', () => {
    const log: CleanableLog = {
      segments: [0, 100, 200].map(baseOffset => ({
        baseOffset,
        sizeBytes: baseOffset === 100 ? 10 : 30,
        newestMs: 0,
        firstBatchTimestampMs: 1000,
      })),
      logStartOffset: 0,
      logEndOffset: 250,
      lastStableOffset: 250,
      firstDirtyOffset: 100,
      minCompactionLagMs: 0,
      maxCompactionLagMs: 5000,
      minCleanableDirtyRatio: 0.5,
    }
    expect(judgeCleanable(log, 6000)).toMatchObject({ dirtyRatio: 0.25, isDue: false })
    expect(judgeCleanable(log, 6001).isDue).toBe(true)
    expect(judgeCleanable({ ...log, minCleanableDirtyRatio: 0.2 }, 6000).isDue).toBe(true)
    expect(judgeCleanable({ ...log, minCleanableDirtyRatio: 0.25 }, 6000).isDue).toBe(false)
  })

  it('CLEAN-07: groups respect size, index and offset range', () => {
    const segments = [0, 10, 20, 30, 3e9].map(baseOffset => ({ baseOffset, sizeBytes: 40, indexEntries: 2 }))
    const sizes = (limits: { segmentBytes: number; indexEntriesMax: number }) =>
      groupSegments(segments, { ...limits, endOffset: 3e9 + 10 }).map(group => group.length)
    expect(sizes({ segmentBytes: 100, indexEntriesMax: 100 })).toEqual([2, 1, 1, 1])
    expect(sizes({ segmentBytes: 1000, indexEntriesMax: 6 })).toEqual([3, 1, 1])
    expect(sizes({ segmentBytes: 1000, indexEntriesMax: 100 })).toEqual([3, 1, 1])
  })

  it('CLEAN-09: a pass ends when its log is truncated, leaves no file behind, and the next round does it again', async () => {
    const env = testStorage()
    let reads = 0
    const { directory, log } = createTestLog(env, config)
    for (let i = 0; i < 30; i++) append(log, [{ key: `k${i % 3}`, value: `v${i}` }])
    seal(log)
    directory.startMaintenance({ cleanerBackoffMs: 10 })
    // The clock moves with every batch read, so that the pass is cut into many steps.
    const readClock = env.clock.monotonicMs
    Object.assign(env.clock, { monotonicMs: () => readClock() + reads++ })
    for (let i = 0; i < 200 && !env.disk.paths().some(path => path.endsWith('.log.cleaned')); i++) env.advance(1)
    expect(env.disk.paths().some(path => path.endsWith('.log.cleaned'))).toBe(true)
    log.truncateTo(log.logEndOffset - 1)
    env.advance(6)
    expect(env.disk.paths().filter(path => /cleaned|swap/.test(path))).toEqual([])
    expect(env.events).not.toContain('info log.compacted')
    for (let i = 0; i < 200 && !env.events.includes('info log.compacted'); i++) {
      env.advance(5)
      // What is synced beside the thread comes to its end.
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(env.events).toContain('info log.compacted')
    expect(
      readAll(log, 0)
        .slice(0, 3)
        .map(record => record.value),
    ).toEqual(['v27', 'v28', 'v29'])
  })

  it('CLEAN-10: a partition that cannot be compacted is left alone, the others go on', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    const other = directory.createLog({ topic: 't', partition: 1, topicId: 'abcdefghijklmnopqrstuA', config })
    for (const each of [log, other]) {
      for (let i = 0; i < 30; i++) append(each, [{ key: 'k', value: `v${i}` }])
      seal(each)
    }
    env.disk.bytesOf('data/t-0/00000000000000000000.log').fill(0, 8, 12)
    directory.runCompaction()
    expect(env.events.filter(event => event.includes('uncleanable'))).toHaveLength(1)
    expect(readAll(other).filter(record => record.key === 'k')).toHaveLength(1)
    expect(directory.failure).toBeUndefined()
  })

  it('CLEAN-10, DISK-31: a batch that has rotted on the disk is not given a fresh CRC: it stays as it is, and so does the partition', () => {
    for (const place of ['clean', 'dirty'] as const) {
      const env = testStorage()
      const { directory, log } = createTestLog(env, config)
      for (let i = 0; i < 60; i++)
        append(log, [
          { key: `k${i % 7}`, value: `v${i}` },
          { key: 'shared', value: `${i}` },
        ])
      if (place === 'clean') {
        seal(log)
        directory.runCompaction()
        for (let i = 0; i < 20; i++) append(log, [{ key: `k${i % 7}`, value: `w${i}` }])
      }
      seal(log)
      // In front of it lie others, whole ones.
      const rotten = logFiles(env).filter(path => path.endsWith('.log') && env.disk.sizeOf(path) > 500)[1] ?? ''
      env.disk.bytesOf(rotten)[70]! ^= 0x20
      const before = env.disk.bytesOf(rotten).slice()
      directory.runCompaction()
      expect(
        env.events.filter(event => event === 'error log.uncleanable'),
        place,
      ).toHaveLength(1)
      expect(env.disk.bytesOf(rotten), place).toEqual(before)
    }
  })

  it('a configuration changed at run time is obeyed in the next round', () => {
    const { directory, log } = createTestLog(testStorage(), { ...config, 'cleanup.policy': 'delete', 'retention.ms': '-1' })
    for (let i = 0; i < 30; i++) append(log, [{ key: 'k', value: `v${i}` }])
    seal(log)
    directory.runCompaction()
    expect(readAll(log).filter(record => record.key === 'k')).toHaveLength(30)
    log.reconfigure(config)
    directory.runCompaction()
    expect(readAll(log).filter(record => record.key === 'k')).toHaveLength(1)
  })
})

describe('offset map', () => {
  it('CLEAN-08: holds the newest offset of each key, and refuses a key too many instead of growing', () => {
    const map = new OffsetMap(24 * 100, 1_000_000, 7)
    let taken = 0
    for (let i = 0; i < 200; i++) {
      const key = text(`key ${i} ${'x'.repeat(i % 40)}`)
      if (map.put(key, 0, key.length, i)) taken++
    }
    expect(taken).toBe(75)
    const key = text('key 3 xxx')
    expect(map.get(key, 0, key.length)).toBe(3)
    expect(map.put(key, 0, key.length, 500)).toBe(true)
    expect(map.get(key, 0, key.length)).toBe(500)
    const unknown = text('unknown')
    expect(map.get(unknown, 0, unknown.length)).toBe(-1)
  })
})
