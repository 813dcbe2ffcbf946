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
  const keyed = rows.map(row => ({ row, value: sortKey(column.value(row)) }))
  const isPlain = keyed.every(({ value }) => typeof value !== 'string' || plainText.test(value))
  const compareText = isPlain ? compareByUnits : collator.compare
  keyed.sort((a, b) => compare(a.value, b.value, sign, compareText))
  return keyed.map(({ row }) => row)
}

type Key = string | number | null
/** Printable ASCII. */
const plainText = /^[ -~]*$/

/**
 * Text in lower case, every number in it with its length in front: such keys compare by code units as people sort text, many times
 * faster than a collator. For a list of thousands that is the difference between a pause and none.
 */
function sortKey(value: Key): Key {
  if (typeof value !== 'string') return value
  const kept = keysKept.get(value)
  if (kept !== undefined) return kept
  const key = newSortKey(value)
  if (keysKept.size >= keysKeptMax) keysKept.clear()
  keysKept.set(value, key)
  return key
}

/** The same names are sorted again at every refresh. Beyond the bound it begins anew. */
const keysKept = new Map<string, string>()
const keysKeptMax = 50_000

const newSortKey = (text: string): string =>
  text.toLowerCase().replaceAll(/\d+/g, digits => {
    const number = digits.replace(/^0+(?=\d)/, '')
    return String.fromCharCode(lengthBase + Math.min(number.length, lengthMax)) + number
  })
/** From `0` on, so that numbers come between punctuation and letters. */
const lengthBase = 0x30
const lengthMax = 40

const compareByUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

function compare(a: Key, b: Key, sign: number, compareText: (a: string, b: string) => number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
  return sign * compareText(String(a), String(b))
}

/** Rows in whose text every word occurs, in whatever column and case. */
export function filtered<Row>(rows: readonly Row[], columns: readonly Column<Row>[], text: string): readonly Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(row => {
    const all = textOf(row, columns)
    return words.every(word => all.includes(word))
  })
}

const texts = new WeakMap<object, { readonly columns: unknown; readonly text: string }>()

/** Kept with the row: rows never change, and a long list is filtered again at every key. */
function textOf<Row>(row: Row, columns: readonly Column<Row>[]): string {
  const kept = typeof row === 'object' && row !== null ? texts.get(row) : undefined
  if (kept?.columns === columns) return kept.text
  const text = columns.map(column => String(column.value(row) ?? '').toLowerCase()).join('\u0000')
  if (typeof row === 'object' && row !== null) texts.set(row, { columns, text })
  return text
}
