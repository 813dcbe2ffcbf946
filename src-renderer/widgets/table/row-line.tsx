import { memo } from 'react'
import type { MouseEvent } from 'react'
import { classes } from '../classes.ts'
import type { Column } from './column.ts'
import styles from './table.module.css'

/** What lines tell their list. One object for all lines, the same for good, so that a line is drawn anew only when it changed. */
export interface LineActions<Row> {
  readonly activate: (index: number) => void
  readonly click: (index: number, event: MouseEvent) => void
  readonly open: (row: Row) => void
  readonly mark: (row: Row) => void
}

export interface RowLineProps<Row> {
  readonly row: Row
  readonly rowKey: string
  readonly index: number
  readonly top: number
  readonly template: string
  readonly columns: readonly Column<Row>[]
  readonly isSelected: boolean
  /** Undefined: rows cannot be marked. */
  readonly isMarked: boolean | undefined
  readonly isGrid: boolean
  readonly actions: LineActions<Row>
}

function Line<Row>(props: RowLineProps<Row>) {
  const { row, index, top, template, columns, isSelected, isMarked, isGrid, actions } = props
  const role = isGrid ? 'gridcell' : 'cell'
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      {...(isGrid ? { 'aria-selected': isSelected } : {})}
      data-active={isSelected}
      className={styles.row}
      style={{ top, gridTemplateColumns: template }}
      onClick={event => actions.click(index, event)}
      onContextMenu={() => actions.activate(index)}
      onDoubleClick={() => actions.open(row)}
    >
      {isMarked !== undefined && (
        <div role={role} className={styles.markCell}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Mark ${props.rowKey}`}
            checked={isMarked}
            onClick={event => event.stopPropagation()}
            onDoubleClick={event => event.stopPropagation()}
            onChange={() => actions.mark(row)}
          />
        </div>
      )}
      {columns.map(column => (
        <Cell key={column.id} column={column} row={row} role={role} />
      ))}
    </div>
  )
}

export const RowLine = memo(Line) as typeof Line

function Cell<Row>({ column, row, role }: { readonly column: Column<Row>; readonly row: Row; readonly role: string }) {
  const value = column.value(row)
  return (
    <div
      role={role}
      data-column={column.id}
      className={classes(styles.cell, column.align === 'end' && styles.end, column.mono === true && styles.mono)}
      title={typeof value === 'string' ? value : undefined}
    >
      {column.render === undefined ? (value ?? '—') : column.render(row)}
    </div>
  )
}
