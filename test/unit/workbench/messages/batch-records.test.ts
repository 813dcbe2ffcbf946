import { describe, expect, it } from 'vitest'
import { nodeEnv } from '../../../../broker-core/env/node/node-env.ts'
import { encodeBatch } from '../../../../broker-core/records/batch-writer.ts'
import { encodeTransactionMarker } from '../../../../broker-core/records/control-records.ts'
import { stampOffsetAndEpoch } from '../../../../broker-core/records/batch-header.ts'
import { readBatches } from '../../../../src-main/workbench/messages/batch-records.ts'

const codecs = nodeEnv()
const { compression } = codecs

/** Batches one after the other, each with its base offset. */
function log(...batches: readonly (readonly [baseOffset: number, batch: Uint8Array])[]): Uint8Array {
  for (const [baseOffset, batch] of batches) stampOffsetAndEpoch(batch, 0, baseOffset, 0)
  return Uint8Array.from(batches.flatMap(([, batch]) => [...batch]))
}
const data = (producerId: number, count: number, codec: 'none' | 'zstd' = 'none') =>
  encodeBatch(
    {
      records: Array.from({ length: count }, (_, index) => ({
        timestampMs: 1_000 + index,
        key: null,
        value: Uint8Array.of(index),
      })),
      producerId,
      producerEpoch: 0,
      baseSequence: 0,
      transactional: producerId >= 0,
      compression: codec,
    },
    codecs,
  )
const marker = (producerId: number, committed: boolean) =>
  encodeTransactionMarker({ producerId, producerEpoch: 0, coordinatorEpoch: 0, committed, timestampMs: 2_000 }, codecs)

describe('records of an answer', () => {
  it('begin where they were asked for, also in the middle of a compressed batch', () => {
    const bytes = log([10, data(-1, 5, 'zstd')], [15, data(-1, 2)])
    const read = readBatches(bytes, { compression, from: 12, aborted: [], stableOffset: 100 })
    expect(read.records.map(record => record.offset)).toEqual([12, 13, 14, 15, 16])
    expect(read.nextOffset).toBe(17)
  })

  it('drop a batch that is cut off, and go on from before it', () => {
    const bytes = log([0, data(-1, 3)], [3, data(-1, 3)])
    const read = readBatches(bytes.subarray(0, bytes.length - 1), { compression, from: 0, aborted: [], stableOffset: 100 })
    expect([read.records.length, read.nextOffset]).toEqual([3, 3])
  })

  it('end before a batch that is damaged; only where it is the first, nothing can be shown', () => {
    const damaged = data(-1, 2)
    // Its record count lies.
    damaged[60] = 9
    const bytes = log([0, data(-1, 3)], [3, damaged], [5, data(-1, 1)])
    const read = (from: number, at: number) =>
      readBatches(bytes.subarray(at), { compression, from, aborted: [], stableOffset: 100 })
    expect(read(0, 0)).toMatchObject({ records: [{ offset: 0 }, { offset: 1 }, { offset: 2 }], nextOffset: 3 })
    expect(() => read(3, data(-1, 3).length)).toThrow('varint cut off')
  })

  it('of a format that is not read are said to be that, not taken for nothing', () => {
    // Offset, size, CRC, magic 1, attributes, time, no key, one byte of value: shorter than the head of a batch.
    const message = new Uint8Array(12 + 4 + 2 + 8 + 4 + 5)
    const view = new DataView(message.buffer)
    view.setInt32(8, message.length - 12)
    view.setInt8(16, 1)
    view.setInt32(26, -1)
    view.setInt32(30, 1)
    const reading = { compression, from: 0, aborted: [], stableOffset: 100 }
    expect(() => readBatches(message, reading)).toThrow('message format v1')
    const both = Uint8Array.from([...log([0, data(-1, 1)]), ...message])
    expect(readBatches(both, reading)).toMatchObject({ records: [{ offset: 0 }], nextOffset: 1 })
  })

  it('TXN: mark what was aborted up to its marker, and nothing of the producer behind it', () => {
    const bytes = log(
      [0, data(7, 2)],
      [2, data(8, 1)],
      [3, marker(7, false)],
      [4, data(7, 1)],
      [5, marker(7, true)],
      [6, marker(8, true)],
    )
    const { records } = readBatches(bytes, {
      compression,
      from: 0,
      aborted: [{ producerId: 7, firstOffset: 0 }],
      stableOffset: 100,
    })
    expect(records.map(record => [record.offset, record.transaction, record.control])).toEqual([
      [0, 'aborted', null],
      [1, 'aborted', null],
      [2, null, null],
      [3, null, 'abort'],
      [4, null, null],
      [5, null, 'commit'],
      [6, null, 'commit'],
    ])
  })

  it('TXN: mark as open what lies behind the last stable offset', () => {
    const bytes = log([0, data(7, 1)], [1, data(-1, 1)], [2, data(7, 1)])
    const { records } = readBatches(bytes, { compression, from: 0, aborted: [], stableOffset: 0 })
    expect(records.map(record => record.transaction)).toEqual(['open', null, 'open'])
  })
})
