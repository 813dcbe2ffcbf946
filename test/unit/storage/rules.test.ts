import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setInt32, setInt64 } from '../../../broker-core/base/bytes/big-endian.ts'
import { batchCrcIsValid } from '../../../broker-core/records/batch-header.ts'
import { faultyDisk } from '../../../broker-core/env/faulty/disk.ts'
import { DirectoryFiles } from '../../../broker-core/storage/directory-files.ts'
import type { Log } from '../../../broker-core/storage/log.ts'
import { OffsetIndex } from '../../../broker-core/storage/offset-index.ts'
import { TimeIndex } from '../../../broker-core/storage/time-index.ts'
import { append, batchOf, codecs, createTestLog, openTestDirectory, readBatches, testStorage } from './storage-env.ts'

const filesOf = (env: ReturnType<typeof testStorage>) =>
  new DirectoryFiles(env.disk, 'data', failure => {
    throw failure
  })

describe('rules of files that are looked up', { timeout: 60_000 }, () => {
  it('DISK-11: a look-up finds the greatest entry at or below the offset, or the base offset at position 0', () => {
    const entries = fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { maxLength: 1_200 })
    fc.assert(
      fc.property(entries, fc.array(fc.integer({ min: 0, max: 5_100 }), { maxLength: 30 }), (deltas, asked) => {
        const env = testStorage()
        env.disk.makeDirectory('data')
        const index = new OffsetIndex(filesOf(env), 'data/00000000000000000100.index', 100, 0)
        const known = deltas.sort((a, b) => a - b).map((delta, i) => ({ offset: 100 + delta, position: (i + 1) * 70 }))
        for (const { offset, position } of known) index.append(offset, position)
        for (const delta of asked) {
          const naive = known.filter(entry => entry.offset <= 100 + delta).at(-1)?.position ?? 0
          expect(index.positionBefore(100 + delta)).toBe(naive)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('DISK-16: neither column of a time index ever decreases, whatever the order of times', () => {
    const steps = fc.array(fc.record({ timestampMs: fc.integer({ min: 0, max: 1_000 }), grow: fc.integer({ min: 1, max: 9 }) }))
    fc.assert(
      fc.property(steps, given => {
        const env = testStorage()
        env.disk.makeDirectory('data')
        const index = new TimeIndex(filesOf(env), 'data/00000000000000000000.timeindex', 0, 0)
        let offset = 0
        for (const { timestampMs, grow } of given) index.append(timestampMs, (offset += grow))
        index.file.write()
        const bytes = index.file.count === 0 ? new Uint8Array(0) : env.disk.bytesOf('data/00000000000000000000.timeindex')
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        for (let i = 1; i < index.file.count; i++) {
          expect(view.getBigInt64(i * 12)).toBeGreaterThan(view.getBigInt64((i - 1) * 12))
          expect(view.getInt32(i * 12 + 8)).toBeGreaterThan(view.getInt32((i - 1) * 12 + 8))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('FETCH-03: who reads in order costs one read of the disk each time, also behind a truncation; who jumps is looked up', () => {
    const env = testStorage()
    let reads = 0
    const disk = faultyDisk(env.disk, { refuse: operation => void (reads += operation === 'read' ? 1 : 0) })
    const config = { 'index.interval.bytes': '200', 'segment.bytes': '100000' }
    const written = createTestLog(env, config)
    for (let i = 0; i < 60; i++) append(written.log, [{ value: `${i}`.padEnd(100) }])
    written.directory.close(1)
    const log = openTestDirectory({ ...env, disk }, { configOf: () => config }).log('t', 0)!
    const readFrom = (fromOffset: number, maxBytes = 600) =>
      log.read({ fromOffset, maxBytes, belowOffset: log.logEndOffset, atLeastOneBatch: true })
    let next = readFrom(0).nextOffset
    reads = 0
    let count = 0
    for (; next < 50; count++) {
      const { nextOffset, firstBatchBaseOffset } = readFrom(next)
      expect(firstBatchBaseOffset).toBe(next)
      next = nextOffset
    }
    expect([count > 5, reads]).toEqual([true, count])
    expect(readFrom(7).firstBatchBaseOffset).toBe(7)
    expect(readFrom(8, 1).firstBatchBaseOffset, 'one batch, however small the limit').toBe(8)
    log.truncateTo(20)
    append(log, [{ value: 'new '.padEnd(300) }])
    expect(readFrom(20, 1_000).firstBatchBaseOffset).toBe(20)
    expect(readFrom(next).chunks).toEqual([])
  })

  it('DISK-31: whatever byte of an unflushed log has changed, no read returns a batch whose CRC is wrong, and the cut is told', () => {
    const written = testStorage()
    const config = { 'segment.bytes': '700', 'index.interval.bytes': '100' }
    const { directory, log } = createTestLog(written, config)
    for (let i = 0; i < 12; i++) append(log, [{ value: `${i}`.padEnd(60, '.') }])
    const end = log.logEndOffset
    directory.abandon()
    const logs = written.disk.paths().filter(path => path.endsWith('.log'))
    expect(logs.length).toBeGreaterThan(1)
    for (const path of logs) {
      for (let at = 0; at < written.disk.sizeOf(path); at += 3) {
        written.disk.restart('everything')
        const bytes = written.disk.bytesOf(path)
        const kept = new Map(
          written.disk
            .paths()
            .map(name => [name, written.disk.isDirectory(name) ? undefined : written.disk.bytesOf(name).slice()]),
        )
        bytes[at]! ^= 0x10
        const opened = openTestDirectory(written, { configOf: () => config })
        const found = opened.log('t', 0)!
        const batches = readBatches(found)
        expect(
          batches.filter(batch => !batchCrcIsValid(batch, 0, codecs.crc32c)),
          `${path} ${at}`,
        ).toEqual([])
        opened.abandon()
        putBack(written, kept)
      }
    }
    expect(openTestDirectory(written, { configOf: () => config }).log('t', 0)?.logEndOffset).toBe(end)
    expect(written.events.filter(event => event === 'warn log.cut').length).toBeGreaterThan(100)
  })

  it('DISK-13, DISK-30: a rotten batch that the rebuilding of a lost index finds after a clean stop is told as well', () => {
    const env = testStorage()
    const config = { 'segment.bytes': '700', 'index.interval.bytes': '100' }
    const { directory, log } = createTestLog(env, config)
    for (let i = 0; i < 12; i++) append(log, [{ value: `${i}`.padEnd(60, '.') }])
    directory.close(1)
    env.disk.bytesOf(`data/t-0/${'0'.repeat(20)}.log`)[300]! ^= 0x10
    env.disk.remove(`data/t-0/${'0'.repeat(20)}.index`)
    const found = openTestDirectory(env, { configOf: () => config }).log('t', 0)!
    expect(env.events).toContain('warn log.cut')
    expect(readBatches(found).filter(batch => !batchCrcIsValid(batch, 0, codecs.crc32c))).toEqual([])
  })

  it('DISK-25: the newest snapshot and the log behind it make the producers; who expired meanwhile is left out', () => {
    const env = testStorage()
    const options = { producerIdExpirationMs: () => 10_000 }
    const { directory, log } = createTestLog(env, { 'segment.bytes': '100000' }, options)
    const from = (producerId: number, baseSequence: number) =>
      append(log, [{ timestampMs: env.clock.nowMs() }], { producerId, producerEpoch: 0, baseSequence })
    from(1, 0)
    env.advance(9_000)
    from(2, 0)
    from(2, 1)
    log.flush()
    directory.close(1)
    env.advance(2_000)
    const again = openTestDirectory(env, options).log('t', 0)!
    expect(again.producers().map(one => [one.producerId, one.lastSequence])).toEqual([[2, 1]])
    expect(env.disk.paths().filter(path => path.endsWith('.snapshot'))).toHaveLength(1)
  })

  it('IDEM-08: how long producers are remembered may change at any time (KIP-854)', () => {
    const env = testStorage()
    let expirationMs = 10_000
    const log = createTestLog(env, {}, { producerIdExpirationMs: () => expirationMs }).log as Log
    append(log, [{ timestampMs: env.clock.nowMs() }], { producerId: 1, producerEpoch: 0, baseSequence: 0 })
    env.advance(9_000)
    expect(log.expireProducers()).toBe(0)
    expirationMs = 5_000
    expect(log.expireProducers()).toBe(1)
  })

  it.each([0, 1])('DISK-05, PROD-01: a message of format %i is refused at the door and cut off by recovery', magic => {
    const old = oldMessage(magic)
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    expect(log.appendAsLeader(old.slice(), { leaderEpoch: 0, origin: 'client' })).toMatchObject({
      ok: false,
      rejection: { error: 'INVALID_RECORD' },
    })
    append(log, [{ value: 'whole' }])
    const whole = log.sizeBytes
    directory.abandon()
    const path = 'data/t-0/00000000000000000000.log'
    env.disk.open(path, 'write').writeAt([old], whole)
    env.disk.restart('everything')
    const recovered = openTestDirectory(env).log('t', 0)!
    expect([recovered.logEndOffset, recovered.sizeBytes]).toEqual([1, whole])
    expect(env.events).toContain('warn log.cut')
    expect(batchOf([{ value: 'whole' }]).length).toBe(whole)
  })
})

/** Every file as it was, and no other. */
function putBack(env: ReturnType<typeof testStorage>, kept: ReadonlyMap<string, Uint8Array | undefined>): void {
  for (const path of env.disk.paths()) if (!kept.has(path)) env.disk.remove(path)
  for (const [path, bytes] of kept) {
    if (bytes === undefined) continue
    const file = env.disk.open(path, 'create')
    file.resize(0)
    file.writeAt([bytes], 0)
    file.close()
  }
}

/** Offset 1, size, CRC-32 (not computed: nobody gets that far), magic, attributes, time (format 1), null key, value of 40 bytes. */
function oldMessage(magic: number): Uint8Array {
  const bytes = new Uint8Array(12 + 4 + 2 + (magic === 1 ? 8 : 0) + 4 + 4 + 40)
  setInt64(bytes, 0, 1)
  setInt32(bytes, 8, bytes.length - 12)
  bytes[16] = magic
  const keyAt = magic === 1 ? 26 : 18
  setInt32(bytes, keyAt, -1)
  setInt32(bytes, keyAt + 4, 40)
  return bytes
}
