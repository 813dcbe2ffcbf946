import type { ReactNode } from 'react'

/** One column of a list. `value` is what is sorted, filtered and copied; `render` what is drawn instead of its text. */
export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly widthPx: number
  /** Takes what is left of the width; at least `widthPx`. */
  readonly grows?: boolean
  readonly align?: 'start' | 'end'
  readonly mono?: boolean
  readonly value: (row: Row) => string | number | null
  readonly render?: (row: Row) => ReactNode
  /** Shown only when chosen. */
  readonly hiddenAtFirst?: boolean
  /** Explains the title. */
  readonly hint?: string
  /** Stands behind the title, less bright: the format of what is below. */
  readonly note?: string
}

export interface ColumnLayout {
  readonly widths: Readonly<Record<string, number>>
  readonly hidden: readonly string[]
}

export const isColumnLayout = (value: unknown): value is ColumnLayout =>
  typeof value === 'object' && value !== null && 'widths' in value && 'hidden' in value && Array.isArray(value.hidden)

export const firstLayout = <Row>(columns: readonly Column<Row>[]): ColumnLayout => ({
  widths: {},
  hidden: columns.filter(column => column.hiddenAtFirst === true).map(column => column.id),
})

/** As `grid-template-columns`. */
export const columnTemplate = <Row>(columns: readonly Column<Row>[], layout: ColumnLayout): string =>
  columns
    .map(column => {
      const width = layout.widths[column.id]
      return column.grows === true && width === undefined ? `minmax(${column.widthPx}px, 1fr)` : `${width ?? column.widthPx}px`
    })
    .join(' ')
