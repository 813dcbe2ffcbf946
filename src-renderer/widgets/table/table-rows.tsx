import { useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, MouseEvent as ReactMouseEvent, ReactNode } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCurrent } from '../../bridge/use-current.ts'
import { classes } from '../classes.ts'
import { ContextMenu } from '../menu.tsx'
import type { MenuEntry } from '../menu.tsx'
import { copyEntries } from './copy-entries.ts'
import type { DataTableProps } from './data-table.tsx'
import type { Sorting } from './sort-and-filter.ts'
import { marksAfterClick, marksOfAll, toggledMark } from './row-marks.ts'
import type { RowMarks } from './row-marks.ts'
import { RowLine } from './row-line.tsx'
import type { LineActions } from './row-line.tsx'
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

const markTrack = '30px'

/** The rows on screen, and no others. Arrow keys, Home, End and page keys move the active row, Enter opens it. */
export function TableRows<Row>(props: TableRowsProps<Row>) {
  const { rows, rowKey, choice, marks } = props
  const viewport = useRef<HTMLDivElement>(null)
  const rowHeightPx = useRowHeight()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  })
  useEffect(() => virtual.measure(), [rowHeightPx, virtual])
  const { selectedKey, actions, onKeyDown } = useActiveRow(props, {
    scrollTo: index => virtual.scrollToIndex(index),
    pageRows: () => Math.max(1, Math.floor((viewport.current?.clientHeight ?? 0) / rowHeightPx) - 2),
  })
  const isGrid = props.onOpen !== undefined || props.onSelect !== undefined
  const lead = useMemo(() => (props.marks === undefined ? undefined : <AllMark {...props} marks={props.marks} />), [props])
  const template = marks === undefined ? choice.template : `${markTrack} ${choice.template}`
  return (
    <div
      ref={viewport}
      role={isGrid ? 'grid' : 'table'}
      aria-label={props.name}
      aria-rowcount={rows.length + 1}
      {...(marks === undefined ? {} : { 'aria-multiselectable': true })}
      tabIndex={0}
      className={classes(styles.viewport, props.isFitted === true && styles.fitted, styles.focused)}
      onKeyDown={onKeyDown}
    >
      <TableHead
        layout={choice.layout}
        template={template}
        columns={choice.shown}
        sorting={props.sorting}
        onSort={props.onSort}
        onResize={choice.resize}
        lead={lead}
      />
      <RowMenu {...props} selectedKey={selectedKey} heightPx={virtual.getTotalSize()}>
        {virtual.getVirtualItems().map(item => {
          const row = rows[item.index] as Row
          const key = rowKey(row)
          return (
            <RowLine
              key={key}
              rowKey={key}
              row={row}
              index={item.index}
              top={item.start}
              template={template}
              columns={choice.shown}
              isSelected={key === selectedKey}
              isMarked={marks?.keys.has(key)}
              isGrid={isGrid}
              actions={actions}
            />
          )
        })}
      </RowMenu>
      {rows.length === 0 && (
        <p className="muted" style={{ padding: 16 }}>
          {props.nothing}
        </p>
      )}
    </div>
  )
}

interface Surroundings {
  readonly scrollTo: (index: number) => void
  readonly pageRows: () => number
}

