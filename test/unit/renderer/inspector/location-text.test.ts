import { describe, expect, it } from 'vitest'
import type { FilePosition } from '../../../../src-main/contract/views/records.ts'
import { batchSteps, filePath, segmentStrip } from '../../../../src-renderer/features/inspector/location-text.ts'

const file: FilePosition = {
  segment: 'orders-3/00000000000000000040.log',
  segmentBytes: 1_000,
  isActive: true,
  segmentCount: 2,
  position: 600,
  sizeBytes: 100,
  baseOffset: 50,
  lastOffset: 52,
  index: { entries: 9, entry: 4, offset: 48, position: 400 },
  scannedBatches: 3,
}
const texts = (of: FilePosition, offset = 51) => batchSteps(of, offset).map(({ text }) => text)

describe('where a record lies', () => {
  it('is told in the order in which a broker finds it', () => {
    expect(texts(file)).toEqual([
      'entry 4 of 9 entries leads to it: offset 48 at position 400',
      '2 batches (200 B) passed over by their headers',
      'position 600, 100 bytes: offsets 50 to 52',
      '2nd offset of the batch',
    ])
  })

  it('says when no entry leads there, and when the entry leads to the batch itself', () => {
    const index = { entries: 9, entry: 0, offset: 40, position: 0 }
    expect(texts({ ...file, index })[0]).toBe('none of 9 entries lies before it: reading starts with the segment')
    expect(texts({ ...file, index: { ...index, entries: 0 } })[0]).toMatch(/^no entries on disk yet/)
    expect(texts({ ...file, scannedBatches: 1 })[1]).toBe('the entry leads to the batch itself')
    expect(texts({ ...file, index: { ...file.index, entries: 4 } })[0]).toMatch(/newer entries are still in the memory/)
    expect(texts(file, 62)[3]).toBe('13th offset of the batch')
  })

  it('is drawn true to scale, within the segment', () => {
    expect(segmentStrip(file)).toEqual({ entryShare: 0.4, batchShare: 0.6, endShare: 0.7 })
    expect(segmentStrip({ ...file, segmentBytes: 0 })).toEqual({ entryShare: 1, batchShare: 1, endShare: 1 })
  })

  it('has a path as the system of the broker writes it', () => {
    const copy = { brokerId: 1, isLeader: true, directory: '/data/broker-1', file, missing: null }
    expect(filePath(copy)).toBe('/data/broker-1/orders-3/00000000000000000040.log')
    expect(filePath({ ...copy, directory: 'C:\\data', file: { ...file, segment: 'orders-3\\0.log' } })).toBe(
      'C:\\data\\orders-3\\0.log',
    )
    expect(filePath({ ...copy, file: null })).toBe('/data/broker-1')
  })
})
