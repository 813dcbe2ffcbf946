import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { Button } from '../../widgets/button.tsx'
import { formatCount, formatDuration, plural } from '../../widgets/format.ts'
import { TableMenus } from '../../widgets/table/table-menus.tsx'
import { rowsHeldMax } from './row-window.ts'
import type { useMessageColumns } from './use-message-columns.ts'
import type { OpenSession } from './use-session.ts'
import styles from './messages.module.css'

export interface MessagesFootProps {
  readonly session: OpenSession
  readonly rows: readonly RecordRow[]
  readonly loaded: number
  readonly isReading: boolean
  readonly columns: ReturnType<typeof useMessageColumns>
  readonly order: string
  /** Loads on by hand, while a filter keeps the list from doing so; null: it does. */
  readonly onMore: ((direction: 'forward' | 'backward') => void) | null
}

/** What the rows are: how many, in which order, from where to where. */
export function MessagesFoot({ session, rows, loaded, isReading, columns, order, onMore }: MessagesFootProps) {
  const { window, session: opened } = session
  const { choice, all } = columns
  return (
    <div className={styles.foot} role="group" aria-label="About these rows">
      <span role="status">
        {rows.length === loaded ? plural(loaded, 'row') : `${formatCount(rows.length)} of ${plural(loaded, 'row')}`} loaded
      </span>
      {isReading && opened !== null && (
        <span title={`At most ${formatCount(rowsHeldMax)} rows are held; those far away are read again when you come to them`}>
          of at most {formatCount(session.recordsAtMost)}
        </span>
      )}
      <span className="cut">{order}</span>
      {isReading && window.atStart && <span>from the first record</span>}
      {isReading && window.atEnd && <span>to the last record</span>}
      {isReading && onMore !== null && <MoreButtons session={session} onMore={onMore} />}
      <span className="grow" />
      {isReading && <ReadingTime session={session} />}
      <TableMenus columns={all} choice={choice} rows={rows} />
    </div>
  )
}

function MoreButtons(props: { readonly session: OpenSession; readonly onMore: NonNullable<MessagesFootProps['onMore']> }) {
  const { atStart, atEnd } = props.session.window
  return (
    <>
      {!atStart && <Button onClick={() => props.onMore('backward')}>Load earlier</Button>}
      {!atEnd && <Button onClick={() => props.onMore('forward')}>Load later</Button>}
    </>
  )
}

function ReadingTime({ session }: { readonly session: OpenSession }) {
  if (session.isLoading) return <span>reading…</span>
  return session.tookMs > 0 ? <span title="The last page, from asking to its rows">{formatDuration(session.tookMs)}</span> : null
}
