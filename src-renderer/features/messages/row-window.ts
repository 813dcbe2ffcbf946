import type { Cut, RecordPage, RecordRow } from '../../../src-main/contract/views/records.ts'

/** Rows held at once: beyond it those at the far end are let go, and read again when the reader comes back. */
export const rowsHeldMax = 5_000

/** A stretch of the topic between two cuts. Its rows are in ascending order. */
export interface RowWindow {
  readonly rows: readonly RecordRow[]
  /** Cuts before the first row and after the last one, parallel to `partitions`. */
  readonly start: Cut
  readonly end: Cut
  readonly atStart: boolean
  readonly atEnd: boolean
  /**
   * Position of the first row on a line without a beginning: it sinks when rows come in front and rises when they go, so that what is
   * on screen can stay where it is.
   */
  readonly firstIndex: number
}

export const emptyWindow = (anchor: Cut): RowWindow => ({
  rows: [],
  start: anchor,
  end: anchor,
  atStart: false,
  atEnd: false,
  firstIndex: 0,
})

/** `partitions`: those of the session, in the order of its cuts. */
export function withPage(
  window: RowWindow,
  page: RecordPage,
  direction: 'forward' | 'backward',
  partitions: readonly number[],
): RowWindow {
  return direction === 'forward' ? forward(window, page, partitions) : backward(window, page, partitions)
}

function forward(window: RowWindow, page: RecordPage, partitions: readonly number[]): RowWindow {
  const rows = [...window.rows, ...page.rows]
  const excess = Math.max(0, rows.length - rowsHeldMax)
  const dropped = rows.slice(0, excess)
  return {
    rows: excess === 0 ? rows : rows.slice(excess),
    start: excess === 0 ? window.start : cutAfter(window.start, dropped, partitions),
    end: page.end,
    atStart: excess === 0 && (window.atStart || (window.rows.length === 0 && page.atStart)),
    atEnd: page.atEnd,
    firstIndex: window.firstIndex + excess,
  }
}

function backward(window: RowWindow, page: RecordPage, partitions: readonly number[]): RowWindow {
  const rows = [...page.rows, ...window.rows]
  const dropped = rows.slice(rowsHeldMax)
  return {
    rows: dropped.length === 0 ? rows : rows.slice(0, rowsHeldMax),
    start: page.start,
    end: dropped.length === 0 ? window.end : cutBefore(window.end, dropped, partitions),
    atStart: page.atStart,
    atEnd: dropped.length === 0 && (window.atEnd || (window.rows.length === 0 && page.atEnd)),
    firstIndex: window.firstIndex - page.rows.length,
  }
}

/** Records of a partition stand in the order of their offsets, so the last one let go tells where the rest begins. */
function cutAfter(cut: Cut, dropped: readonly RecordRow[], partitions: readonly number[]): Cut {
  const next = new Map(dropped.map(row => [row.partition, row.offset + 1]))
  return cut.map((offset, index) => Math.max(offset, next.get(partitions[index] as number) ?? offset))
}

function cutBefore(cut: Cut, dropped: readonly RecordRow[], partitions: readonly number[]): Cut {
  const first = new Map(dropped.toReversed().map(row => [row.partition, row.offset]))
  return cut.map((offset, index) => Math.min(offset, first.get(partitions[index] as number) ?? offset))
}

export const rowKey = (row: { readonly partition: number; readonly offset: number }): string => `${row.partition}:${row.offset}`
