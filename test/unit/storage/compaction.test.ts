import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchLastOffset, readBatchHeader } from '../../../broker-core/records/batch-header.ts'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import { recordsOf } from '../../../broker-core/records/record-reader.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import {
  append,
  codecs,
  createTestLog,
  openTestDirectory,
  readAll,
  readBatches,
  testStorage,
  type StoredRecord,
} from './storage-env.ts'

const start = 1_700_000_000_000
const config = {
  'cleanup.policy': 'compact',
  'segment.bytes': '1200',
  'index.interval.bytes': '150',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '1000',
  'file.delete.delay.ms': '0',
}

function endTransaction(log: PartitionLog, producerId: number, committed: boolean): void {
  const marker = encodeTransactionMarker(
    { producerId, producerEpoch: 0, coordinatorEpoch: 0, committed, timestampMs: start },
    codecs,
  )
  const result = log.appendAsLeader(marker, { leaderEpoch: 0, origin: 'coordinator' })
  if (!result.ok) throw new Error(result.rejection.message)
}

/** What a read_committed consumer gets: data of aborted transactions is dropped by what the log says of them (TXN-33). */
function committedRecords(log: PartitionLog): StoredRecord[] {
  const aborted = [...log.abortedTransactions(log.logStartOffset, log.logEndOffset)].sort((a, b) => a.firstOffset - b.firstOffset)
  const inAbort = new Set<number>()
  const found: StoredRecord[] = []
  const decode = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes))
  for (const batch of readBatches(log)) {
    const header = readBatchHeader(batch)
    while (aborted[0] !== undefined && aborted[0].firstOffset <= header.baseOffset + header.lastOffsetDelta)
      inAbort.add(aborted.shift()!.producerId)
    if ((header.attributes & 0x20) !== 0) {
      inAbort.delete(header.producerId)
      continue
    }
    if ((header.attributes & 0x10) !== 0 && inAbort.has(header.producerId)) continue
    for (const record of recordsOf(batch, codecs.compression)) {
      if (record.offset >= log.logStartOffset)
        found.push({
          offset: record.offset,
          key: decode(record.key),
          value: decode(record.value),
          timestampMs: record.timestampMs,
        })
    }
  }
  return found
}

/** Newest value of each key; a tombstone is as good as nothing. */
function latest(records: readonly StoredRecord[]): Map<string, string> {
  const map = new Map<string, string>()
  for (const { key, value } of records) {
    if (value === null) map.delete(key!)
    else map.set(key!, value)
  }
  return map
}

type Step =
  | { kind: 'put'; keys: readonly number[]; tombstones: boolean; compression: 'none' | 'zstd' | 'gzip'; producer: number }
  | { kind: 'end'; producer: number; committed: boolean }
  | { kind: 'compact'; stepMs: number }
  | { kind: 'reopen' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      keys: fc.array(fc.nat(12), { minLength: 1, maxLength: 8 }),
      tombstones: fc.boolean(),
      compression: fc.constantFrom('none' as const, 'zstd' as const, 'gzip' as const),
      /** 0: plain; 1, 2: in a transaction of that producer. */
      producer: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      producer: fc.integer({ min: 1, max: 2 }),
      committed: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const), stepMs: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
)

describe('compaction', () => {
  it('CLEAN-03..08: what a consumer ends up with is the same with and without compaction, whatever was written', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.constantFrom(32 << 20, 400),
        fc.integer(),
        (steps, cleanerMapBytesMax, seed) => {
          const env = testStorage(seed)
          let { directory, log } = createTestLog(env, config, { cleanerMapBytesMax })
          const sequences = [0, 0, 0]
          const open = new Set<number>()
          const original = new Map<number, StoredRecord>()
          const everything: { records: StoredRecord[]; producer: number; fate: 'open' | 'committed' | 'aborted' }[] = []
          for (const [index, one] of steps.entries()) {
            if (one.kind === 'put') {
              const records = one.keys.map((key, i) => ({
                key: `k${key}`,
                value: one.tombstones && i % 2 === 0 ? null : `v${index}.${i}`,
                timestampMs: start + index * 10 + i,
              }))
              const transactional = one.producer > 0
              const more = transactional
                ? {
                    producerId: one.producer,
                    producerEpoch: 0,
                    baseSequence: sequences[one.producer]!,
                    transactional,
                    compression: one.compression,
                  }
                : { compression: one.compression }
              const firstOffset = append(log, records, more)
              const stored = records.map((record, i) => ({ ...record, offset: firstOffset + i }))
              for (const record of stored) original.set(record.offset, record)
              everything.push({ records: stored, producer: one.producer, fate: transactional ? 'open' : 'committed' })
              if (transactional) {
                sequences[one.producer]! += one.keys.length
                open.add(one.producer)
              }
            } else if (one.kind === 'end') {
              if (!open.delete(one.producer)) continue
              endTransaction(log, one.producer, one.committed)
              for (const each of everything)
                if (each.producer === one.producer && each.fate === 'open') each.fate = one.committed ? 'committed' : 'aborted'
            } else if (one.kind === 'compact') {
              log.advanceHighWatermark(log.logEndOffset)
              env.advance(one.stepMs)
              directory.runCompaction()
            } else {
              const end = log.logEndOffset
              const before = readAll(log)
              directory.close(1)
              directory = openTestDirectory(env, { configOf: () => config, cleanerMapBytesMax })
              log = directory.log('t', 0)! as typeof log
              expect(log.logEndOffset).toBe(end)
              expect(readAll(log)).toEqual(before)
            }
          }
          for (const producer of open) endTransaction(log, producer, true)
          for (const each of everything) if (each.fate === 'open') each.fate = 'committed'
          log.advanceHighWatermark(log.logEndOffset)
          directory.runCompaction()
          env.advance(5000)
          directory.runCompaction()
          expect(env.events.filter(event => event.startsWith('error'))).toEqual([])
          const survivors = committedRecords(log)
          for (const record of survivors) expect(record).toEqual(original.get(record.offset))
          const expected = latest(everything.filter(each => each.fate === 'committed').flatMap(each => each.records))
          expect(latest(survivors)).toEqual(expected)
          let last = -1
          for (const batch of readBatches(log)) {
            const header = readBatchHeader(batch)
            expect(header.baseOffset).toBeGreaterThan(last)
            last = batchLastOffset(batch, 0)
          }
          expect(
            directory
              .log('t', 0)!
              .producers()
              .map(one => one.lastSequence)
              .sort(),
          ).toEqual(
            [1, 2]
              .filter(producer => sequences[producer]! > 0)
              .map(producer => sequences[producer]! - 1)
              .sort(),
          )
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})
