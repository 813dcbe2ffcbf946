import { describe, expect, it } from 'vitest'
import {
  batchBaseOffset,
  batchCompression,
  batchCrcIsValid,
  batchIsLogAppendTime,
  batchLeaderEpoch,
  batchMaxTimestamp,
  stampCrc,
} from '../../../broker-core/records/batch-header.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { append, batchOf, codecs, createTestLog, readAll, readBatches, testStorage, type SimpleRecord } from './storage-env.ts'
import type { BatchToWrite } from '../../../broker-core/records/batch-writer.ts'

const start = 1_700_000_000_000

function rejection(log: PartitionLog, bytes: Uint8Array, produceVersion?: number) {
  const end = log.logEndOffset
  const result = log.appendAsLeader(bytes, {
    leaderEpoch: 0,
    origin: 'client',
    ...(produceVersion === undefined ? {} : { produceVersion }),
  })
  expect(result.ok).toBe(false)
  expect(log.logEndOffset).toBe(end)
  return result.ok ? undefined : result.rejection
}

const oneBatch = (records: readonly SimpleRecord[] = [{ value: 'a' }], more: Omit<BatchToWrite, 'records'> = {}) =>
  batchOf(records, more)

describe('leader append', () => {
  it('PROD-01: more than one batch, another magic, an empty set are INVALID_RECORD; zstd before v7 is refused', () => {
    const { log } = createTestLog(testStorage())
    const two = new Uint8Array([...oneBatch(), ...oneBatch()])
    expect(rejection(log, two)?.error).toBe('INVALID_RECORD')
    expect(rejection(log, new Uint8Array(0))?.error).toBe('INVALID_RECORD')
    const old = oneBatch()
    old[16] = 1
    expect(rejection(log, old)?.error).toBe('INVALID_RECORD')
    expect(rejection(log, oneBatch([{ value: 'z'.repeat(500) }], { compression: 'zstd' }), 6)?.error).toBe(
      'UNSUPPORTED_COMPRESSION_TYPE',
    )
  })

  it('PROD-02: base offset, record count, control bit and missing sequence are INVALID_RECORD', () => {
    const { log } = createTestLog(testStorage())
    expect(rejection(log, oneBatch([{}], { baseOffset: 5 }))?.error).toBe('INVALID_RECORD')
    expect(rejection(log, oneBatch([{}, {}], { lastOffsetDelta: 2 }))?.error).toBe('INVALID_RECORD')
    expect(rejection(log, oneBatch([{}], { control: true }))?.error).toBe('INVALID_RECORD')
    expect(rejection(log, oneBatch([{}], { producerId: 4, producerEpoch: 0 }))?.error).toBe('INVALID_RECORD')
  })

  it('PROD-03: too large for max.message.bytes, too large for a segment, wrong CRC', () => {
    const { log } = createTestLog(testStorage(), { 'max.message.bytes': '200', 'segment.bytes': '10000' })
    expect(rejection(log, oneBatch([{ value: 'x'.repeat(200) }]))?.error).toBe('MESSAGE_TOO_LARGE')
    const small = createTestLog(testStorage(), { 'segment.bytes': '150' }).log
    expect(rejection(small, oneBatch([{ value: 'x'.repeat(200) }]))?.error).toBe('RECORD_LIST_TOO_LARGE')
    const torn = oneBatch()
    torn[torn.length - 1]! ^= 1
    expect(rejection(log, torn)?.error).toBe('CORRUPT_MESSAGE')
    expect(rejection(log, oneBatch().subarray(0, 60))?.error).toBe('CORRUPT_MESSAGE')
  })

  it('PROD-04: a keyless record on a compacted topic is refused with its index; without compaction it is not', () => {
    const { log } = createTestLog(testStorage(), { 'cleanup.policy': 'compact,delete' })
    const refused = rejection(log, oneBatch([{ key: 'a' }, { value: 'b' }, { key: 'c' }, { value: 'd' }]))
    expect(refused?.error).toBe('INVALID_RECORD')
    expect(refused?.recordErrors?.map(error => error.batchIndex)).toEqual([1, 3])
    log.reconfigure({})
    expect(append(log, [{ value: 'b' }])).toBe(0)
  })

  it('PROD-05: create times out of bounds are INVALID_TIMESTAMP, the whole batch', () => {
    const env = testStorage(1, start)
    const { log } = createTestLog(env, { 'message.timestamp.before.max.ms': '1000', 'message.timestamp.after.max.ms': '500' })
    expect(rejection(log, oneBatch([{ timestampMs: start }, { timestampMs: start - 1001 }]))?.error).toBe('INVALID_TIMESTAMP')
    expect(rejection(log, oneBatch([{ timestampMs: start + 501 }]))).toMatchObject({
      error: 'INVALID_TIMESTAMP',
      recordErrors: [{ batchIndex: 0 }],
    })
    expect(append(log, [{ timestampMs: start - 1000 }, { timestampMs: start + 500 }])).toBe(0)
    expect(rejection(log, oneBatch([{}], { logAppendTimeMs: start }))?.error).toBe('INVALID_TIMESTAMP')
  })

  it('PROD-05: with LogAppendTime the broker sets time, attribute bit and CRC, and says so', () => {
    const env = testStorage(1, start)
    const { log } = createTestLog(env, { 'message.timestamp.type': 'LogAppendTime' })
    env.advance(77)
    const result = log.appendAsLeader(oneBatch([{ timestampMs: 5 }, { timestampMs: 6 }]), { leaderEpoch: 3, origin: 'client' })
    expect(result).toMatchObject({ ok: true, logAppendTimeMs: start + 77 })
    const [batch] = readBatches(log)
    expect([batchIsLogAppendTime(batch!, 0), batchMaxTimestamp(batch!, 0), batchCrcIsValid(batch!, 0, codecs.crc32c)]).toEqual([
      true,
      start + 77,
      true,
    ])
    expect(readAll(log).map(record => record.timestampMs)).toEqual([start + 77, start + 77])
    expect(log.offsetForTime(start + 77, 2)?.offset).toBe(0)
  })

  it("PROD-06: compression.type=producer keeps the client's codec, another one recompresses", () => {
    const { log } = createTestLog(testStorage())
    const records = Array.from({ length: 20 }, (_, i) => ({ key: `k${i}`, value: 'text '.repeat(20) }))
    append(log, records, { compression: 'gzip' })
    for (const type of ['lz4', 'uncompressed', 'zstd', 'snappy']) {
      log.reconfigure({ 'compression.type': type })
      append(log, records, { compression: 'gzip' })
    }
    const batches = readBatches(log, 0, 1)
    expect(batches.map(batch => batchCompression(batch, 0))).toEqual(['gzip', 'lz4', 'none', 'zstd', 'snappy'])
    expect(readAll(log).map(({ key, value }) => ({ key, value }))).toEqual(Array.from({ length: 5 }, () => records).flat())
  })

  it('PROD-07, PROD-13: offsets and epoch are stamped in place, outside of the CRC', () => {
    const { log } = createTestLog(testStorage())
    expect(append(log, [{}, {}, {}], {}, 4)).toBe(0)
    expect(append(log, [{}, {}], {}, 7)).toBe(3)
    const [, second] = readBatches(log, 0, 1)
    expect([batchBaseOffset(second!, 0), batchLeaderEpoch(second!, 0), batchCrcIsValid(second!, 0, codecs.crc32c)]).toEqual([
      3,
      7,
      true,
    ])
    expect([log.endOffsetOfEpoch(4), log.endOffsetOfEpoch(7)]).toEqual([
      { epoch: 4, endOffset: 3 },
      { epoch: 7, endOffset: 5 },
    ])
  })

  it('an append is one write to the log file and none to any other', () => {
    const env = testStorage()
    const { log } = createTestLog(env)
    append(log, [{ value: 'x'.repeat(5000) }])
    const before = env.disk.changeCount
    for (let i = 0; i < 100; i++) append(log, [{ value: 'x'.repeat(5000) }])
    expect(env.disk.changeCount - before).toBe(100)
  })
})

