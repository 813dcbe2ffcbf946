import { expect, it } from 'vitest'
import type { LogRecord } from '../../../../src-main/workbench/messages/log-record.ts'
import type { PartitionSource } from '../../../../src-main/workbench/messages/partition-source.ts'
import { rangedSource } from '../../../../src-main/workbench/messages/ranged-source.ts'

const limits = { bytesMax: 1_000, signal: new AbortController().signal }
const record = (offset: number): LogRecord => ({
  offset,
  timestampMs: 0,
  timestampType: 'create',
  key: null,
  value: null,
  headers: [],
  transaction: null,
  control: null,
})
/** Offsets 0 to 99, ten to an answer. */
const source: PartitionSource = {
  read: (_partition, offset) =>
    Promise.resolve({
      records: Array.from({ length: Math.min(10, 100 - offset) }, (_, at) => record(offset + at)),
      nextOffset: Math.min(100, offset + 10),
      startOffset: 0,
      endOffset: 100,
      bytes: 10,
    }),
}

it('a range has nothing before or behind it', async () => {
  const ranged = rangedSource(source, new Map([[0, { from: 20, to: 35 }]]))
  const first = await ranged.read(0, 0, limits)
  expect(first).toMatchObject({ nextOffset: 30, startOffset: 20, endOffset: 35 })
  expect(first.records[0]?.offset).toBe(20)
  const second = await ranged.read(0, 30, limits)
  expect(second.records.map(it => it.offset)).toEqual([30, 31, 32, 33, 34])
  expect(second.nextOffset).toBe(35)
  expect(await ranged.read(0, 35, limits)).toMatchObject({ records: [], nextOffset: 35, endOffset: 35 })
})

it('without a range, or without an end, the partition is as it is', async () => {
  const ranged = rangedSource(source, new Map([[1, { from: 50, to: Number.POSITIVE_INFINITY }]]))
  expect(await ranged.read(0, 3, limits)).toMatchObject({ nextOffset: 13, startOffset: 0, endOffset: 100 })
  expect(await ranged.read(1, 95, limits)).toMatchObject({ nextOffset: 100, startOffset: 50, endOffset: 100 })
})
