import type { Column } from './column.ts'

export interface Sorting {
  readonly column: string
  readonly descending: boolean
}

/** Sorted by a column: numbers as numbers, text as people sort it, unknown last in both directions. Equal rows keep their order. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  const column = columns.find(one => one.id === sorting?.column)
  if (column === undefined || sorting === null) return rows
  const sign = sorting.descending ? -1 : 1
  const keyed = rows.map(row => ({ row, value: column.value(row) }))
  keyed.sort((a, b) => compare(a.value, b.value, sign))
  return keyed.map(({ row }) => row)
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

function compare(a: string | number | null, b: string | number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
  return sign * collator.compare(String(a), String(b))
}

/** Rows in whose text every word occurs, in whatever column and case. */
export function filtered<Row>(rows: readonly Row[], columns: readonly Column<Row>[], text: string): readonly Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(row => {
    const all = columns.map(column => String(column.value(row) ?? '').toLowerCase()).join('\u0000')
    return words.every(word => all.includes(word))
  })
}
