import { memo } from 'react'
import type { MouseEvent, RefObject } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { classes } from '../../widgets/classes.ts'
import type { Column } from '../../widgets/table/column.ts'
import styles from './messages.module.css'

/** What of a row is under the pointer. */
export interface RowPart {
  /** Of the column. */
  readonly column: string
  /** Characters of the cell's text before the pointer; null where the browser cannot tell. */
  readonly at: number | null
}

export interface MessageRowProps {
  readonly row: RecordRow
  readonly index: number
  readonly top: number
  readonly columns: readonly Column<RecordRow>[]
  readonly template: string
  readonly isSelected: boolean
  readonly isMarked: boolean
  /** The same object as long as the grid lives: a row is drawn again only when what it shows changes. */
  readonly actions: RefObject<{
    readonly select: (row: RecordRow, isMarking: boolean) => void
    readonly menu: (row: RecordRow, part: RowPart | null) => void
  }>
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { row, columns, actions } = props
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={props.isSelected}
      className={classes(styles.row, row.transaction === 'aborted' && styles.aborted, props.isMarked && styles.marked)}
      style={{ top: props.top, gridTemplateColumns: props.template }}
      onClick={event => actions.current.select(row, event.ctrlKey || event.metaKey)}
      onContextMenu={event => actions.current.menu(row, partUnder(event))}
    >
      <Cells row={row} columns={columns} />
    </div>
  )
})

/** Apart from the row, which moves when others come in front of it: its cells stay as they are. */
const Cells = memo(function Cells({ row, columns }: Pick<MessageRowProps, 'row' | 'columns'>) {
  return columns.map(column => (
    <div
      key={column.id}
      role="gridcell"
      data-column={column.id}
      className={classes(styles.cell, column.align === 'end' && styles.end, column.mono === true && styles.mono)}
    >
      {column.render === undefined ? (column.value(row) ?? <span className="faint">—</span>) : column.render(row)}
    </div>
  ))
})

function partUnder(event: MouseEvent): RowPart | null {
  const cell = (event.target as Element).closest('[data-column]')
  const column = cell?.getAttribute('data-column')
  if (cell === null || column === null || column === undefined) return null
  return { column, at: textBefore(cell, event.clientX, event.clientY) }
}

/** The text of a cell may lie in several pieces, of which some are marked. */
function textBefore(cell: Element, x: number, y: number): number | null {
  const caret = document.caretPositionFromPoint?.(x, y)
  const text = cell.querySelector('[data-text]')
  if (caret === null || caret === undefined || text === null || !text.contains(caret.offsetNode)) return null
  const range = document.createRange()
  range.setStart(text, 0)
  range.setEnd(caret.offsetNode, caret.offset)
  return range.toString().length
}
