import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compressionNames } from '../../../broker-core/env/codec.ts'
import { crc32c } from '../../../broker-core/env/node/checksum.ts'
import { nodeCompression } from '../../../broker-core/env/node/compression.ts'
import {
  batchCompression,
  batchCrcIsValid,
  batchHeaderBytes,
  batchLastSequence,
  readBatchHeader,
  sequenceAfter,
  stampLogAppendTime,
  stampOffsetAndEpoch,
} from '../../../broker-core/records/batch-header.ts'
import { batchesIn, batchStarts, findBatchContaining, wholeBatchesBytes } from '../../../broker-core/records/batch-iterator.ts'
import { recompressBatch } from '../../../broker-core/records/batch-recompression.ts'
import { encodeBatch, type RecordToWrite } from '../../../broker-core/records/batch-writer.ts'
import {
  controlRecordKey,
  controlTypeOf,
  controlTypes,
  coordinatorEpochOf,
  encodeTransactionMarker,
} from '../../../broker-core/records/control-records.ts'
import { CorruptRecords, openRecords, type RecordView, recordsOf } from '../../../broker-core/records/record-reader.ts'
import { VarintReader, varintBytes, writeVarint } from '../../../broker-core/records/record-varint.ts'

const codecs = { crc32c, compression: nodeCompression }
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const text = (value: string) => new TextEncoder().encode(value)

const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 60 }), { nil: null })
const record: fc.Arbitrary<RecordToWrite> = fc.record({
  timestampMs: fc.integer({ min: -1, max: 2 ** 42 }),
  key: bytesOrNull,
  value: bytesOrNull,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 8 }), value: bytesOrNull }), { maxLength: 3 }),
})

const plainRecord = (one: RecordView) => ({
  ...one,
  key: plain(one.key),
  value: plain(one.value),
  headers: one.headers.map(header => ({ key: header.key, value: plain(header.value) })),
})

const plain = (bytes: Uint8Array | null) => (bytes === null ? null : [...bytes])

