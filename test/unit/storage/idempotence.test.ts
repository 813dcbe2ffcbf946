import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { decodeProducerSnapshot, encodeProducerSnapshot } from '../../../broker-core/storage/producer-snapshot.ts'
import { batchOf, codecs, createTestLog, openTestDirectory, testStorage } from './storage-env.ts'

const dayMs = 86_400_000

function produce(
  log: PartitionLog,
  epoch: number,
  sequence: number,
  count = 1,
  more: { transactional?: boolean; version?: number; producerId?: number } = {},
) {
  const bytes = batchOf(
    Array.from({ length: count }, () => ({ value: 'v' })),
    {
      producerId: more.producerId ?? 1,
      producerEpoch: epoch,
      baseSequence: sequence,
      transactional: more.transactional ?? false,
    },
  )
  const result = log.appendAsLeader(bytes, {
    leaderEpoch: 0,
    origin: 'client',
    ...(more.version === undefined ? {} : { produceVersion: more.version }),
  })
  if (!result.ok) return result.rejection.error
  return result.duplicate ? `duplicate of ${result.firstOffset}` : result.firstOffset
}

function marker(log: PartitionLog, committed: boolean, epoch = 0, coordinatorEpoch = 0, producerId = 1) {
  const bytes = encodeTransactionMarker(
    { producerId, producerEpoch: epoch, coordinatorEpoch, committed, timestampMs: 1_700_000_000_000 },
    codecs,
  )
  const result = log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'coordinator' })
  return result.ok ? result.lastOffset : result.rejection.error
}

