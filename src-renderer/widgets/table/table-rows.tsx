import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { classes } from '../classes.ts'
import { ContextMenu } from '../menu.tsx'
import type { DataTableProps } from './data-table.tsx'
import type { Column } from './column.ts'
import type { Sorting } from './sort-and-filter.ts'
import { TableHead } from './table-head.tsx'
import type { ColumnChoice } from './use-column-layout.ts'
import { useRowHeight } from './use-row-height.ts'
import styles from './table.module.css'

export interface TableRowsProps<Row> extends DataTableProps<Row> {
  readonly choice: ColumnChoice<Row>
  readonly sorting: Sorting | null
  readonly onSort: (column: string) => void
  /** Said when a filter leaves no row. */
  readonly nothing: string
}

/** The rows on screen, and no others. Arrow keys, Home, End and page keys move the active row, Enter opens it. */
export function TableRows<Row>(props: TableRowsProps<Row>) {
  const { rows, rowKey, choice } = props
  const viewport = useRef<HTMLDivElement>(null)
  const rowHeightPx = useRowHeight()
  const [activeKey, setActiveKey] = useState<string | null>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  })
  useEffect(() => virtual.measure(), [rowHeightPx, virtual])
  const selectedKey = props.selectedKey === undefined ? activeKey : props.selectedKey
  const activeAt = rows.findIndex(row => rowKey(row) === selectedKey)

  const activate = (at: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, at))]
    if (row === undefined) return
    setActiveKey(rowKey(row))
    props.onSelect?.(row)
    virtual.scrollToIndex(Math.max(0, Math.min(rows.length - 1, at)))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((viewport.current?.clientHeight ?? 0) / rowHeightPx) - 2)
    const target = keyTarget(event.key, activeAt, page, rows.length)
    if (target !== undefined) activate(target)
    else if (event.key === 'Enter' && rows[activeAt] !== undefined) props.onOpen?.(rows[activeAt])
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={viewport}
      role={props.onOpen === undefined && props.onSelect === undefined ? 'table' : 'grid'}
      aria-label={props.name}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      className={classes(styles.viewport, props.isFitted === true && styles.fitted, styles.focused)}
      onKeyDown={onKeyDown}
    >
      <TableHead {...choice} columns={choice.shown} sorting={props.sorting} onSort={props.onSort} onResize={choice.resize} />
      <div className={styles.body} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(item => {
          const row = rows[item.index] as Row
          const key = rowKey(row)
          return (
            <RowLine
              key={key}
              {...props}
              row={row}
              index={item.index}
              top={item.start}
              isSelected={key === selectedKey}
              onActivate={() => activate(item.index)}
            />
          )
        })}
      </div>
      {rows.length === 0 && (
        <p className="muted" style={{ padding: 16 }}>
          {props.nothing}
        </p>
      )}
    </div>
  )
}

interface RowLineProps<Row> extends TableRowsProps<Row> {
  readonly row: Row
  readonly index: number
  readonly top: number
  readonly isSelected: boolean
  readonly onActivate: () => void
}

function RowLine<Row>({ row, index, top, isSelected, onActivate, choice, rowMenu, onOpen, onSelect }: RowLineProps<Row>) {
  const isGrid = onOpen !== undefined || onSelect !== undefined
  const line = (
    <div
      role="row"
      aria-rowindex={index + 2}
      {...(isGrid ? { 'aria-selected': isSelected } : {})}
      data-active={isSelected}
      className={styles.row}
      style={{ top, gridTemplateColumns: choice.template }}
      onClick={onActivate}
      onContextMenu={onActivate}
      onDoubleClick={() => onOpen?.(row)}
    >
      {choice.shown.map(column => (
        <Cell key={column.id} column={column} row={row} role={isGrid ? 'gridcell' : 'cell'} />
      ))}
    </div>
  )
  return rowMenu === undefined ? line : <ContextMenu entries={() => rowMenu(row)}>{line}</ContextMenu>
}

function Cell<Row>({ column, row, role }: { readonly column: Column<Row>; readonly row: Row; readonly role: string }) {
  const value = column.value(row)
  return (
    <div
      role={role}
      className={classes(styles.cell, column.align === 'end' && styles.end, column.mono === true && styles.mono)}
      title={typeof value === 'string' ? value : undefined}
    >
      {column.render === undefined ? (value ?? '—') : column.render(row)}
    </div>
  )
}

/** Where a key moves the active row; undefined when it does not. */
export function keyTarget(key: string, at: number, page: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return at + 1
    case 'ArrowUp':
      return Math.max(0, at - 1)
    case 'PageDown':
      return at + page
    case 'PageUp':
      return Math.max(0, at - page)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
