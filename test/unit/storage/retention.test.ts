import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countToDelete, type RetentionLimits, type SegmentSummary } from '../../../broker-core/storage/retention.ts'
import { crc32c } from '../../../broker-core/env/node/checksum.ts'
import { batchCrcIsValid, stampMaxTimestamp } from '../../../broker-core/records/batch-header.ts'
import { append, batchOf, createTestLog, openTestDirectory, readAll, readBatches, testStorage } from './storage-env.ts'

const start = 1_700_000_000_000
const limits: RetentionLimits = {
  deletesByPolicy: true,
  retentionMs: -1,
  retentionBytes: -1,
  logStartOffset: 0,
  highWatermark: 400,
  nowMs: 10_000,
}

const four: SegmentSummary[] = [0, 100, 200, 300].map((baseOffset, i) => ({
  baseOffset,
  endOffset: baseOffset + 100,
  sizeBytes: 50,
  newestMs: i * 1000,
  isActive: baseOffset === 300,
}))

describe('which segments go', () => {
  it('RET-02: those older than retention.ms by their largest timestamp, up to the first that may stay', () => {
    expect(countToDelete(four, { ...limits, retentionMs: 8500 })).toBe(2)
    expect(countToDelete(four, { ...limits, retentionMs: 10_000 })).toBe(0)
    const future = four.map((segment, i) => (i === 1 ? { ...segment, newestMs: 1e12 } : segment))
    expect(countToDelete(future, { ...limits, retentionMs: 1 })).toBe(1)
  })

  it('RET-03: while the rest without them still reaches retention.bytes', () => {
    expect([0, 49, 50, 51, 149, 150, 151, 200].map(retentionBytes => countToDelete(four, { ...limits, retentionBytes }))).toEqual(
      [4, 3, 3, 2, 1, 1, 0, 0],
    )
  })

  it('RET-04: those below the log start, whatever the policy', () => {
    expect(countToDelete(four, { ...limits, deletesByPolicy: false, logStartOffset: 250 })).toBe(2)
    expect(countToDelete(four, { ...limits, deletesByPolicy: false, logStartOffset: 200 })).toBe(2)
    expect(countToDelete(four, { ...limits, deletesByPolicy: false, logStartOffset: 199 })).toBe(1)
  })

  it('RET-05: never at or above the high watermark', () => {
    expect(
      [0, 99, 100, 299, 400].map(highWatermark => countToDelete(four, { ...limits, retentionMs: 0, highWatermark })),
    ).toEqual([0, 0, 1, 2, 4])
  })

  it('RET-01: a property: what goes is a prefix, each of it had a reason, and the next one had none', () => {
    const segment = fc.record({ sizeBytes: fc.nat(100), newestMs: fc.nat(10_000), length: fc.integer({ min: 1, max: 50 }) })
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: -1, max: 10_000 }),
        fc.integer({ min: -1, max: 400 }),
        fc.nat(300),
        (shapes, retentionMs, retentionBytes, highWatermark) => {
          let baseOffset = 0
          const segments = shapes.map(({ sizeBytes, newestMs, length }, i) => {
            const made = {
              baseOffset,
              endOffset: baseOffset + length,
              sizeBytes: sizeBytes + 1,
              newestMs,
              isActive: i === shapes.length - 1,
            }
            baseOffset += length
            return made
          })
          const count = countToDelete(segments, { ...limits, retentionMs, retentionBytes, highWatermark })
          const restFrom = (index: number) => segments.slice(index).reduce((sum, one) => sum + one.sizeBytes, 0)
          const hasReason = (index: number) => {
            const one = segments[index]!
            const isOld = retentionMs >= 0 && limits.nowMs - one.newestMs > retentionMs
            const isSurplus = retentionBytes >= 0 && restFrom(index + 1) >= retentionBytes
            return one.endOffset <= highWatermark && (isOld || isSurplus)
          }
          for (let i = 0; i < count; i++) expect(hasReason(i)).toBe(true)
          if (count < segments.length) expect(hasReason(count)).toBe(false)
        },
      ),
    )
  })
})