describe('idempotent producers', () => {
  it('IDEM-02, IDEM-03, IDEM-04: next, duplicate of any of the last five, gap', () => {
    const { log } = createTestLog(testStorage())
    expect([0, 2, 4, 6, 8, 10].map(sequence => produce(log, 0, sequence, 2))).toEqual([0, 2, 4, 6, 8, 10])
    expect([2, 4, 6, 8, 10].map(sequence => produce(log, 0, sequence, 2))).toEqual(
      [2, 4, 6, 8, 10].map(offset => `duplicate of ${offset}`),
    )
    expect(produce(log, 0, 0, 2)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(produce(log, 0, 10, 1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(produce(log, 0, 13)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(produce(log, 0, 12)).toBe(12)
    expect(log.logEndOffset).toBe(13)
  })

  it('IDEM-02, DISK-01: sequences wrap from 2147483647 to 0, also within a batch', () => {
    const { log } = createTestLog(testStorage())
    expect(produce(log, 0, 2147483646, 4)).toBe(0)
    expect(log.producers()[0]!.lastSequence).toBe(1)
    expect(produce(log, 0, 2147483646, 4)).toBe('duplicate of 0')
    expect(produce(log, 0, 2)).toBe(4)
    const other = createTestLog(testStorage()).log
    expect(produce(other, 0, 2147483647)).toBe(0)
    expect(produce(other, 0, 0)).toBe(1)
  })

  it('IDEM-05, IDEM-06: a higher epoch begins at 0, a lower one is refused', () => {
    const { log } = createTestLog(testStorage())
    produce(log, 3, 0)
    expect(produce(log, 4, 1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(produce(log, 4, 0)).toBe(1)
    expect(produce(log, 3, 1)).toBe('INVALID_PRODUCER_EPOCH')
    expect(produce(log, 4, 0)).toBe('duplicate of 1')
  })

  it('IDEM-07: an unknown producer may begin anywhere, but not with transactions v2', () => {
    const { log } = createTestLog(testStorage())
    expect(produce(log, 0, 77)).toBe(0)
    expect(produce(log, 0, 5, 1, { producerId: 2, transactional: true, version: 12 })).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(produce(log, 0, 5, 1, { producerId: 2, transactional: true, version: 11 })).toBe(1)
  })

  it('IDEM-08: state expires a day after the last write, never inside a transaction', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    directory.startMaintenance()
    produce(log, 0, 0)
    produce(log, 0, 0, 1, { producerId: 2, transactional: true })
    env.advance(dayMs - 600_001)
    expect(log.producers().length).toBe(2)
    env.advance(1_200_002)
    expect(log.producers().map(producer => producer.producerId)).toEqual([2])
    expect(produce(log, 0, 9)).toBe(2)
  })

  it('IDEM-09: followers take batches in without judging sequences', () => {
    const { log } = createTestLog(testStorage())
    for (const [baseOffset, baseSequence] of [
      [0, 5],
      [1, 3],
      [2, 99],
    ] as const) {
      log.appendAsFollower(batchOf([{}], { baseOffset, leaderEpoch: 0, producerId: 1, producerEpoch: 2, baseSequence }), {
        leaderEpochMax: 0,
      })
    }
    expect(log.producers()).toEqual([expect.objectContaining({ producerId: 1, producerEpoch: 2, lastSequence: 99 })])
  })

  it('IDEM-10, IDEM-11: state outlives its records and is listed', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, { 'segment.bytes': '200', 'retention.ms': '10' })
    produce(log, 0, 0, 3)
    for (let i = 0; i < 5; i++) log.appendAsLeader(batchOf([{ value: 'x'.repeat(80) }]), { leaderEpoch: 0, origin: 'client' })
    log.advanceHighWatermark(log.logEndOffset)
    env.advance(100)
    directory.runRetention()
    expect(log.logStartOffset).toBeGreaterThan(3)
    expect(log.producers()).toEqual([
      {
        producerId: 1,
        producerEpoch: 0,
        lastSequence: 2,
        lastTimestampMs: 1_700_000_000_000,
        coordinatorEpoch: -1,
        currentTransactionStartOffset: -1,
      },
    ])
    expect(produce(log, 0, 0, 3)).toBe('duplicate of 0')
    // DISK-24: a snapshot at the log start would be dropped.
    log.appendAsLeader(batchOf([{}]), { leaderEpoch: 0, origin: 'client' })
    directory.close(1)
    const again = openTestDirectory(env).log('t', 0)!
    expect(produce(again, 0, 0, 3)).toBe('duplicate of 0')
  })

  it('TXN-12: markers of an older epoch or of an older coordinator are refused', () => {
    const { log } = createTestLog(testStorage())
    produce(log, 3, 0, 1, { transactional: true })
    expect(marker(log, true, 2)).toBe('INVALID_PRODUCER_EPOCH')
    expect(marker(log, true, 3, 5)).toBe(1)
    expect(marker(log, true, 3, 4)).toBe('TRANSACTION_COORDINATOR_FENCED')
    expect(marker(log, true, 4, 5)).toBe(3 - 1)
    expect(produce(log, 4, 0, 1, { transactional: true })).toBe(3)
  })

  it('TXN-12: since transactions v2 the marker of an open transaction has a higher epoch; a retry finds nothing open', () => {
    const { log } = createTestLog(testStorage())
    produce(log, 3, 0, 1, { transactional: true })
    const end = (producerEpoch: number) => {
      const bytes = encodeTransactionMarker(
        { producerId: 1, producerEpoch, coordinatorEpoch: 0, committed: true, timestampMs: 1_700_000_000_000 },
        codecs,
      )
      const result = log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'coordinator', transactionVersion: 2 })
      return result.ok ? 'NONE' : result.rejection.error
    }
    expect([3, 4, 4, 3].map(end)).toEqual(['INVALID_PRODUCER_EPOCH', 'NONE', 'NONE', 'INVALID_PRODUCER_EPOCH'])
  })

  it('a producer inside a transaction may not write outside of it', () => {
    const { log } = createTestLog(testStorage())
    produce(log, 0, 0, 1, { transactional: true })
    expect(produce(log, 0, 1)).toBe('INVALID_TXN_STATE')
    marker(log, true)
    expect(produce(log, 0, 1)).toBe(2)
  })
})

describe('producer state survives', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('produce' as const), producer: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('retry' as const), producer: fc.nat(2), back: fc.nat(6) }),
    fc.record({ kind: fc.constant('bump' as const), producer: fc.nat(2) }),
    fc.record({ kind: fc.constant('restart' as const), clean: fc.boolean() }),
    fc.record({ kind: fc.constant('truncate' as const), batches: fc.integer({ min: 1, max: 6 }) }),
  )

  it('IDEM-03, IDEM-10, DISK-22..25: answers are those of a naive model, across restarts, crashes and truncations', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), steps => {
        const config = { 'segment.bytes': '400' }
        const env = testStorage()
        let { directory, log } = createTestLog(env, config)
        /** Naive: all batches ever written, and per producer how many of them a restart leaves known. */
        let batches: { producer: number; epoch: number; first: number; count: number; offset: number }[] = []
        const known = [5, 5, 5]
        const epochs = [0, 0, 0]
        const ofProducer = (producer: number) => batches.filter(batch => batch.producer === producer)
        for (const one of steps) {
          if (one.kind === 'produce') {
            const last = ofProducer(one.producer).at(-1)
            const first = last === undefined || last.epoch !== epochs[one.producer] ? 0 : last.first + last.count
            const offset = log.logEndOffset
            expect(produce(log, epochs[one.producer]!, first, one.count, { producerId: one.producer })).toBe(offset)
            batches.push({ producer: one.producer, epoch: epochs[one.producer]!, first, count: one.count, offset })
            known[one.producer] = Math.min(5, known[one.producer]! + 1)
          } else if (one.kind === 'retry') {
            const mine = ofProducer(one.producer)
            const batch = mine.at(-1 - one.back)
            if (batch === undefined || batch.epoch !== epochs[one.producer]) continue
            const answer = produce(log, batch.epoch, batch.first, batch.count, { producerId: one.producer })
            // A snapshot keeps the last batch only; what is certainly known must be answered, the rest may be.
            if (one.back === 0 || one.back < known[one.producer]!) expect(answer).toBe(`duplicate of ${batch.offset}`)
            else expect([`duplicate of ${batch.offset}`, 'OUT_OF_ORDER_SEQUENCE_NUMBER']).toContain(answer)
          } else if (one.kind === 'bump') {
            epochs[one.producer]!++
          } else if (one.kind === 'restart') {
            if (one.clean) directory.close(1)
            else {
              directory.abandon()
              env.disk.restart('everything')
            }
            known.fill(1)
            directory = openTestDirectory(env, { configOf: () => config })
            log = directory.log('t', 0)! as typeof log
          } else {
            const cut = batches.at(-one.batches)
            if (cut === undefined) continue
            log.truncateTo(cut.offset)
            batches = batches.filter(batch => batch.offset < cut.offset)
            known.fill(1)
            // What a producer's epoch was is only known from its batches.
            for (const producer of [0, 1, 2]) epochs[producer] = ofProducer(producer).at(-1)?.epoch ?? 0
          }
        }
        for (const view of log.producers()) {
          const last = ofProducer(view.producerId).at(-1)
          expect([view.producerEpoch, view.lastSequence]).toEqual([last?.epoch, (last?.first ?? 0) + (last?.count ?? 0) - 1])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('DISK-22, DISK-23: a snapshot gives back what was written, and a damaged one is known as such', () => {
    const entry = {
      producerId: 2 ** 40,
      producerEpoch: 3,
      coordinatorEpoch: 9,
      lastTimestampMs: 1_700_000_000_123,
      currentTransactionFirstOffset: 55,
      batches: [{ lastSequence: 12, lastOffset: 77, offsetDelta: 4, timestampMs: 1_700_000_000_123 }],
    }
    const bytes = encodeProducerSnapshot(
      [entry, { ...entry, producerId: 1, batches: [], currentTransactionFirstOffset: -1 }],
      codecs.crc32c,
    )
    expect(bytes.length).toBe(10 + 2 * 46)
    expect(decodeProducerSnapshot(bytes, codecs.crc32c)).toEqual([
      entry,
      { ...entry, producerId: 1, batches: [], currentTransactionFirstOffset: -1 },
    ])
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice()
      damaged[at]! ^= 0x10
      expect(decodeProducerSnapshot(damaged, codecs.crc32c)).toBeUndefined()
    }
    expect(decodeProducerSnapshot(bytes.subarray(0, 60), codecs.crc32c)).toBeUndefined()
  })

  it('DISK-24: snapshots without a segment go with it, the newest stays', () => {
    const env = testStorage()
    const config = { 'segment.bytes': '150', 'retention.bytes': '300', 'file.delete.delay.ms': '0' }
    const { directory, log } = createTestLog(env, config)
    for (let i = 0; i < 9; i++) produce(log, 0, i)
    const offsetsOf = (kind: string) =>
      env.disk
        .list('data/t-0')
        .filter(name => name.endsWith(kind))
        .map(name => Number(name.slice(0, 20)))
        .sort((one, other) => one - other)
    expect(offsetsOf('.snapshot').length).toBe(4)
    log.advanceHighWatermark(9)
    directory.runRetention()
    expect(offsetsOf('.snapshot')).toEqual(offsetsOf('.log').slice(offsetsOf('.snapshot')[0] === offsetsOf('.log')[0] ? 0 : 1))
    directory.close(1)
    for (const stray of [1, 2]) env.disk.open(`data/t-0/0000000000000000000${stray}.snapshot`, 'create')
    openTestDirectory(env, { configOf: () => config })
    const rest = offsetsOf('.snapshot')
    expect(rest.at(-1)).toBe(9)
    expect(rest.slice(0, -1).every(offset => offsetsOf('.log').includes(offset))).toBe(true)
  })

  it('DISK-23: a damaged snapshot is passed over for an older one or the log', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, { 'segment.bytes': '150' })
    for (let i = 0; i < 6; i++) produce(log, 0, i)
    directory.close(1)
    const snapshots = env.disk.paths().filter(path => path.endsWith('.snapshot'))
    expect(snapshots.length).toBeGreaterThan(2)
    env.disk.bytesOf(snapshots.at(-1)!).fill(7, 12, 20)
    const again = openTestDirectory(env).log('t', 0)!
    expect(env.disk.exists(snapshots.at(-1)!)).toBe(false)
    expect(produce(again, 0, 5)).toBe('duplicate of 5')
    expect(produce(again, 0, 6)).toBe(6)
  })
})