describe('PROD-12: a segment rolls', () => {
  const segmentsOf = (log: PartitionLog) =>
    (log as unknown as { segments: { all: { baseOffset: number }[] } }).segments.all.map(segment => segment.baseOffset)

  it('when the batch would exceed segment.bytes', () => {
    const { log } = createTestLog(testStorage(), { 'segment.bytes': '1000' })
    for (let i = 0; i < 5; i++) append(log, [{ value: 'x'.repeat(400) }])
    expect(segmentsOf(log)).toEqual([0, 2, 4])
  })

  it("when its first batch is older than segment.ms, by the records' time, not the clock", () => {
    const env = testStorage()
    const { log } = createTestLog(env, { 'segment.ms': '1000' })
    append(log, [{ timestampMs: start }])
    env.advance(5000)
    append(log, [{ timestampMs: start + 1000 }])
    append(log, [{ timestampMs: start + 1001 }])
    expect(segmentsOf(log)).toEqual([0, 2])
  })

  it('by the clock when its records have no time', () => {
    const env = testStorage()
    const { log } = createTestLog(env, { 'segment.ms': '1000' })
    append(log, [{ timestampMs: -1 }])
    append(log, [{ timestampMs: -1 }])
    env.advance(1001)
    append(log, [{ timestampMs: -1 }])
    expect(segmentsOf(log)).toEqual([0, 2])
  })

  it('earlier by a random jitter', () => {
    const rolledAt = [1, 2, 3, 4, 5].map(seed => {
      const { log } = createTestLog(testStorage(seed), { 'segment.ms': '1000', 'segment.jitter.ms': '800' })
      append(log, [{ timestampMs: start }])
      for (let ms = 0; ms < 1100; ms += 10) {
        append(log, [{ timestampMs: start + ms }])
        if (segmentsOf(log).length > 1) return ms
      }
      return -1
    })
    for (const ms of rolledAt) expect(ms).toBeGreaterThan(199)
    for (const ms of rolledAt) expect(ms).toBeLessThanOrEqual(1010)
    expect(new Set(rolledAt).size).toBeGreaterThan(2)
  })

  it('when an index is full', () => {
    const { log } = createTestLog(testStorage(), { 'segment.index.bytes': '40', 'index.interval.bytes': '1' })
    for (let i = 0; i < 12; i++) append(log, [{ timestampMs: start + i }])
    // The time index holds floor(40 / 12) - 1 = 2 entries beside the slot kept free; the first batch gets none.
    expect(segmentsOf(log)).toEqual([0, 3, 6, 9])
  })

  it('DISK-36: when an offset would lie more than 2147483647 above its base', () => {
    const { log } = createTestLog(testStorage())
    const follow = (baseOffset: number) =>
      log.appendAsFollower(batchOf([{}], { baseOffset, leaderEpoch: 0 }), { leaderEpochMax: 0 })
    follow(0)
    follow(2147483647)
    expect(segmentsOf(log)).toEqual([0])
    follow(2147483648)
    expect(segmentsOf(log)).toEqual([0, 2147483648])
    follow(9e9)
    expect(segmentsOf(log)).toEqual([0, 2147483648, 9e9])
    expect(readAll(log, 5_000_000_000).map(record => record.offset)).toEqual([9e9])
    expect(readAll(log).map(record => record.offset)).toEqual([0, 2147483647, 2147483648, 9e9])
  })

  it('max.compaction.lag.ms bounds the age on compacted topics', () => {
    const { log } = createTestLog(testStorage(), {
      'segment.ms': '100000',
      'max.compaction.lag.ms': '500',
      'cleanup.policy': 'compact',
    })
    append(log, [{ key: 'a', timestampMs: start }])
    append(log, [{ key: 'a', timestampMs: start + 501 }])
    expect(segmentsOf(log)).toEqual([0, 1])
  })
})

