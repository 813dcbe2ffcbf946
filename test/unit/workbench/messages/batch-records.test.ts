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
