import { Columns3, Copy } from 'lucide-react'
import { IconButton } from '../button.tsx'
import { copyText } from '../clipboard.ts'
import { plural } from '../format.ts'
import { Menu } from '../menu.tsx'
import type { MenuEntry } from '../menu.tsx'
import type { Column } from './column.ts'
import { copyFormats, rowsAsText } from './copy-rows.ts'
import type { ColumnChoice } from './use-column-layout.ts'

export interface TableMenusProps<Row> {
  /** All there are, shown or not. */
  readonly columns: readonly Column<Row>[]
  readonly choice: ColumnChoice<Row>
  /** Those that are copied. */
  readonly rows: readonly Row[]
}

/** What every list offers: which columns are shown, and its rows as text. */
export function TableMenus<Row>({ columns, choice, rows }: TableMenusProps<Row>) {
  const copies = copyFormats.map(format => ({
    label: `Copy as ${format}`,
    run: () => void copyText(rowsAsText(rows, choice.shown, format), `Copied ${plural(rows.length, 'row')} as ${format}`),
  }))
  return (
    <>
      <Menu entries={columnEntries(columns, choice)} align="end">
        <IconButton label="Columns">
          <Columns3 aria-hidden />
        </IconButton>
      </Menu>
      <Menu entries={copies} align="end">
        <IconButton label="Copy rows">
          <Copy aria-hidden />
        </IconButton>
      </Menu>
    </>
  )
}

/** One check per column and a way back. */
const columnEntries = <Row,>(columns: readonly Column<Row>[], choice: ColumnChoice<Row>): MenuEntry[] => [
  ...columns.map(column => ({
    kind: 'check' as const,
    label: column.title,
    checked: choice.shown.includes(column),
    run: (isShown: boolean) => choice.show(column.id, isShown),
  })),
  { kind: 'separator' },
  { label: 'As at first', run: choice.reset },
]