describe('transactions in a partition', () => {
  it('TXN-30, TXN-35: the last stable offset stops at the earliest open transaction, or one whose marker is not replicated', () => {
    const { log } = createTestLog(testStorage())
    produce(log, 0, 0)
    produce(log, 0, 0, 2, { producerId: 5, transactional: true })
    produce(log, 0, 0, 1, { producerId: 6, transactional: true })
    produce(log, 0, 1)
    expect(log.lastStableOffset).toBe(0)
    log.advanceHighWatermark(5)
    expect(log.lastStableOffset).toBe(1)
    marker(log, true, 0, 0, 5)
    expect(log.lastStableOffset).toBe(1)
    log.advanceHighWatermark(6)
    expect(log.lastStableOffset).toBe(3)
    marker(log, false, 0, 0, 6)
    log.advanceHighWatermark(7)
    expect(log.lastStableOffset).toBe(7)
  })

  it('TXN-30: after a restart, too, the earliest of several open transactions bounds the last stable offset', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    produce(log, 0, 0, 1, { producerId: 2 })
    produce(log, 0, 0, 1, { producerId: 1, transactional: true })
    produce(log, 0, 1, 1, { producerId: 2, transactional: true })
    log.advanceHighWatermark(3)
    directory.close(1)
    const again = openTestDirectory(env).log('t', 0)!
    expect(again.lastStableOffset).toBe(1)
  })

  it('TXN-30: after a restart, too, a transaction counts as open until its marker is replicated, although a snapshot knows its end', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    produce(log, 0, 0, 1, { transactional: true })
    marker(log, true)
    produce(log, 0, 1, 1, { transactional: true })
    log.advanceHighWatermark(3)
    marker(log, false)
    directory.close(1)
    const again = openTestDirectory(env).log('t', 0)!
    expect([again.highWatermark, again.lastStableOffset]).toEqual([3, 2])
    again.advanceHighWatermark(4)
    expect(again.lastStableOffset).toBe(4)
    expect(produce(again, 0, 2, 1, { transactional: true })).toBe(4)
  })

  it('TXN-30: after a crash, too, nothing is open where the high watermark stands at the end, also without a further write', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    for (let i = 0; i < 2; i++) {
      produce(log, 0, i, 1, { transactional: true })
      marker(log, i === 0)
    }
    log.advanceHighWatermark(4)
    directory.close(1)
    // As after a crash: nothing but the log tells of producers.
    for (const path of env.disk.paths().filter(it => it.endsWith('.snapshot'))) env.disk.bytesOf(path).fill(7, 12, 20)
    const again = openTestDirectory(env).log('t', 0)!
    expect([again.highWatermark, again.lastStableOffset]).toEqual([4, 4])
  })

  it('DISK-18, DISK-19, TXN-31: aborted transactions that overlap a range, over several segments, also after a restart', () => {
    const env = testStorage()
    const config = { 'segment.bytes': '300' }
    const { directory, log } = createTestLog(env, config)
    const expected: { producerId: number; firstOffset: number; lastOffset: number }[] = []
    for (let i = 0; i < 12; i++) {
      const firstOffset = log.logEndOffset
      produce(log, 0, Math.floor(i / 3), 1, { producerId: i % 3, transactional: true })
      produce(log, 0, i, 1, { producerId: 9 })
      const lastOffset = marker(log, i % 2 === 0, 0, 0, i % 3) as number
      if (i % 2 === 1) expected.push({ producerId: i % 3, firstOffset, lastOffset })
    }
    const check = (of: PartitionLog) => {
      for (let from = 0; from < of.logEndOffset; from += 3) {
        for (let to = from + 1; to <= of.logEndOffset; to += 4) {
          const found = of.abortedTransactions(from, to).map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
          const overlapping = expected.filter(one => one.lastOffset >= from && one.firstOffset < to)
          expect(found).toEqual(overlapping.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })))
        }
      }
    }
    check(log)
    directory.abandon()
    env.disk.restart('everything')
    check(openTestDirectory(env, { configOf: () => config }).log('t', 0)!)
  })

  it('DISK-19, TXN-32: of transactions that overlap each other none is missed, as a naive search over all of them says', () => {
    const step = fc.record({ producer: fc.nat(4), ends: fc.boolean(), committed: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), steps => {
        const { log } = createTestLog(testStorage(), { 'segment.bytes': '400' })
        const open = new Map<number, number>()
        const sequences = [0, 0, 0, 0, 0]
        const aborted: { producerId: number; firstOffset: number; lastOffset: number }[] = []
        for (const { producer, ends, committed } of steps) {
          const firstOffset = open.get(producer)
          if (!ends || firstOffset === undefined) {
            const offset = produce(log, 0, sequences[producer]!, 1, { producerId: producer, transactional: true }) as number
            sequences[producer]!++
            if (firstOffset === undefined) open.set(producer, offset)
            continue
          }
          const lastOffset = marker(log, committed, 0, 0, producer) as number
          open.delete(producer)
          if (!committed) aborted.push({ producerId: producer, firstOffset, lastOffset })
        }
        log.advanceHighWatermark(log.logEndOffset)
        expect(log.lastStableOffset).toBe(Math.min(log.logEndOffset, ...open.values()))
        for (let from = 0; from < log.lastStableOffset; from++) {
          for (let to = from + 1; to <= log.lastStableOffset; to++) {
            const found = log.abortedTransactions(from, to).map(one => `${one.producerId} ${one.firstOffset}`)
            const expected = aborted.filter(one => one.lastOffset >= from && one.firstOffset < to)
            expect(found).toEqual(expected.map(one => `${one.producerId} ${one.firstOffset}`))
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('DISK-20: truncation drops aborts whose marker goes, and reopens their transactions', () => {
    const { log } = createTestLog(testStorage())
    produce(log, 0, 0, 1, { transactional: true })
    marker(log, false)
    produce(log, 0, 1, 1, { transactional: true })
    const end = marker(log, false) as number
    log.advanceHighWatermark(2)
    log.truncateTo(end)
    expect(log.abortedTransactions(0, 10)).toEqual([expect.objectContaining({ firstOffset: 0 })])
    expect(log.producers()[0]!.currentTransactionStartOffset).toBe(2)
    log.advanceHighWatermark(3)
    expect(log.lastStableOffset).toBe(2)
  })
})
