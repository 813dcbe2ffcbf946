/** What is on screen of a list of rows of one height, below a head of about the same height. */
export interface ScrollShape {
  readonly topPx: number
  readonly heightPx: number
  readonly rowHeightPx: number
  readonly rows: number
}

const overscanRows = 8
/** Rows from an edge at which the next page is asked for. */
const nearRows = 60
/** Of the head, which lies over the rows. */
export const headPx = 27

export function rowsInView({ topPx, heightPx, rowHeightPx, rows }: ScrollShape): {
  readonly from: number
  readonly to: number
  readonly rowsVisible: number
} {
  const rowsVisible = Math.max(1, Math.ceil((heightPx - headPx) / rowHeightPx))
  const first = Math.min(Math.floor(topPx / rowHeightPx), Math.max(0, rows - rowsVisible))
  return { from: Math.max(0, first - overscanRows), to: Math.min(rows, first + rowsVisible + 1 + overscanRows), rowsVisible }
}

export const isNearStart = ({ topPx, rowHeightPx }: ScrollShape): boolean => topPx < nearRows * rowHeightPx
export const isNearEnd = ({ topPx, heightPx, rowHeightPx, rows }: ScrollShape): boolean =>
  topPx + heightPx > (rows - nearRows) * rowHeightPx
export const isAtBottom = ({ topPx, heightPx, rowHeightPx, rows }: ScrollShape): boolean =>
  topPx + heightPx >= rows * rowHeightPx + headPx - 4

/** Where a list opens: at an edge, or with this row a little below the top. */
export function openingTop(opensAt: 'start' | 'end' | number, rows: number, rowHeightPx: number, heightPx: number): number {
  const lastPx = Math.max(0, rows * rowHeightPx + headPx - heightPx)
  if (opensAt === 'end') return lastPx
  return opensAt === 'start' ? 0 : Math.max(0, Math.min(lastPx, (opensAt - 2) * rowHeightPx))
}

/** The frame as it was last measured. */
export interface MeasuredFrame {
  readonly topPx: number
  readonly heightPx: number
  /** Position of the first row then; null: no row has been shown yet. */
  readonly firstIndex: number | null
}

export interface RowsToShow {
  readonly rows: number
  readonly firstIndex: number
  readonly rowHeightPx: number
  readonly opensAt: 'start' | 'end' | number
  readonly follows: boolean
}

/**
 * Where the frame will stand with these rows in it: at its opening place, at the end that it follows, or where what is read stays where it
 * is. Drawn for that place at once, rows are drawn and laid out once; drawn for the place before, twice.
 */
export function expectedTop(known: MeasuredFrame, next: RowsToShow): number {
  const { rows, rowHeightPx } = next
  if (known.firstIndex === null) return openingTop(next.opensAt, rows, rowHeightPx, known.heightPx)
  const lastPx = openingTop('end', rows, rowHeightPx, known.heightPx)
  if (next.follows) return lastPx
  return Math.max(0, Math.min(lastPx, known.topPx + (known.firstIndex - next.firstIndex) * rowHeightPx))
}

/** The least move that brings a row on screen. */
export function revealingTop(index: number, rowHeightPx: number, topPx: number, heightPx: number): number {
  const rowTopPx = index * rowHeightPx
  const lowestPx = rowTopPx + rowHeightPx + headPx - heightPx
  return rowTopPx < topPx ? rowTopPx : Math.max(topPx, Math.min(rowTopPx, lowestPx))
}
