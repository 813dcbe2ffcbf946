import { memo } from 'react'
import type { PointerEvent, ReactNode } from 'react'
import { classes } from '../classes.ts'
import type { Column, ColumnLayout } from './column.ts'
import type { Sorting } from './sort-and-filter.ts'
import styles from './table.module.css'

const widthMinPx = 48
const keyStepPx = 16

export interface TableHeadProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly layout: ColumnLayout
  readonly template: string
  readonly sorting: Sorting | null
  /** Absent: the order is not the reader's to choose. */
  readonly onSort?: (column: string) => void
  readonly onResize: (column: string, widthPx: number) => void
  /** A cell before the first column; `template` has a track for it. */
  readonly lead?: ReactNode | undefined
}

/** Titles: a click sorts, the edge resizes (with the pointer, or with the arrow keys when focused). */
function Head<Row>({ columns, template, sorting, onSort, onResize, lead }: TableHeadProps<Row>) {
  return (
    <div role="row" aria-rowindex={1} className={styles.head} style={{ gridTemplateColumns: template }}>
      {lead !== undefined && (
        <div role="columnheader" className={styles.markCell}>
          {lead}
        </div>
      )}
      {columns.map(column => {
        const order = sorting?.column === column.id ? (sorting.descending ? 'descending' : 'ascending') : 'none'
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-sort={order}
            className={classes(styles.headCell, column.align === 'end' && styles.end)}
            title={column.hint}
          >
            <button type="button" className={styles.headButton} tabIndex={-1} onClick={() => onSort?.(column.id)}>
              <span className="cut">{column.title}</span>
              {order !== 'none' && <span aria-hidden>{order === 'descending' ? '↓' : '↑'}</span>}
            </button>
            <Resizer title={column.title} onResize={widthPx => onResize(column.id, widthPx)} />
          </div>
        )
      })}
    </div>
  )
}

/** Drawn anew only when something about the columns changed, not with every row that scrolls by. */
export const TableHead = memo(Head) as typeof Head

function Resizer({ title, onResize }: { readonly title: string; readonly onResize: (widthPx: number) => void }) {
  const widthOf = (handle: Element) => handle.parentElement?.getBoundingClientRect().width ?? widthMinPx
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget
    const [startX, width] = [event.clientX, widthOf(handle)]
    handle.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => onResize(Math.max(widthMinPx, Math.round(width + moved.clientX - startX)))
    handle.addEventListener('pointermove', move)
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), { once: true })
  }
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${title}`}
      className={styles.resizer}
      onPointerDown={onPointerDown}
      onKeyDown={event => {
        const step = event.key === 'ArrowRight' ? keyStepPx : event.key === 'ArrowLeft' ? -keyStepPx : 0
        if (step !== 0) onResize(Math.max(widthMinPx, Math.round(widthOf(event.currentTarget) + step)))
      }}
    />
  )
}
