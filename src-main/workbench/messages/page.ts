import type { Cut, RecordPage } from '../../contract/views/records.ts'
import type { Decoding } from '../decoders/decoding.ts'
import type { Lane } from './lane.ts'
import type { LogRecord } from './log-record.ts'
import { mergeLanes } from './merge.ts'
import type { Taken } from './merge.ts'
import type { ReadLimits } from './partition-source.ts'
import type { RowColumns } from './row-columns.ts'
import { markBackwards, recordRow, rowBytes } from './record-row.ts'

export interface PageOrder {
  readonly direction: 'forward' | 'backward'
  /** The cut that the lanes stand at, parallel to them. */
  readonly from: Cut
  readonly count: number
  /** Of rows on their way to the window. */
  readonly bytesMax: number
  readonly read: ReadLimits
}

export type PageOfLanes = Omit<RecordPage, 'missing' | 'tookMs'>

/** Moves all lanes on by one page: bounded by count and bytes, at least one row where there is one. */
export async function pageOfLanes(
  lanes: readonly Lane[],
  order: PageOrder,
  decoding: Pick<Decoding, 'prepare' | 'preview'>,
  columns?: RowColumns,
): Promise<PageOfLanes> {
  const all: Taken[] = []
  let bytes = 0
  const scannedBefore = scannedOf(lanes)
  await mergeLanes(lanes, order.direction, { count: order.count, read: order.read }, taken => {
    all.push(taken)
    bytes += rowBytes(taken.record)
    return bytes < order.bytesMax
  })
  await decoding.prepare(all.flatMap(({ record }) => partsOf(record)))
  const rows = all.map(({ partition, record }) => recordRow(partition, record, decoding, columns))
  const isForward = order.direction === 'forward'
  const reached = lanes.map(lane => lane.cut())
  return {
    rows: markBackwards(isForward ? rows : rows.reverse()),
    start: isForward ? order.from : reached,
    end: isForward ? reached : order.from,
    atStart: lanes.every((lane, index) => (isForward ? (order.from[index] ?? 0) <= lane.bounds.startOffset : lane.isUsedUp())),
    atEnd: lanes.every((lane, index) => (isForward ? lane.isUsedUp() : (order.from[index] ?? 0) >= lane.bounds.endOffset)),
    endOffsets: lanes.map(lane => lane.bounds.endOffset),
    scannedRecords: scannedOf(lanes) - scannedBefore,
  }
}

const scannedOf = (lanes: readonly Lane[]): number => lanes.reduce((sum, lane) => sum + lane.scanned, 0)

const partsOf = (record: LogRecord): Uint8Array[] => [record.key, record.value].filter(bytes => bytes !== null)
