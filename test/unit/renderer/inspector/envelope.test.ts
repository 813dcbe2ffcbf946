import { describe, expect, it } from 'vitest'
import type { BatchFacts, RecordDetail } from '../../../../src-main/contract/views/records.ts'
import { envelope } from '../../../../src-renderer/features/inspector/envelope.ts'
import { compressionText, recordFacts } from '../../../../src-renderer/features/inspector/record-facts.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const batch: BatchFacts = {
  baseOffset: 88_400,
  lastOffset: 88_430,
  recordCount: 31,
  sizeBytes: 1_000,
  uncompressedBytes: 3_100,
  magic: 2,
  compression: 'lz4',
  crc: 0xbeef,
  crcValid: true,
  leaderEpoch: 7,
  producerId: 4_012,
  producerEpoch: 1,
  baseSequence: 190,
  sequence: 208,
  isTransactional: true,
  isControl: false,
  firstTimestampMs: 0,
  maxTimestampMs: 0,
}
const detail: RecordDetail = {
  topic: 'orders',
  partition: 3,
  offset: 88_418,
  timestampMs: 1_795_183_380_012,
  timestampType: 'create',
  key: null,
  value: null,
  headers: [],
  transaction: null,
  control: null,
  batch,
}

describe('a record as JSON', () => {
  it('keeps the characters of JSON, quotes text, and says bytes that are none', () => {
    const text = envelope(detail, {
      key: utf8('A "1"'),
      value: utf8('{"n":9007199254740993,"n":1.50}\n'),
      headers: [
        { name: 'bin', value: Uint8Array.from([0xff, 0xfe]) },
        { name: 'none', value: null },
      ],
    })
    expect(text).toContain('"value": {"n":9007199254740993,"n":1.50},')
    expect(JSON.parse(text)).toMatchObject({
      topic: 'orders',
      partition: 3,
      offset: 88_418,
      key: 'A "1"',
      headers: [
        ['bin', { $base64: '//4=' }],
        ['none', null],
      ],
    })
  })

  it('takes what only begins like JSON as text', () => {
    const text = envelope(detail, { key: null, value: utf8('{"cut":'), headers: [] })
    expect(JSON.parse(text)).toMatchObject({ value: '{"cut":', headers: [] })
  })
})

describe('facts of a record', () => {
  const valueOf = (changed: Partial<RecordDetail>, name: string) =>
    recordFacts({ ...detail, ...changed }, 'Europe/Berlin').find(fact => fact.name === name)?.value

  it('say position, zone, batch, producer', () => {
    expect(valueOf({}, 'Partition · offset')).toBe('3 · 88,418')
    expect(valueOf({}, 'Timestamp')).toBe('2026-11-20 15:03:00.012')
    expect(valueOf({}, 'Kind of time')).toBe('create time · Europe/Berlin')
    expect(valueOf({}, 'Batch')).toBe('88,400 + 31 records')
    expect(valueOf({}, 'Compression')).toBe('lz4 3.1×')
    expect(valueOf({}, 'Producer')).toBe('4012/1 · seq 208')
  })

  it('say what became of the transaction', () => {
    const plain = { ...batch, isTransactional: false }
    expect(valueOf({}, 'Transaction')).toBe('committed')
    expect(valueOf({ transaction: 'aborted' }, 'Transaction')).toBe('aborted')
    expect(valueOf({ transaction: 'open' }, 'Transaction')).toBe('open')
    expect(valueOf({ batch: plain }, 'Transaction')).toBe('none')
    expect(valueOf({ control: 'abort' }, 'Transaction')).toBe('abort marker')
  })

  it('say no ratio that is not known', () => {
    expect(compressionText({ ...batch, uncompressedBytes: null })).toBe('lz4')
    expect(compressionText({ ...batch, compression: 'none' })).toBe('none')
  })
})
