import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import {
  CorruptCheckpoint,
  decodeEpochs,
  decodePartitionOffsets,
  encodeEpochs,
  encodePartitionOffsets,
} from '../../../broker-core/storage/checkpoints.ts'
import { EpochCache } from '../../../broker-core/storage/epoch-cache.ts'
import {
  parsePartitionDirectoryName,
  parseSegmentFileName,
  segmentFileName,
  suffixedDirectoryName,
} from '../../../broker-core/storage/file-names.ts'
import { parseCleanShutdown, parseMetaProperties, parsePartitionMetadata } from '../../../broker-core/storage/meta-properties.ts'
import {
  append,
  batchOf,
  codecs,
  createTestLog,
  openTestDirectory,
  readAll,
  testStorage,
  type TestStorage,
} from './storage-env.ts'

const start = 1_700_000_000_000
const segment = (env: TestStorage, kind: string, base = 0) =>
  env.disk.bytesOf(`data/t-0/${String(base).padStart(20, '0')}${kind}`)
const words = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getInt32(i * 4))
}

describe('index files', () => {
  it('DISK-10, DISK-15: an entry when more than index.interval.bytes went by: last offset and start of the batch, largest time so far', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, { 'index.interval.bytes': '250' })
    // Each batch of two records takes `size` bytes; the times go up, down, up.
    const size = batchOf([{ value: 'x'.repeat(20) }, { value: 'y' }]).length
    const times = [10, 20, 15, 5, 30, 25, 40]
    for (const ms of times)
      append(log, [
        { value: 'x'.repeat(20), timestampMs: start + ms },
        { value: 'y', timestampMs: start },
      ])
    directory.close(1)
    // Entries come with the batches at 3, 6: more than 250 bytes, three batches, since the one before.
    expect(words(segment(env, '.index'))).toEqual([7, 3 * size, 13, 6 * size])
    const time = (ms: number) => [Math.floor((start + ms) / 2 ** 32), (start + ms) | 0]
    expect(words(segment(env, '.timeindex'))).toEqual([...time(20), 3, ...time(40), 13])
  })

  it('DISK-12: pre-sized to whole entries and zero filled while active, cut to what is used at a roll and at a stop', () => {
    const env = testStorage()
    const config = { 'index.interval.bytes': '1', 'segment.index.bytes': '1003', 'segment.bytes': '1000' }
    const { directory, log } = createTestLog(env, config)
    const sizes = (base: number) =>
      ['.index', '.timeindex'].map(kind => env.disk.sizeOf(`data/t-0/${segmentFileName(base, kind as '.index')}`))
    expect(sizes(0)).toEqual([1000, 996])
    for (let i = 0; i < 4; i++) append(log, [{ value: 'x'.repeat(300), timestampMs: start + i }])
    expect(sizes(0)).toEqual([8, 12])
    expect(sizes(2)).toEqual([1000, 996])
    directory.close(1)
    expect(sizes(2)).toEqual([8, 12])
  })

  it.each(['.index', '.timeindex'] as const)(
    'DISK-13: a missing, torn or senseless %s is rebuilt, also after a clean stop',
    kind => {
      const damages: ((env: TestStorage, path: string) => void)[] = [
        (env, path) => env.disk.remove(path),
        (env, path) => env.disk.open(path, 'write').resize(env.disk.sizeOf(path) - 3),
        (env, path) => env.disk.open(path, 'write').resize(env.disk.sizeOf(path) + 120),
        (env, path) => env.disk.bytesOf(path).fill(0),
      ]
      for (const [index, damage] of damages.entries()) {
        const env = testStorage()
        const config = { 'segment.bytes': '2000', 'index.interval.bytes': '100' }
        const { directory, log } = createTestLog(env, config)
        for (let i = 0; i < 30; i++) append(log, [{ value: 'x'.repeat(200), timestampMs: start + i }])
        directory.close(1)
        const before = segment(env, kind).slice()
        damage(env, `data/t-0/${segmentFileName(0, kind)}`)
        const again = openTestDirectory(env, { configOf: () => config })
        expect(segment(env, kind), `damage ${index}`).toEqual(before)
        const reopened = again.log('t', 0)!
        expect(readAll(reopened).length).toBe(30)
        for (let i = 0; i < 30; i++) expect(reopened.offsetForTime(start + i, 30)?.offset).toBe(i)
        again.close(1)
      }
    },
  )

  it('DISK-18: .txnindex has 34 bytes per abort and is absent without one', () => {
    const env = testStorage()
    const { log } = createTestLog(env)
    append(log, [{}])
    expect(env.disk.exists('data/t-0/00000000000000000000.txnindex')).toBe(false)
    append(log, [{}, {}], { producerId: 7, producerEpoch: 0, baseSequence: 0, transactional: true })
    append(log, [{}], { producerId: 8, producerEpoch: 0, baseSequence: 0, transactional: true })
    for (const producerId of [7, 8]) {
      const marker = encodeTransactionMarker(
        { producerId, producerEpoch: 0, coordinatorEpoch: 0, committed: false, timestampMs: start },
        codecs,
      )
      log.appendAsLeader(marker, { leaderEpoch: 0, origin: 'coordinator' })
    }
    const bytes = segment(env, '.txnindex')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const entry = (at: number) => [view.getInt16(at), ...[2, 10, 18, 26].map(field => Number(view.getBigInt64(at + field)))]
    expect([bytes.length, entry(0), entry(34)]).toEqual([68, [0, 7, 1, 4, 3], [0, 8, 3, 5, 6]])
  })

  it('DISK-30: .deleted files and indexes without a log go at the start', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    append(log, [{}])
    directory.close(1)
    for (const name of [
      '00000000000000000009.index',
      '00000000000000000009.timeindex',
      '00000000000000000009.txnindex',
      '00000000000000000003.log.deleted',
      '00000000000000000003.log.cleaned',
    ]) {
      env.disk.open(`data/t-0/${name}`, 'create')
    }
    openTestDirectory(env)
    expect(env.disk.list('data/t-0').filter(name => /9\.|3\./.test(name))).toEqual([])
  })
})

