import type { RecordRow, RecordSession } from '../../../src-main/contract/views/records.ts'
import { rowKey } from './row-window.ts'

export interface OpeningInput {
  readonly rows: readonly RecordRow[]
  readonly isReading: boolean
  readonly isLive: boolean
  readonly isFiltered: boolean
  readonly session: RecordSession | null
  /** The row that was chosen last: a filter that is switched on or off stays there. */
  readonly place: string | null
}

/** Newest: at the end; a place in the middle: at the first row that is not before it. */
export function openingRow(input: OpeningInput): 'start' | 'end' | number {
  const { rows, session, place } = input
  const placed = place === null ? -1 : rows.findIndex(row => rowKey(row) === place)
  if (placed >= 0 && !input.isLive) return placed
  if (input.isLive) return 'end'
  if (!input.isReading || session === null || input.isFiltered) return 'start'
  if (session.firstDirection === 'backward') return 'end'
  const from = new Map(session.partitions.map(({ partition }, index) => [partition, session.anchor[index] as number]))
  return Math.max(
    0,
    rows.findIndex(row => row.offset >= (from.get(row.partition) ?? 0)),
  )
}
