import type { PartitionView } from '../../../src-main/contract/views/topics.ts'
import { formatCount } from '../../widgets/format.ts'
import { isHeldBack, laggards, leaderText, recordsOf } from './partition-texts.ts'

/** Widths of columns, in pixels, by what stands in them. */
export interface PartitionWidths {
  readonly leader: number
  readonly replicas: number
  readonly inSync: number
  readonly start: number
  readonly end: number
  readonly stable: number
  readonly records: number
}

/** Of the window's fixed-width font at its size. */
const characterPx = 7.2
const paddingPx = 20

/** As wide as the longest of its texts, so that neither digits are cut nor room is kept for none; `leastPx` is for the title. */
export const fittedPx = (characters: number, leastPx: number): number =>
  Math.max(leastPx, Math.ceil(characters * characterPx) + paddingPx)

export function partitionWidths(rows: readonly PartitionView[]): PartitionWidths {
  const longest = (of: (row: PartitionView) => number) => rows.reduce((most, row) => Math.max(most, of(row)), 0)
  // The greatest offset is the longest; formatting one instead of thousands is done in no time.
  const digits = (of: (row: PartitionView) => number | null) => formatCount(longest(row => of(row) ?? 0)).length
  return {
    leader: rows.some(row => row.leader >= 0 && row.error !== null)
      ? 118
      : fittedPx(
          longest(row => leaderText(row).length),
          70,
        ),
    replicas: fittedPx(
      longest(row => row.replicas.join(', ').length),
      80,
    ),
    inSync: inSyncPx(rows),
    start: fittedPx(
      digits(row => row.startOffset),
      76,
    ),
    end: fittedPx(
      digits(row => row.endOffset),
      76,
    ),
    stable: fittedPx(
      digits(row => (isHeldBack(row) ? row.lastStableOffset : 0)),
      94,
    ),
    records: fittedPx(digits(recordsOf), 86),
  }
}

function inSyncPx(rows: readonly PartitionView[]): number {
  const words = new Set(rows.flatMap(row => laggards(row).map(({ word }) => word)))
  return words.has('being added') ? 168 : words.size > 0 ? 138 : 76
}