describe('text files', () => {
  const topic = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-'), minLength: 1, maxLength: 30 })

  it('SEMANTICS 2.8: checkpoints give back what was written; other versions and counts are corrupt', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ topic, partition: fc.nat(), offset: fc.maxSafeNat() })), entries => {
        expect(decodePartitionOffsets(encodePartitionOffsets(entries))).toEqual(entries)
      }),
    )
    expect(encodePartitionOffsets([{ topic: 'a-b', partition: 3, offset: 9 }])).toBe('0\n1\na-b 3 9\n')
    for (const text of ['1\n0\n', '0\n1\n', '0\n0\na 1 2\n', '0\n1\na 1\n', '0\n1\na 1 2 3\n', '0\n1\na x 2\n', 'nonsense']) {
      expect(() => decodePartitionOffsets(text), text).toThrow(CorruptCheckpoint)
    }
    expect(decodePartitionOffsets('')).toEqual([])
    expect(decodeEpochs(encodeEpochs([{ epoch: 1, startOffset: 5 }]))).toEqual([{ epoch: 1, startOffset: 5 }])
  })

  it('SEMANTICS 2.1, 2.2: names are taken apart as they were put together', () => {
    fc.assert(
      fc.property(topic, fc.nat(9999), fc.constantFrom('-delete', '-future', '-stray'), (name, partition, suffix) => {
        const hex = '0123456789abcdef0123456789abcdef'
        expect(parsePartitionDirectoryName(`${name}-${partition}`)).toEqual({ topic: name, partition, suffix: undefined })
        expect(parsePartitionDirectoryName(suffixedDirectoryName(name, partition, hex, suffix as '-delete'))).toEqual({
          topic: name,
          partition,
          suffix,
        })
      }),
    )
    for (const name of ['no-number-x', 'topic', '-1', 'a-', '.lock']) expect(parsePartitionDirectoryName(name)).toBeUndefined()
    expect(parseSegmentFileName('00000000000000000042.timeindex.swap')).toEqual({
      offset: 42,
      kind: '.timeindex',
      suffix: '.swap',
    })
    for (const name of ['42.log', '00000000000000000042.log.tmp', 'leader-epoch-checkpoint'])
      expect(parseSegmentFileName(name)).toBeUndefined()
  })

  it('SEMANTICS 2.9: properties, partition metadata and the clean-shutdown marker, also of older brokers', () => {
    expect(parseMetaProperties('#c\n!d\nversion=1\ncluster.id = x\\=y\nnode.id:3\r\n')).toEqual({
      clusterId: 'x=y',
      nodeId: 3,
      directoryId: undefined,
    })
    expect(parsePartitionMetadata('version: 0\ntopic_id: abcdefghijklmnopqrstuA')).toBe('abcdefghijklmnopqrstuA')
    for (const text of [
      '',
      'version: 1\ntopic_id: abcdefghijklmnopqrstuA',
      'version: 0\ntopic_id: abc',
      'version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA',
    ]) {
      expect(parsePartitionMetadata(text)).toBeUndefined()
    }
    expect(['{"version":0,"brokerEpoch":7}', '', '{}', 'null', '{"brokerEpoch":"x"}'].map(parseCleanShutdown)).toEqual([
      7, -1, -1, -1, -1,
    ])
  })
})

describe('epoch cache', () => {
  it('REPL-11, REPL-12, DISK-34: is what a list of (epoch, offset) pairs says, whatever is assigned and truncated', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('assign' as const),
          epochs: fc.integer({ min: 0, max: 3 }),
          records: fc.integer({ min: 0, max: 5 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('end' as const, 'start' as const), share: fc.nat(100) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), steps => {
        const cache = new EpochCache()
        /** The epoch of each record from `first` on. */
        let epochs: number[] = []
        let first = 0
        let epoch = 0
        for (const one of steps) {
          const end = first + epochs.length
          if (one.kind === 'assign') {
            epoch += one.epochs
            if (one.records > 0) cache.assign(epoch, end)
            epochs.push(...Array.from({ length: one.records }, () => epoch))
          } else if (one.kind === 'end') {
            const to = first + Math.floor((epochs.length * one.share) / 100)
            cache.truncateFromEnd(to)
            epochs = epochs.slice(0, to - first)
          } else {
            const to = first + Math.floor((epochs.length * one.share) / 100)
            cache.truncateFromStart(to)
            epochs = epochs.slice(to - first)
            first = to
          }
        }
        const end = first + epochs.length
        for (let offset = first; offset < end; offset++) expect(cache.epochOf(offset)).toBe(epochs[offset - first])
        for (const known of new Set(epochs)) {
          const next = epochs.findIndex(each => each > known)
          expect(cache.endOffsetOf(known, end)).toEqual({ epoch: known, endOffset: next === -1 ? end : first + next })
        }
        const { entries } = cache
        for (let i = 1; i < entries.length; i++) {
          expect(entries[i]!.epoch > entries[i - 1]!.epoch && entries[i]!.startOffset > entries[i - 1]!.startOffset).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
