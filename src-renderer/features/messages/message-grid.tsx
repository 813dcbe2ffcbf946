import { useMemo, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { ArrowDown } from 'lucide-react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { useCurrent } from '../../bridge/use-current.ts'
import { loadMonaco } from '../../editor/monaco.ts'
import { Button } from '../../widgets/button.tsx'
import { ContextMenu } from '../../widgets/menu.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { TableHead } from '../../widgets/table/table-head.tsx'
import { keyTarget } from '../../widgets/table/table-rows.tsx'
import type { ColumnChoice } from '../../widgets/table/use-column-layout.ts'
import { useRowHeight } from '../../widgets/table/use-row-height.ts'
import { MessageRow } from './message-row.tsx'
import type { RowPart } from './message-row.tsx'
import { rowKey } from './row-window.ts'
import { useScrollWindow } from './use-scroll-window.ts'
import styles from './messages.module.css'

export interface MessageGridProps {
  readonly rows: readonly RecordRow[]
  /** Position of the first row on a line without a beginning (see `RowWindow`). */
  readonly firstIndex: number
  readonly choice: ColumnChoice<RecordRow>
  readonly selectedKey: string | null
  /** Records to compare. */
  readonly markedKeys: ReadonlySet<string>
  /** At the first draw: at the end (newest), at the start, or at this row. */
  readonly opensAt: 'start' | 'end' | number
  /** Stays at the end as rows come. */
  readonly follows: boolean
  readonly isBusy: boolean
  /** Instead of rows, when there are none. */
  readonly empty: ReactNode
  readonly onSelect: (row: RecordRow, isMarking: boolean) => void
  readonly onNearStart: () => void
  readonly onNearEnd: () => void
  /** Home and End beyond what is loaded. */
  readonly onJump: (to: 'start' | 'end') => void
  readonly rowMenu: (row: RecordRow, part: RowPart | null) => readonly MenuEntry[]
  readonly onScrolledAway: () => void
}

/** The rows on screen of however many there are; rows that come in front do not move what is read. */
export function MessageGrid(props: MessageGridProps) {
  const { rows, choice, selectedKey } = props
  const rowHeightPx = useRowHeight()
  const selectedAt = useMemo(
    () => (selectedKey === null ? -1 : rows.findIndex(row => rowKey(row) === selectedKey)),
    [rows, selectedKey],
  )
  const [frame, view] = useScrollWindow({ ...props, rowHeightPx, selectedAt })
  const [menuAt, setMenuAt] = useState<{ row: RecordRow; part: RowPart | null } | null>(null)
  const actions = useCurrent({
    select: props.onSelect,
    menu: (row: RecordRow, part: RowPart | null) => {
      props.onSelect(row, false)
      setMenuAt({ row, part })
    },
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const target = selectionTarget(event, selectedAt, view.rowsVisible, rows.length)
    if (target === 'start' || target === 'end') props.onJump(target)
    else if (target === undefined || rows[target] === undefined) return
    else {
      props.onSelect(rows[target], false)
      view.reveal(target)
    }
    event.preventDefault()
  }
  return (
    <div className={styles.gridFrame} onPointerEnter={prepareInspector} onFocus={prepareInspector}>
      <ContextMenu entries={() => (menuAt === null ? [] : props.rowMenu(menuAt.row, menuAt.part))}>
        <div
          ref={frame}
          role="grid"
          aria-label="Messages"
          aria-busy={props.isBusy}
          aria-rowcount={rows.length + 1}
          tabIndex={0}
          className={styles.grid}
          onKeyDown={onKeyDown}
          onScroll={view.scrolled}
        >
          <TableHead {...choice} columns={choice.shown} sorting={timeOrder} onResize={choice.resize} />
          <div role="rowgroup" className={styles.body} style={{ height: rows.length * rowHeightPx }}>
            {rows.slice(view.from, view.to).map((row, index) => (
              <MessageRow
                key={rowKey(row)}
                row={row}
                index={view.from + index}
                top={(view.from + index) * rowHeightPx}
                columns={choice.shown}
                template={choice.template}
                isSelected={view.from + index === selectedAt}
                isMarked={props.markedKeys.has(rowKey(row))}
                actions={actions}
              />
            ))}
          </div>
        </div>
      </ContextMenu>
      {rows.length === 0 && <div className={styles.nothing}>{props.empty}</div>}
      {rows.length > 0 && !view.isAtBottom && !props.follows && (
        <Button className={styles.toEnd} title="To the last row that is loaded (End)" onClick={view.toBottom}>
          <ArrowDown aria-hidden /> End
        </Button>
      )}
    </div>
  )
}

/** Whoever comes to the rows is about to look at one: the editor that will show it is loaded meanwhile. */
const prepareInspector = (): void => void loadMonaco().catch(() => undefined)

const timeOrder = { column: 'time', descending: false }

/** The row that a key chooses, `start` and `end` for the topic's; undefined when it chooses none. */
function selectionTarget(event: KeyboardEvent, at: number, visible: number, count: number): number | 'start' | 'end' | undefined {
  if (event.ctrlKey || event.metaKey) return event.key === 'Home' ? 'start' : event.key === 'End' ? 'end' : undefined
  if (event.key === 'Enter') return at < 0 ? undefined : at
  const target = keyTarget(event.key, at, Math.max(1, visible - 2), count)
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target))
}