describe('record batches', () => {
  it('SEMANTICS 2.3: one record, byte for byte', () => {
    const batch = encodeBatch(
      {
        records: [{ timestampMs: 1000, key: text('k'), value: text('v1'), headers: [{ key: 'h', value: null }] }],
        baseOffset: 7,
        leaderEpoch: 2,
        producerId: 9,
        producerEpoch: 3,
        baseSequence: 5,
      },
      codecs,
    )
    // length 12: attributes, timestamp delta 0, offset delta 0, key length 1 (zig-zag 2), value length 2 (4), one header (2): key 1, value null
    const records = ['18', '00', '00', '00', '02', hex(text('k')), '04', hex(text('v1')), '02', '02', hex(text('h')), '01'].join(
      '',
    )
    const timestamps = '00000000000003e8'.repeat(2)
    const behindCrc = ['0000', '00000000', timestamps, '0000000000000009', '0003', '00000005', '00000001', records].join('')
    const size = 49 + records.length / 2
    expect(hex(batch)).toBe(
      `0000000000000007${size.toString(16).padStart(8, '0')}0000000202${crc32c(Buffer.from(behindCrc, 'hex')).toString(16).padStart(8, '0')}${behindCrc}`,
    )
  })

  it('DISK-01: give back what was written, with every codec', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...compressionNames),
        (records, compression) => {
          const batch = encodeBatch(
            { records, compression, baseOffset: 100, baseSequence: 2147483640, producerId: 1, producerEpoch: 0 },
            codecs,
          )
          expect([batchCrcIsValid(batch, 0, crc32c), batchCompression(batch, 0)]).toEqual([true, compression])
          const found = [...recordsOf(batch, nodeCompression)]
          expect(found.map(plainRecord)).toEqual(
            records.map((one, i) => ({
              offset: 100 + i,
              timestampMs: one.timestampMs,
              sequence: sequenceAfter(2147483640, i),
              key: plain(one.key),
              value: plain(one.value),
              headers: one.headers!.map(header => ({ key: header.key, value: plain(header.value) })),
            })),
          )
        },
      ),
    )
  })

  it('DISK-01: with log append time every record has the time of the batch; sequences wrap', () => {
    const batch = encodeBatch(
      {
        records: [
          { timestampMs: 5, key: null, value: null },
          { timestampMs: 6, key: null, value: null },
        ],
        baseSequence: 2147483647,
        producerId: 1,
      },
      codecs,
    )
    stampLogAppendTime(batch, 0, 999, crc32c)
    expect([...recordsOf(batch, nodeCompression)].map(one => [one.timestampMs, one.sequence])).toEqual([
      [999, 2147483647],
      [999, 0],
    ])
    expect([batchLastSequence(batch, 0), batchCrcIsValid(batch, 0, crc32c)]).toEqual([0, true])
  })

  it('PROD-07: stamping offset and epoch leaves the CRC valid, up to 2^53', () => {
    const batch = encodeBatch({ records: [{ timestampMs: 5, key: null, value: null }] }, codecs)
    stampOffsetAndEpoch(batch, 0, 2 ** 53 - 1, 2147483647)
    expect(readBatchHeader(batch)).toMatchObject({ baseOffset: 2 ** 53 - 1, leaderEpoch: 2147483647 })
    expect(batchCrcIsValid(batch, 0, crc32c)).toBe(true)
  })

  it('DISK-04: an empty batch keeps offsets and producer, without a base time', () => {
    const batch = encodeBatch(
      { records: [], lastOffsetDelta: 9, maxTimestampMs: 77, producerId: 4, producerEpoch: 1, baseSequence: 3, baseOffset: 20 },
      codecs,
    )
    expect(readBatchHeader(batch)).toMatchObject({
      sizeBytes: batchHeaderBytes,
      lastOffsetDelta: 9,
      baseTimestampMs: -1,
      maxTimestampMs: 77,
      producerId: 4,
      baseSequence: 3,
      recordCount: 0,
    })
    expect([...recordsOf(batch, nodeCompression)]).toEqual([])
  })

  it('PROD-06: recompressing changes the codec and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 10 }),
        fc.constantFrom(...compressionNames),
        fc.constantFrom(...compressionNames),
        (records, from, to) => {
          const batch = encodeBatch(
            { records, compression: from, baseOffset: 3, producerId: 6, producerEpoch: 1, baseSequence: 0, transactional: true },
            codecs,
          )
          const again = recompressBatch(batch, to, undefined, codecs)
          const { sizeBytes: _size, crc: _crc, attributes, ...rest } = readBatchHeader(again)
          expect(rest).toEqual((({ sizeBytes: _s, crc: _c, attributes: _a, ...header }) => header)(readBatchHeader(batch)))
          expect([attributes & 0x10, batchCompression(again, 0), batchCrcIsValid(again, 0, crc32c)]).toEqual([0x10, to, true])
          expect([...recordsOf(again, nodeCompression)].map(plainRecord)).toEqual(
            [...recordsOf(batch, nodeCompression)].map(plainRecord),
          )
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('a sequence of batches', () => {
  const one = (baseOffset: number, count: number) =>
    encodeBatch(
      { baseOffset, records: Array.from({ length: count }, () => ({ timestampMs: 1, key: null, value: text('x') })) },
      codecs,
    )
  const three = new Uint8Array([...one(0, 3), ...one(5, 1), ...one(10, 2)])

  it('is walked batch by batch; a partial one at the end is left out', () => {
    expect([...batchStarts(three)].length).toBe(3)
    expect([...batchesIn(three.subarray(0, three.length - 1))].map(batch => readBatchHeader(batch).baseOffset)).toEqual([0, 5])
    expect(wholeBatchesBytes(three.subarray(0, three.length - 1))).toBe(three.length - one(10, 2).length)
    expect([...batchStarts(three.subarray(0, 11))]).toEqual([])
  })

  it('FETCH-03: is searched for the batch that holds an offset, or the next one', () => {
    const baseOf = (offset: number) => {
      const at = findBatchContaining(three, offset)
      return at === -1 ? -1 : readBatchHeader(three, at).baseOffset
    }
    expect([0, 2, 3, 5, 6, 11, 12].map(baseOf)).toEqual([0, 0, 5, 5, 10, 10, -1])
  })

  it('a length that no batch has ends the walk', () => {
    for (const length of [-1, 0, 48, 2 ** 31 - 1]) {
      const bytes = three.slice()
      new DataView(bytes.buffer).setInt32(8, length)
      expect([...batchStarts(bytes)]).toEqual([])
    }
  })
})

describe('hostile batches', () => {
  it('a damaged batch is known by its CRC, and its records end in CorruptRecords or a codec error, never in anything else', () => {
    const records = Array.from({ length: 8 }, (_, i) => ({
      timestampMs: i,
      key: text(`key ${i}`),
      value: text('value '.repeat(4)),
      headers: [{ key: 'h', value: text('x') }],
    }))
    fc.assert(
      fc.property(
        fc.constantFrom(...compressionNames),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 255 }),
        (compression, place, flip) => {
          const batch = encodeBatch({ records, compression }, codecs)
          const at = 21 + (place % (batch.length - 21))
          batch[at]! ^= flip
          expect(batchCrcIsValid(batch, 0, crc32c)).toBe(false)
          try {
            for (const one of recordsOf(batch, nodeCompression, { maxBytes: 1 << 20 }))
              expect(one.headers.length).toBeLessThan(100)
          } catch (error) {
            expect(['CorruptRecords', 'CompressionError']).toContain((error as Error).name)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('a record count that lies, in either direction, is corrupt', () => {
    for (const count of [0, 1, 3, 2 ** 31 - 1, -1]) {
      const batch = encodeBatch(
        {
          records: [
            { timestampMs: 1, key: null, value: null },
            { timestampMs: 1, key: null, value: null },
          ],
        },
        codecs,
      )
      new DataView(batch.buffer).setInt32(57, count)
      expect(() => [...recordsOf(batch, nodeCompression)]).toThrow(CorruptRecords)
    }
  })

  it('codecs that nobody defined are corrupt', () => {
    const batch = encodeBatch({ records: [{ timestampMs: 1, key: null, value: null }] }, codecs)
    batch[22] = 6
    expect(() => openRecords(batch, 0, nodeCompression)).toThrow(CorruptRecords)
  })
})

describe('control records', () => {
  it('DISK-03: a marker has version and type in its key, version and coordinator epoch in its value, and no sequence', () => {
    const batch = encodeTransactionMarker(
      { producerId: 8, producerEpoch: 2, coordinatorEpoch: 44, committed: true, timestampMs: 5 },
      codecs,
    )
    const [one] = [...recordsOf(batch, nodeCompression)]
    expect([hex(one!.key!), hex(one!.value!)]).toEqual(['00000001', '00000000002c'])
    expect(readBatchHeader(batch)).toMatchObject({
      attributes: 0x30,
      producerId: 8,
      producerEpoch: 2,
      baseSequence: -1,
      recordCount: 1,
    })
    expect([controlTypeOf(one!.key), coordinatorEpochOf(one!.value)]).toEqual([controlTypes.commit, 44])
  })

  it('DISK-03: keys that are none and unknown types are told apart from known ones', () => {
    expect(controlTypeOf(controlRecordKey(controlTypes.abort))).toBe(0)
    expect(controlTypeOf(Uint8Array.of(0, 9, 0, 3, 1))).toBe(3)
    expect([controlTypeOf(null), controlTypeOf(Uint8Array.of(0, 0, 1)), controlTypeOf(Uint8Array.of(255, 255, 0, 1))]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('varints in records', () => {
  it('WIRE-05: zig-zag, of the length that was said', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer(), fc.maxSafeInteger()).filter(value => Math.abs(value) < 2 ** 52),
        value => {
          const bytes = new Uint8Array(10)
          const end = writeVarint(bytes, 0, value)
          expect(end).toBe(varintBytes(value))
          expect(new VarintReader(bytes, 0, end).next()).toBe(value)
          expect(() => new VarintReader(bytes, 0, end - 1).next()).toThrow(CorruptRecords)
        },
      ),
    )
    expect(
      [0, -1, 1, 63, 64, -65].map(
        value => hex(new Uint8Array(10).subarray(0, writeVarint(new Uint8Array(10), 0, value))).length / 2,
      ),
    ).toEqual([1, 1, 1, 1, 2, 2])
  })

  it('WIRE-05: longer than ten bytes, or beyond 2^53, is corrupt', () => {
    expect(() => new VarintReader(new Uint8Array(12).fill(0x80), 0, 12).next()).toThrow(CorruptRecords)
    expect(() => new VarintReader(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 1), 0, 10).next()).toThrow(
      CorruptRecords,
    )
  })
})