/** Which row is active, and how keys and the pointer change that and the marks. */
function useActiveRow<Row>(props: TableRowsProps<Row>, around: Surroundings) {
  const [activeKey, setActiveKey] = useState<string | null>(null)
  const { rows, rowKey } = props
  const selectedKey = props.selectedKey === undefined ? activeKey : props.selectedKey
  const latest = useCurrent({ props, around, selectedKey })
  const actions = useMemo((): LineActions<Row> => {
    const now = () => latest.current.props
    const keys = () => now().rows.map(now().rowKey)
    return {
      activate(at) {
        const index = Math.max(0, Math.min(now().rows.length - 1, at))
        const row = now().rows[index]
        if (row === undefined) return
        setActiveKey(now().rowKey(row))
        now().onSelect?.(row)
        latest.current.around.scrollTo(index)
      },
      click(index, event: ReactMouseEvent) {
        const { marks } = now()
        if (marks !== undefined && (event.shiftKey || event.ctrlKey || event.metaKey)) {
          const shown = keys()
          const from = shown.indexOf(latest.current.selectedKey ?? '')
          marks.onChange(marksAfterClick(marks.keys, shown, { from, to: index, isRange: event.shiftKey }))
        }
        actions.activate(index)
      },
      open: row => now().onOpen?.(row),
      mark(row) {
        const { marks } = now()
        marks?.onChange(toggledMark(marks.keys, now().rowKey(row)))
      },
    }
  }, [latest])
  const onKeyDown = (event: KeyboardEvent) => {
    const activeAt = rows.findIndex(row => rowKey(row) === selectedKey)
    const row = rows[activeAt]
    const target = keyTarget(event.key, activeAt, around.pageRows(), rows.length)
    const marks = event.target === event.currentTarget ? props.marks : undefined
    if (target !== undefined) actions.activate(target)
    else if (event.key === 'Enter' && row !== undefined) props.onOpen?.(row)
    else if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && row !== undefined)
      openMenu(event.currentTarget)
    else if (event.key === ' ' && row !== undefined && marks !== undefined) actions.mark(row)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && marks !== undefined)
      marks.onChange(marksOfAll(marks.keys, rows.map(rowKey)))
    else return
    event.preventDefault()
  }
  return { selectedKey, actions, onKeyDown }
}

interface RowMenuProps<Row> extends TableRowsProps<Row> {
  readonly selectedKey: string | null
  readonly heightPx: number
  readonly children: ReactNode
}

/** The rows with one menu for all of them, about the active one: a right click makes its row active first. */
function RowMenu<Row>({ rows, rowKey, rowMenu, selectedKey, heightPx, choice, isFitted, children }: RowMenuProps<Row>) {
  const clicked = useRef<string | undefined>(undefined)
  const remember = ({ target }: ReactMouseEvent) => {
    clicked.current = (target as Element).closest('[data-column]')?.getAttribute('data-column') ?? undefined
  }
  const entries = (): readonly MenuEntry[] => {
    const row = rows.find(one => rowKey(one) === selectedKey)
    if (row === undefined) return []
    const own = rowMenu?.(row) ?? []
    const column = choice.shown.find(({ id }) => id === clicked.current)
    const copies = copyEntries({ row, column, rows, columns: choice.shown, hasNoTools: isFitted === true })
    return own.length === 0 ? copies : [...own, { kind: 'separator' }, ...copies]
  }
  return (
    <ContextMenu entries={entries}>
      <div className={styles.body} role="rowgroup" style={{ height: heightPx }} onContextMenuCapture={remember}>
        {children}
      </div>
    </ContextMenu>
  )
}

/** Marks every row of the filter, or none. */
function AllMark<Row>({ rowNoun, rows, rowKey, marks }: TableRowsProps<Row> & { readonly marks: RowMarks }) {
  const isAll = rows.length > 0 && marks.keys.size >= rows.length
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      aria-label={`Mark every ${rowNoun}`}
      checked={isAll}
      ref={box => {
        if (box !== null) box.indeterminate = !isAll && marks.keys.size > 0
      }}
      onChange={() => marks.onChange(isAll ? new Set() : marksOfAll(marks.keys, rows.map(rowKey)))}
    />
  )
}

/** As a right click on the active row would. */
function openMenu(list: Element): void {
  const line = list.querySelector('[data-active="true"]')
  const { left, bottom } = line?.getBoundingClientRect() ?? { left: 0, bottom: 0 }
  line?.dispatchEvent(
    new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: left + menuInsetPx, clientY: bottom }),
  )
}
const menuInsetPx = 40

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
