import type { PartitionSource, ReadResult } from './partition-source.ts'

/** Offsets of one partition that a session may show. */
export interface OffsetRange {
  readonly from: number
  /** Exclusive; infinite when nothing at or after the end is there yet. */
  readonly to: number
}

/** A source that ends where its ranges do: to whoever reads it, there is nothing before or behind them. */
export function rangedSource(source: PartitionSource, ranges: ReadonlyMap<number, OffsetRange>): PartitionSource {
  return {
    async read(partition, offset, limits) {
      const range = ranges.get(partition)
      if (range === undefined) return await source.read(partition, offset, limits)
      if (offset >= range.to) return nothingBehind(range, offset)
      return within(await source.read(partition, Math.max(offset, range.from), limits), range)
    },
  }
}

const nothingBehind = ({ from, to }: OffsetRange, offset: number): ReadResult => ({
  records: [],
  nextOffset: offset,
  startOffset: from,
  endOffset: to,
  bytes: 0,
})

function within(result: ReadResult, { from, to }: OffsetRange): ReadResult {
  return {
    records: result.nextOffset <= to ? result.records : result.records.filter(record => record.offset < to),
    nextOffset: Math.min(result.nextOffset, to),
    startOffset: Math.min(Math.max(result.startOffset, from), to),
    endOffset: Math.min(result.endOffset, to),
    bytes: result.bytes,
  }
}
