import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { TextField } from '../fields.tsx'
import { formatCount, plural } from '../format.ts'
import { useScreenKeys } from '../keys.ts'
import type { MenuEntry } from '../menu.tsx'
import type { Column } from './column.ts'
import { filtered, sorted } from './sort-and-filter.ts'
import type { Sorting } from './sort-and-filter.ts'
import type { RowMarks } from './row-marks.ts'
import { TableMenus } from './table-menus.tsx'
import { TableRows } from './table-rows.tsx'
import { useColumnLayout } from './use-column-layout.ts'
import type { ColumnChoice } from './use-column-layout.ts'
import styles from './table.module.css'

export interface DataTableProps<Row> {
  /** Accessible name: `Topics`. */
  readonly name: string
  /** What a row is, for the count: `topic`. */
  readonly rowNoun: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly rowKey: (row: Row) => string
  /** Names the layout in the preferences: lists with the same key share it. */
  readonly storageKey: string
  readonly initialSorting?: Sorting
  /** Enter or double click. */
  readonly onOpen?: (row: Row) => void
  readonly selectedKey?: string | null
  readonly onSelect?: (row: Row) => void
  readonly rowMenu?: (row: Row) => readonly MenuEntry[]
  /** Rows can be marked for doing something with several: a check in front, Space, Ctrl or Shift with a click, Ctrl+A. */
  readonly marks?: RowMarks
  /** Instead of rows when there are none at all. */
  readonly empty: ReactNode
  /** At the left of the tools. */
  readonly tools?: ReactNode
  /** As high as its rows, without tools and filter: for short lists inside a page (at most some hundred rows). */
  readonly isFitted?: boolean
}

/** A virtual list with sorting, filter, columns to choose and copying: every list of the window but the messages. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns } = props
  const [text, setText] = useState('')
  const [sorting, setSorting] = useState<Sorting | null>(props.initialSorting ?? null)
  const choice = useColumnLayout(props.storageKey, columns)
  const found = useMemo(() => filtered(rows, columns, text), [rows, columns, text])
  const ordered = useMemo(() => sorted(found, columns, sorting), [found, columns, sorting])
  const sort = (column: string) =>
    setSorting(before => ({ column, descending: before?.column === column ? !before.descending : false }))
  return (
    <div className={styles.frame} style={props.isFitted === true ? { flex: 'none' } : undefined}>
      {props.isFitted !== true && <Tools {...props} text={text} onText={setText} choice={choice} shown={ordered} />}
      {rows.length === 0 ? (
        props.empty
      ) : (
        <TableRows
          {...props}
          rows={ordered}
          choice={choice}
          sorting={sorting}
          onSort={sort}
          nothing={`No ${props.rowNoun} matches “${text}”.`}
        />
      )}
    </div>
  )
}

interface ToolsProps<Row> extends DataTableProps<Row> {
  readonly text: string
  readonly onText: (text: string) => void
  readonly choice: ColumnChoice<Row>
  readonly shown: readonly Row[]
}

function Tools<Row>({ name, rowNoun, rows, columns, tools, text, onText, choice, shown }: ToolsProps<Row>) {
  useScreenKeys([{ key: '/', label: `Filter ${name.toLowerCase()}`, run: focusFilter }])
  return (
    <div className={styles.tools}>
      <div className={styles.filter}>
        <TextField
          label={`Filter ${name.toLowerCase()}`}
          hideLabel
          placeholder={`Filter ${name.toLowerCase()}…`}
          value={text}
          onChange={onText}
          type="search"
          data-filter=""
          onKeyDown={event => event.key === 'Escape' && onText('')}
        />
      </div>
      <span className="muted" role="status">
        {shown.length === rows.length
          ? plural(rows.length, rowNoun)
          : `${formatCount(shown.length)} of ${plural(rows.length, rowNoun)}`}
      </span>
      <span className="grow" />
      {tools}
      <TableMenus columns={columns} choice={choice} rows={shown} />
    </div>
  )
}

/** Of the tab in front: others keep theirs while they are hidden. */
function focusFilter(): void {
  const fields = [...document.querySelectorAll<HTMLElement>('[data-filter]')]
  fields.find(field => field.checkVisibility())?.focus()
}
