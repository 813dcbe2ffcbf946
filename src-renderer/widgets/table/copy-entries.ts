import { copyText } from '../clipboard.ts'
import { plural } from '../format.ts'
import type { MenuEntry } from '../menu.tsx'
import type { Column } from './column.ts'
import { copyFormats, rowsAsText } from './copy-rows.ts'

export interface CopyPlace<Row> {
  readonly row: Row
  /** That was clicked; undefined: the menu came by a key. */
  readonly column: Column<Row> | undefined
  /** All that are shown. */
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  /** No tools stand above the list: its menu has to offer what they do. */
  readonly hasNoTools: boolean
}

const hintChars = 32

/** What every list offers to copy at a right click. */
export function copyEntries<Row>({ row, column, rows, columns, hasNoTools }: CopyPlace<Row>): MenuEntry[] {
  const cell = column === undefined ? '' : textOf(column, row)
  return [
    ...(column === undefined || cell === ''
      ? []
      : [{ label: 'Copy cell', hint: shortened(cell), run: () => void copyText(cell, 'Copied the cell') }]),
    { label: 'Copy row', hint: 'JSON', run: () => void copyText(rowAsJson(row, columns), 'Copied the row') },
    ...(column === undefined
      ? []
      : [
          {
            label: 'Copy column',
            hint: column.title,
            run: () => void copyText(rows.map(it => textOf(column, it)).join('\n'), `Copied ${plural(rows.length, 'cell')}`),
          },
        ]),
    ...(hasNoTools ? copyFormats : []).map(format => ({
      label: `Copy all as ${format}`,
      run: () => void copyText(rowsAsText(rows, columns, format), `Copied ${plural(rows.length, 'row')} as ${format}`),
    })),
  ]
}

const textOf = <Row>(column: Column<Row>, row: Row): string => String(column.value(row) ?? '')
const shortened = (text: string): string => (text.length > hintChars ? `${text.slice(0, hintChars)}…` : text)

const rowAsJson = <Row>(row: Row, columns: readonly Column<Row>[]): string =>
  JSON.stringify(Object.fromEntries(columns.map(column => [column.id, column.value(row)])))
