import { useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, UIEvent } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { classes } from '../../widgets/classes.ts'
import { ContextMenu } from '../../widgets/menu.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { TableHead } from '../../widgets/table/table-head.tsx'
import { keyTarget } from '../../widgets/table/table-rows.tsx'
import type { ColumnChoice } from '../../widgets/table/use-column-layout.ts'
import { useRowHeight } from '../../widgets/table/use-row-height.ts'
import { rowKey } from './row-window.ts'
import { useScrollWindow } from './use-scroll-window.ts'
import styles from './messages.module.css'

export interface MessageGridProps {
  readonly rows: readonly RecordRow[]
  /** Position of the first row on a line without a beginning (see `RowWindow`). */
  readonly firstIndex: number
  readonly choice: ColumnChoice<RecordRow>
  readonly selectedKey: string | null
  /** `record` to compare with; drawn beside the selected one. */
  readonly markedKeys: ReadonlySet<string>
  /** At the first draw: at the end (newest), at the start, or at this row. */
  readonly opensAt: 'start' | 'end' | number
  /** Stays at the end as rows come. */
  readonly follows: boolean
  readonly onSelect: (row: RecordRow, isMarking: boolean) => void
  readonly onOpen: (row: RecordRow) => void
  readonly onEdges: (edges: { readonly nearStart: boolean; readonly nearEnd: boolean }) => void
  /** Home and End beyond what is loaded. */
  readonly onJump: (to: 'start' | 'end') => void
  readonly rowMenu: (row: RecordRow, column: string | null) => readonly MenuEntry[]
  readonly onScrolledAway: () => void
}

/** The rows on screen of however many there are; rows that come in front do not move what is read. */
export function MessageGrid(props: MessageGridProps) {
  const { rows, choice, selectedKey } = props
  const rowHeightPx = useRowHeight()
  const frame = useRef<HTMLDivElement>(null)
  const at = useMemo(() => (selectedKey === null ? -1 : rows.findIndex(row => rowKey(row) === selectedKey)), [rows, selectedKey])
  const view = useScrollWindow({ ...props, frame, rowHeightPx, selectedAt: at })
  const [menuAt, setMenuAt] = useState<{ row: RecordRow; column: string | null } | null>(null)
  const select = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (row === undefined) return
    props.onSelect(row, false)
    view.reveal(Math.max(0, Math.min(rows.length - 1, index)))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === 'Home' || event.key === 'End') && (event.ctrlKey || event.metaKey))
      props.onJump(event.key === 'Home' ? 'start' : 'end')
    else if (event.key === 'Enter' && rows[at] !== undefined) props.onOpen(rows[at])
    else {
      const target = keyTarget(event.key, at, Math.max(1, view.rowsVisible - 2), rows.length)
      if (target === undefined) return
      select(target)
    }
    event.preventDefault()
  }
  return (
    <ContextMenu entries={() => (menuAt === null ? [] : props.rowMenu(menuAt.row, menuAt.column))}>
      <div
        ref={frame}
        role="grid"
        aria-label="Messages"
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        className={styles.grid}
        onKeyDown={onKeyDown}
        onScroll={(event: UIEvent<HTMLDivElement>) => view.scrolled(event.currentTarget)}
      >
        <TableHead
          columns={choice.shown}
          layout={choice.layout}
          template={choice.template}
          sorting={{ column: 'time', descending: false }}
          onResize={choice.resize}
        />
        <div role="rowgroup" className={styles.body} style={{ height: rows.length * rowHeightPx }}>
          {rows.slice(view.from, view.to).map((row, index) => (
            <MessageRow
              key={rowKey(row)}
              row={row}
              index={view.from + index}
              top={(view.from + index) * rowHeightPx}
              choice={choice}
              isSelected={rowKey(row) === selectedKey}
              isMarked={props.markedKeys.has(rowKey(row))}
              onSelect={isMarking => props.onSelect(row, isMarking)}
              onOpen={() => props.onOpen(row)}
              onMenu={column => setMenuAt({ row, column })}
            />
          ))}
        </div>
      </div>
    </ContextMenu>
  )
}

interface MessageRowProps {
  readonly row: RecordRow
  readonly index: number
  readonly top: number
  readonly choice: ColumnChoice<RecordRow>
  readonly isSelected: boolean
  readonly isMarked: boolean
  readonly onSelect: (isMarking: boolean) => void
  readonly onOpen: () => void
  readonly onMenu: (column: string | null) => void
}

function MessageRow(props: MessageRowProps) {
  const { row, choice } = props
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={props.isSelected}
      className={classes(styles.row, row.transaction === 'aborted' && styles.aborted, props.isMarked && styles.marked)}
      style={{ top: props.top, gridTemplateColumns: choice.template }}
      onClick={event => props.onSelect(event.ctrlKey || event.metaKey)}
      onDoubleClick={props.onOpen}
      onContextMenu={event => {
        props.onSelect(false)
        props.onMenu((event.target as Element).closest('[data-column]')?.getAttribute('data-column') ?? null)
      }}
    >
      {choice.shown.map(column => (
        <div
          key={column.id}
          role="gridcell"
          data-column={column.id}
          className={classes(styles.cell, column.align === 'end' && styles.end, column.mono === true && styles.mono)}
        >
          {column.render === undefined ? (column.value(row) ?? <span className="faint">—</span>) : column.render(row)}
        </div>
      ))}
    </div>
  )
}