describe('retention on a log', () => {
  const config = { 'segment.bytes': '400', 'retention.ms': '1000', 'file.delete.delay.ms': '500' }

  it('RET-05, RET-06: deletes files in two steps, moves the log start, and leaves an empty active segment', () => {
    const env = testStorage(1, start)
    const { directory, log } = createTestLog(env, config)
    directory.startMaintenance({ retentionCheckMs: 100 })
    for (let i = 0; i < 10; i++) append(log, [{ value: 'x'.repeat(100), timestampMs: start }])
    env.advance(5000)
    expect(log.logStartOffset).toBe(0)
    log.advanceHighWatermark(10)
    env.advance(101)
    expect([log.logStartOffset, log.logEndOffset, log.sizeBytes]).toEqual([10, 10, 0])
    const files = (pattern: RegExp) => env.disk.list('data/t-0').filter(name => pattern.test(name))
    expect(files(/\.deleted$/).length).toBeGreaterThan(3)
    expect(files(/\.log$/)).toEqual(['00000000000000000010.log'])
    env.advance(600)
    expect(files(/\.deleted$/)).toEqual([])
    expect(append(log, [{}])).toBe(10)
    directory.close(1)
    expect(openTestDirectory(env).log('t', 0)!.logStartOffset).toBe(10)
  })

  it('RET-02: records without a time go by the time of the last append', () => {
    const env = testStorage(1, start)
    const { directory, log } = createTestLog(env, config)
    append(log, [{ timestampMs: -1 }])
    log.advanceHighWatermark(1)
    env.advance(1000)
    directory.runRetention()
    expect(log.logStartOffset).toBe(0)
    env.advance(1)
    directory.runRetention()
    expect(log.logStartOffset).toBe(1)
  })

  it('RET-02, CLEAN-07: nor does a restart, or a compaction, make them young again', () => {
    const env = testStorage(1, start)
    const both = { ...config, 'cleanup.policy': 'compact,delete', 'min.cleanable.dirty.ratio': '0.01', 'retention.ms': '5000' }
    const before = createTestLog(env, both)
    for (let i = 0; i < 6; i++) append(before.log, [{ key: `${i}`, value: 'x'.repeat(150), timestampMs: -1 }])
    before.log.advanceHighWatermark(6)
    env.advance(3000)
    before.directory.runCompaction()
    before.directory.close(1)
    const directory = openTestDirectory(env, { configOf: () => both })
    const log = directory.log('t', 0)!
    directory.runRetention()
    expect(log.logStartOffset).toBe(0)
    env.advance(2001)
    directory.runRetention()
    expect(log.logStartOffset).toBe(6)
  })

  it('RET-02: a time to come that only the header of a batch claims keeps nothing', () => {
    for (const compression of ['none', 'zstd'] as const) {
      const env = testStorage(1, start)
      const { directory, log } = createTestLog(env, config)
      const bytes = batchOf([{ timestampMs: start - 5 }, { timestampMs: start - 3 }, { timestampMs: start - 4 }], { compression })
      stampMaxTimestamp(bytes, 0, start + 1e12, crc32c)
      expect(log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'client' }).ok).toBe(true)
      log.advanceHighWatermark(3)
      expect(log.offsetOfMaxTimestamp(3)).toMatchObject({ offset: 1, timestampMs: start - 3 })
      expect(batchCrcIsValid(readBatches(log)[0]!, 0, crc32c)).toBe(true)
      env.advance(2000)
      directory.runRetention()
      expect(log.logStartOffset, compression).toBe(3)
    }
  })

  it('RET-07: compact alone keeps by age what compact,delete drops; an empty policy keeps everything', () => {
    for (const [policy, expected] of [
      ['compact', 0],
      ['', 0],
      ['compact,delete', 4],
    ] as const) {
      const env = testStorage(1, start)
      const { directory, log } = createTestLog(env, { ...config, 'cleanup.policy': policy })
      for (let i = 0; i < 4; i++) append(log, [{ key: 'k', value: 'x'.repeat(200), timestampMs: start }])
      log.advanceHighWatermark(4)
      env.advance(2000)
      directory.runRetention()
      expect(log.logStartOffset).toBe(expected)
    }
  })

  it('RET-08, RET-04: DeleteRecords raises the log start at once, also inside a segment; whole segments below it go in the next round', () => {
    const env = testStorage(1, start)
    const { directory, log } = createTestLog(env, { ...config, 'retention.ms': '-1', 'cleanup.policy': 'compact' })
    for (let i = 0; i < 10; i++) append(log, [{ key: `${i}`, value: 'x'.repeat(100) }])
    log.advanceHighWatermark(10)
    expect(log.advanceLogStartOffset(5, 'delete-records')).toBe(true)
    expect(log.advanceLogStartOffset(4, 'delete-records')).toBe(false)
    expect(readAll(log)[0]!.offset).toBe(5)
    directory.runRetention()
    expect(
      env.disk
        .list('data/t-0')
        .filter(name => name.endsWith('.log'))
        .sort()[0],
    ).toBe('00000000000000000004.log')
    directory.close(1)
    expect(openTestDirectory(env).log('t', 0)!.logStartOffset).toBe(5)
  })

  it('a retention changed at run time is obeyed in the next round', () => {
    const env = testStorage(1, start)
    const { directory, log } = createTestLog(env, { ...config, 'retention.ms': '-1' })
    for (let i = 0; i < 6; i++) append(log, [{ value: 'x'.repeat(200), timestampMs: start }])
    log.advanceHighWatermark(6)
    directory.runRetention()
    expect(log.logStartOffset).toBe(0)
    log.reconfigure({ ...config, 'retention.ms': '-1', 'retention.bytes': '300' })
    directory.runRetention()
    expect(log.logStartOffset).toBe(4)
  })
})
