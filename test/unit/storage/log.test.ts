import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBatchHeader } from '../../../broker-core/records/batch-header.ts'
import { batchesIn } from '../../../broker-core/records/batch-iterator.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { seededRandom } from '../../simulation/sim-random.ts'
import { append, batchOf, createTestLog, openTestDirectory, readAll, readBatches, testStorage } from './storage-env.ts'

const start = 1_700_000_000_000

/** Operations on a log beside a naive model: an array of records by offset. */
type Operation =
  | { kind: 'append'; count: number; size: number; stepMs: number }
  | { kind: 'follow'; count: number; gap: number }
  | { kind: 'truncate'; share: number }
  | { kind: 'start'; share: number }
  | { kind: 'reopen' }
  | { kind: 'kill' }
  | { kind: 'flush' }

/** Of the log, in hundredths: doubles would nearly all lie next to 0. */
const share = fc.nat(100).map(hundredths => hundredths / 100)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 20 }),
      size: fc.integer({ min: 0, max: 400 }),
      stepMs: fc.integer({ min: -5, max: 20 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('follow' as const), count: fc.integer({ min: 1, max: 9 }), gap: fc.nat(5) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('truncate' as const), share: share }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('start' as const), share: share }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'reopen' as const }, { kind: 'kill' as const }, { kind: 'flush' as const }) },
)

interface ModelRecord {
  readonly offset: number
  readonly value: string
  readonly timestampMs: number
  /** Of its batch. */
  readonly baseOffset: number
}

/** FETCH-03, FETCH-05 by a naive scan over all batches of the log. */
function checkReads(log: PartitionLog, seed: number): void {
  const batches = readBatches(log, log.logStartOffset, 1).map(batch => readBatchHeader(batch))
  const random = seededRandom(seed)
  for (let i = 0; i < 12; i++) {
    const fromOffset = random.between(log.logStartOffset, log.logEndOffset + 1)
    const belowOffset = random.between(fromOffset, log.logEndOffset + 1)
    const maxBytes = random.integer(6000)
    const atLeastOneBatch = random.chance(0.5)
    const result = log.read({ fromOffset, belowOffset, maxBytes, atLeastOneBatch })
    const possible = batches.filter(
      one => one.baseOffset + one.lastOffsetDelta >= fromOffset && one.baseOffset + one.lastOffsetDelta < belowOffset,
    )
    const first = possible[0]
    const isSomething = first !== undefined && (atLeastOneBatch || first.sizeBytes <= maxBytes)
    expect(result.sizeBytes > 0).toBe(isSomething)
    const found = result.chunks.flatMap(chunk => [...batchesIn(chunk)].map(batch => readBatchHeader(batch)))
    expect(found).toEqual(possible.slice(0, found.length))
    expect(found.reduce((sum, one) => sum + one.sizeBytes, 0)).toBe(result.sizeBytes)
    if (found.length > 1) expect(result.sizeBytes).toBeLessThanOrEqual(maxBytes)
    if (first === undefined || !isSomething) continue
    const last = found[found.length - 1]!
    expect(result.firstBatchBaseOffset).toBe(first.baseOffset)
    expect(result.nextOffset).toBeGreaterThan(last.baseOffset + last.lastOffsetDelta)
    const next = batches.find(one => one.baseOffset > last.baseOffset)
    if (next !== undefined) expect(result.nextOffset).toBeLessThanOrEqual(next.baseOffset)
  }
}

