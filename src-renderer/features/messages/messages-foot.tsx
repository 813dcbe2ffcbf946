import { Columns3, Copy } from 'lucide-react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { IconButton } from '../../widgets/button.tsx'
import { copyText } from '../../widgets/clipboard.ts'
import { formatCount, formatDuration, plural } from '../../widgets/format.ts'
import { Menu } from '../../widgets/menu.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { copyFormats, rowsAsText } from '../../widgets/table/copy-rows.ts'
import { columnEntries } from '../../widgets/table/data-table.tsx'
import type { ColumnChoice } from '../../widgets/table/use-column-layout.ts'
import { formatTime } from '../../widgets/time.ts'
import type { OpenSession } from './use-session.ts'
import styles from './messages.module.css'

export interface MessagesFootProps {
  readonly session: OpenSession
  readonly rows: readonly RecordRow[]
  readonly loaded: number
  readonly isReading: boolean
  readonly zone: string
  readonly columns: readonly Column<RecordRow>[]
  readonly choice: ColumnChoice<RecordRow>
}

const timestampKinds = { create: 'create time', append: 'append time', unknown: 'time' }

/** What the rows are: how many, in which order, from where to where. */
export function MessagesFoot({ session, rows, loaded, isReading, zone, columns, choice }: MessagesFootProps) {
  const { window, session: opened } = session
  const copies = copyFormats.map(format => ({
    label: `Copy as ${format}`,
    run: () => void copyText(rowsAsText(rows, choice.shown, format), `Copied ${plural(rows.length, 'row')} as ${format}`),
  }))
  return (
    <div className={styles.foot} role="group" aria-label="About these rows">
      <span role="status">
        {rows.length === loaded ? plural(loaded, 'row') : `${formatCount(rows.length)} of ${plural(loaded, 'row')}`} loaded
      </span>
      {isReading && opened !== null && (
        <>
          <span>of at most {formatCount(session.recordsAtMost)}</span>
          <span>ordered by {timestampKinds[opened.timestampType]}, partition, offset</span>
          {opened.note !== null && <span className="warn">{opened.note}</span>}
          {opened.startedAtMs !== null && <span>from {formatTime(opened.startedAtMs, zone)}</span>}
          {window.atStart && <span>begins here</span>}
          {window.atEnd && <span>ends here</span>}
          {session.failure !== null && <span className="bad">{session.failure.message}</span>}
        </>
      )}
      <span className="grow" />
      {isReading && session.isLoading && <span>reading…</span>}
      {isReading && session.tookMs > 0 && <span>{formatDuration(session.tookMs)}</span>}
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
    </div>
  )
}
