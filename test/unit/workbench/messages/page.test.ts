import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordRow } from '../../../../src-main/contract/views/records.ts'
import { newDecoding } from '../../../../src-main/workbench/decoders/decoding.ts'
import { backwardLane, forwardLane, tolerantLane } from '../../../../src-main/workbench/messages/lane.ts'
import type { LogRecord } from '../../../../src-main/workbench/messages/log-record.ts'
import { pageOfLanes } from '../../../../src-main/workbench/messages/page.ts'
import type { PartitionSource } from '../../../../src-main/workbench/messages/partition-source.ts'

/** A partition as a broker has it: batches of records, offsets with gaps, an end that may lie behind the last record. */
interface FakePartition {
  readonly startOffset: number
  readonly endOffset: number
  readonly records: readonly LogRecord[]
}

const recordBytes = 100

function source(partitions: readonly FakePartition[], recordsPerBatch = 3): PartitionSource {
  return {
    read(partition, offset, { bytesMax }) {
      const log = partitions[partition] as FakePartition
      const at = log.records.findIndex(record => record.offset >= offset)
      if (at === -1) return Promise.resolve({ ...log, records: [], nextOffset: log.endOffset, bytes: 0 })
      const batches = Math.max(1, Math.floor(bytesMax / (recordBytes * recordsPerBatch)))
      const records = log.records.slice(at, at + batches * recordsPerBatch)
      const next = log.records[at + records.length]?.offset ?? log.endOffset
      return Promise.resolve({ ...log, records, nextOffset: next, bytes: records.length * recordBytes })
    },
  }
}

const record = (offset: number, timestampMs: number): LogRecord => ({
  offset,
  timestampMs,
  timestampType: 'create',
  key: null,
  value: new TextEncoder().encode(`at ${offset}`),
  headers: [],
  transaction: null,
  control: null,
})

const logs = fc.array(
  fc.array(fc.record({ gap: fc.integer({ min: 0, max: 40 }), step: fc.integer({ min: -5, max: 20 }) }), { maxLength: 60 }),
  { minLength: 1, maxLength: 5 },
)

function partitionOf(steps: readonly { gap: number; step: number }[]): FakePartition {
  let offset = 10
  let timestampMs = 1_000
  const records = steps.map(({ gap, step }) => {
    offset += 1 + gap
    timestampMs += step
    return record(offset, timestampMs)
  })
  return { startOffset: 10, endOffset: offset + 5, records }
}

const read = { bytesMax: 1_000, signal: new AbortController().signal }
const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto' })

async function readAll(partitions: readonly FakePartition[], direction: 'forward' | 'backward', count: number) {
  const from = partitions.map(log => (direction === 'forward' ? log.startOffset : log.endOffset))
  const lanes = partitions.map((bounds, partition) => {
    const options = { partition, source: source(partitions), bounds, wanted: () => true }
    return direction === 'forward' ? forwardLane(options, from[partition] ?? 0) : backwardLane(options, from[partition] ?? 0, 4)
  })
  const pages: RecordRow[][] = []
  let cut: readonly number[] = from
  for (;;) {
    const page = await pageOfLanes(lanes, { direction, from: cut, count, bytesMax: 1e6, read }, decoding)
    pages.push([...page.rows])
    expect(page.rows.length).toBeLessThanOrEqual(count)
    cut = direction === 'forward' ? page.end : page.start
    if (direction === 'forward' ? page.atEnd : page.atStart) return { pages, cut }
  }
}

const placesOf = (rows: readonly RecordRow[]) => rows.map(row => `${row.partition}-${row.offset}`)
const allPlaces = (partitions: readonly FakePartition[]) =>
  partitions.flatMap((log, partition) => log.records.map(({ offset }) => `${partition}-${offset}`)).sort()

describe('pages between cuts', () => {
  it.each(['forward', 'backward'] as const)('%s: every record comes once, whatever the gaps and times', async direction => {
    await fc.assert(
      fc.asyncProperty(logs, fc.integer({ min: 1, max: 30 }), async (steps, count) => {
        const partitions = steps.map(partitionOf)
        const { pages } = await readAll(partitions, direction, count)
        expect(placesOf(pages.flat()).sort()).toEqual(allPlaces(partitions))
        for (const page of pages) for (const [partition] of partitions.entries()) expectRising(page, partition)
      }),
    )
  })

  it('merges by timestamp, then partition, where times do not run backwards', async () => {
    const partitions = [
      { startOffset: 0, endOffset: 3, records: [record(0, 5), record(1, 7), record(2, 9)] },
      { startOffset: 0, endOffset: 3, records: [record(0, 5), record(1, 6), record(2, 9)] },
    ]
    for (const direction of ['forward', 'backward'] as const) {
      const { pages } = await readAll(partitions, direction, 100)
      expect(placesOf(pages.flat())).toEqual(['0-0', '1-0', '1-1', '0-1', '0-2', '1-2'])
    }
  })

  it('goes on forward from where it went backward, without loss or doubling', async () => {
    const partitions = [partitionOf(Array.from({ length: 50 }, (_, index) => ({ gap: index % 3, step: 1 })))]
    const before = (partitions[0] as FakePartition).endOffset
    const options = { partition: 0, source: source(partitions), bounds: partitions[0] as FakePartition, wanted: () => true }
    const back = await pageOfLanes(
      [backwardLane(options, before, 2)],
      { direction: 'backward', from: [before], count: 7, bytesMax: 1e6, read },
      decoding,
    )
    const forth = await pageOfLanes(
      [forwardLane(options, back.start[0] ?? 0)],
      { direction: 'forward', from: back.start, count: 7, bytesMax: 1e6, read },
      decoding,
    )
    expect(placesOf(forth.rows)).toEqual(placesOf(back.rows))
  })

  it('marks a record older than an earlier one of its partition', async () => {
    const partitions = [{ startOffset: 0, endOffset: 3, records: [record(0, 5), record(1, 3), record(2, 6)] }]
    const { pages } = await readAll(partitions, 'forward', 10)
    expect(pages.flat().map(row => row.runsBackwards)).toEqual([false, true, false])
  })

  it('shows the other partitions when one cannot be read, and says which', async () => {
    const partitions = [partitionOf([{ gap: 0, step: 1 }]), partitionOf([{ gap: 0, step: 1 }])]
    const broken: PartitionSource = { read: () => Promise.reject(new Error('no leader')) }
    const missing: number[] = []
    const lanes = [broken, source(partitions)].map((from, partition) => {
      const options = { partition, source: from, bounds: partitions[partition] as FakePartition, wanted: () => true }
      return tolerantLane(forwardLane(options, 10), failed => missing.push(failed))
    })
    const page = await pageOfLanes(lanes, { direction: 'forward', from: [10, 10], count: 9, bytesMax: 1e6, read }, decoding)
    expect(missing).toEqual([0])
    expect(placesOf(page.rows)).toEqual(['1-11'])
  })
})

function expectRising(page: readonly RecordRow[], partition: number): void {
  const offsets = page.filter(row => row.partition === partition).map(row => row.offset)
  expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
}