describe('follower append', () => {
  it('REPL-15: stops at a batch of a later epoch than the one it fetches with', () => {
    const { log } = createTestLog(testStorage())
    const bytes = new Uint8Array([
      ...batchOf([{}], { baseOffset: 0, leaderEpoch: 1 }),
      ...batchOf([{}], { baseOffset: 1, leaderEpoch: 2 }),
    ])
    expect(log.appendAsFollower(bytes, { leaderEpochMax: 1 })).toEqual({ lastOffset: 0, batchCount: 1 })
    expect(log.logEndOffset).toBe(1)
  })

  it('refuses bytes with a wrong CRC or that do not follow on, and ignores a partial batch at the end', () => {
    const { log } = createTestLog(testStorage())
    const bad = batchOf([{ value: 'abc' }], { baseOffset: 0, leaderEpoch: 0 })
    bad[bad.length - 2]! ^= 8
    expect(() => log.appendAsFollower(bad, { leaderEpochMax: 0 })).toThrow(/CRC/)
    const good = batchOf([{ value: 'abc' }, {}], { baseOffset: 0, leaderEpoch: 0 })
    expect(log.appendAsFollower(new Uint8Array([...good, ...good.subarray(0, 30)]), { leaderEpochMax: 0 }).batchCount).toBe(1)
    expect(() => log.appendAsFollower(batchOf([{}], { baseOffset: 1, leaderEpoch: 0 }), { leaderEpochMax: 0 })).toThrow(/follow/)
    expect(log.logEndOffset).toBe(2)
  })

  it('nothing of what a leader sent is taken when a part of it is damaged, its epochs neither', () => {
    const { log } = createTestLog(testStorage())
    const bytes = new Uint8Array([
      ...batchOf([{}], { baseOffset: 0, leaderEpoch: 5 }),
      ...batchOf([{ value: 'abc' }], { baseOffset: 1, leaderEpoch: 6 }),
    ])
    bytes[bytes.length - 2]! ^= 1
    expect(() => log.appendAsFollower(bytes, { leaderEpochMax: 9 })).toThrow(/CRC/)
    expect([log.logEndOffset, log.latestEpoch]).toEqual([0, undefined])
  })

  it('REPL-11: takes epochs from the batches', () => {
    const { log } = createTestLog(testStorage())
    for (const [baseOffset, leaderEpoch] of [
      [0, 1],
      [1, 1],
      [2, 4],
      [3, 6],
    ] as const) {
      log.appendAsFollower(batchOf([{}], { baseOffset, leaderEpoch }), { leaderEpochMax: 9 })
    }
    expect([0, 1, 2, 4, 5, 6, 7].map(epoch => log.endOffsetOfEpoch(epoch))).toEqual([
      { epoch: 0, endOffset: 0 },
      { epoch: 1, endOffset: 2 },
      { epoch: 1, endOffset: 2 },
      { epoch: 4, endOffset: 3 },
      { epoch: 4, endOffset: 3 },
      { epoch: 6, endOffset: 4 },
      { epoch: -1, endOffset: -1 },
    ])
    expect([0, 2, 3, 9].map(offset => log.epochOfOffset(offset))).toEqual([1, 4, 6, 6])
  })
})