describe('log against a naive model', () => {
  it('DISK-10, DISK-30..32, FETCH-03, LO-05: reads, look-ups by time and ends are those of the model after any operations', () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 40, size: 'max' }),
        fc.constantFrom(0, 1500, 1 << 20),
        fc.integer(),
        (operations, tailBytesMax, seed) => {
          const config = { 'segment.bytes': '9000', 'index.interval.bytes': '200', 'file.delete.delay.ms': '0' }
          const env = testStorage(seed)
          let { directory, log } = createTestLog(env, config, { tailBytesMax })
          let model: ModelRecord[] = []
          let end = 0
          let timestampMs = start
          const take = (firstOffset: number, values: readonly string[]) => {
            model.push(...values.map((value, i) => ({ offset: firstOffset + i, value, timestampMs, baseOffset: firstOffset })))
            end = firstOffset + values.length
          }
          for (const [index, one] of operations.entries()) {
            if (one.kind === 'append' || one.kind === 'follow') {
              timestampMs += one.kind === 'append' ? one.stepMs : 1
              const size = one.kind === 'append' ? one.size : 10
              const values = Array.from({ length: one.count }, (_, i) => `${index}.${i}.`.padEnd(size, 'x'))
              const records = values.map(value => ({ value, timestampMs }))
              if (one.kind === 'append') take(append(log, records), values)
              else {
                // As fetched: two batches at once, and the beginning of a third.
                const firstOffset = end + one.gap
                const half = Math.ceil(one.count / 2)
                const first = batchOf(records.slice(0, half), { baseOffset: firstOffset, leaderEpoch: 1 })
                take(firstOffset, values.slice(0, half))
                const rest =
                  one.count > half
                    ? batchOf(records.slice(half), { baseOffset: end + one.gap, leaderEpoch: 1 })
                    : first.subarray(0, 0)
                if (one.count > half) take(end + one.gap, values.slice(half))
                log.appendAsFollower(new Uint8Array([...first, ...rest, ...first.subarray(0, 40)]), { leaderEpochMax: 1 })
              }
            } else if (one.kind === 'truncate') {
              const offset = log.logStartOffset + Math.floor((end - log.logStartOffset) * one.share)
              log.truncateTo(offset)
              if (offset >= end) continue
              const cut = model.find(record => record.offset >= offset && record.baseOffset < offset)
              const kept = model.filter(record => record.offset < Math.min(offset, cut?.baseOffset ?? offset))
              model = kept
              // In a gap the end is that of the last batch, which the model need not know: segments begin there, too.
              const bound = kept.at(-1) === undefined ? log.logStartOffset : kept.at(-1)!.offset + 1
              expect(log.logEndOffset).toBeGreaterThanOrEqual(bound)
              expect(log.logEndOffset).toBeLessThanOrEqual(offset)
              end = log.logEndOffset
            } else if (one.kind === 'start') {
              const offset = log.logStartOffset + Math.floor((end - log.logStartOffset) * one.share)
              log.advanceLogStartOffset(offset, 'delete-records')
              model = model.filter(record => record.offset >= offset)
            } else if (one.kind === 'flush') {
              log.flush()
            } else {
              const startOffset = log.logStartOffset
              if (one.kind === 'reopen') directory.close(1)
              else {
                directory.abandon()
                env.disk.restart('everything')
              }
              directory = openTestDirectory(env, { configOf: () => config, tailBytesMax })
              log = directory.log('t', 0)! as typeof log
              log.advanceLogStartOffset(Math.min(startOffset, log.logEndOffset), 'delete-records')
            }
            expect(log.logEndOffset).toBe(end)
          }
          expect(readAll(log).map(({ offset, value }) => ({ offset, value }))).toEqual(
            model.map(({ offset, value }) => ({ offset, value })),
          )
          checkReads(log, seed)
          for (const wanted of [start - 1, start, start + 7, timestampMs, timestampMs + 1]) {
            const expected = model.find(record => record.timestampMs >= wanted)
            expect(log.offsetForTime(wanted, end)?.offset).toBe(expected?.offset)
          }
          const newest = model.reduce<ModelRecord | undefined>(
            (max, record) => (max === undefined || record.timestampMs > max.timestampMs ? record : max),
            undefined,
          )
          expect(log.offsetOfMaxTimestamp(end)?.timestampMs).toBe(newest?.timestampMs)
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)
})

describe('look-ups by time', () => {
  it('LO-05: compare per record, also inside compressed batches; the first of the largest is MAX_TIMESTAMP', () => {
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const { log } = createTestLog(testStorage())
      const at = (ms: number) => ({ timestampMs: start + ms, value: 'v' })
      append(log, [at(10), at(30), at(20)], { compression })
      append(log, [at(5), at(40), at(40), at(35)], { compression })
      append(log, [at(25)], { compression })
      const offsets = [0, 10, 11, 21, 30, 31, 40, 41].map(ms => log.offsetForTime(start + ms, 8)?.offset)
      expect(offsets).toEqual([0, 0, 1, 1, 1, 4, 4, undefined])
      expect(log.offsetForTime(start + 31, 8)).toEqual({ offset: 4, timestampMs: start + 40, leaderEpoch: 0 })
      expect(log.offsetOfMaxTimestamp(8)).toEqual({ offset: 4, timestampMs: start + 40, leaderEpoch: 0 })
      // LO-02: not beyond what may be fetched, and nothing below the log start.
      expect(log.offsetForTime(start + 31, 4)).toBeUndefined()
      expect(log.offsetOfMaxTimestamp(4)).toBeUndefined()
      log.advanceHighWatermark(8)
      log.advanceLogStartOffset(6, 'delete-records')
      expect(log.offsetForTime(start, 8)?.offset).toBe(6)
      expect(log.offsetOfMaxTimestamp(8)).toEqual({ offset: 6, timestampMs: start + 35, leaderEpoch: 0 })
    }
  })
})