describe('reads', () => {
  it('FETCH-03, FETCH-05: whole batches from the one that holds the offset; the first one even when it is larger than allowed', () => {
    for (const tailBytesMax of [0, 16 << 20]) {
      const { log } = createTestLog(testStorage(), {}, { tailBytesMax })
      for (let i = 0; i < 5; i++) append(log, [{ value: `${i}a`.padEnd(100) }, { value: `${i}b` }])
      const read = (fromOffset: number, maxBytes: number, belowOffset = 10, atLeastOneBatch = true) => {
        const { firstBatchBaseOffset, nextOffset, sizeBytes, chunks } = log.read({
          fromOffset,
          maxBytes,
          belowOffset,
          atLeastOneBatch,
        })
        expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(sizeBytes)
        return [firstBatchBaseOffset, nextOffset]
      }
      expect(read(3, 1)).toEqual([2, 4])
      expect(read(3, 1, 10, false)).toEqual([-1, 3])
      expect(read(3, 400)).toEqual([2, 6])
      expect(read(0, 1e6)).toEqual([0, 10])
      expect(read(0, 1e6, 7)).toEqual([0, 6])
      expect(read(5, 1e6, 5)).toEqual([-1, 5])
      expect(read(10, 1e6)).toEqual([-1, 10])
    }
  })

  it('the tail comes from memory as views on what was appended, within one budget for all logs', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, {}, { tailBytesMax: 16_000 })
    const other = directory.createLog({ topic: 't', partition: 1, topicId: 'abcdefghijklmnopqrstuA', config: {} })
    const bytes = batchOf([{ value: 'x'.repeat(5000) }])
    log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'client' })
    env.disk.refuse = operation => (operation === 'read' ? 'io' : undefined)
    const { chunks } = log.read({ fromOffset: 0, maxBytes: 1e6, belowOffset: 1, atLeastOneBatch: true })
    expect(chunks[0]!.buffer).toBe(bytes.buffer)
    env.disk.refuse = () => undefined
    for (let i = 0; i < 3; i++) append(other, [{ value: 'y'.repeat(5000) }])
    expect(readAll(log).length).toBe(1)
    env.disk.refuse = operation => (operation === 'read' ? 'io' : undefined)
    expect(readAll(other, 2).length).toBe(1)
    expect(() => readAll(log)).toThrow(/storage failed/)
  })

  it('small appends share a slab in memory, so that they cost little more than their bytes', () => {
    const env = testStorage()
    const { log } = createTestLog(env, {}, { tailBytesMax: 1 << 20 })
    for (let i = 0; i < 500; i++) append(log, [{ value: `${i}` }])
    env.disk.refuse = operation => (operation === 'read' ? 'io' : undefined)
    const { chunks, nextOffset } = log.read({ fromOffset: 0, maxBytes: 1e6, belowOffset: 500, atLeastOneBatch: true })
    expect([chunks.length < 10, nextOffset]).toEqual([true, 500])
    expect(readAll(log).map(record => record.value)).toEqual(Array.from({ length: 500 }, (_, i) => `${i}`))
  })
})

it('stamping keeps a batch valid (the helper itself)', () => {
  const bytes = batchOf([{}])
  bytes[30]! ^= 1
  stampCrc(bytes, 0, codecs.crc32c)
  expect(batchCrcIsValid(bytes, 0, codecs.crc32c)).toBe(true)
})
