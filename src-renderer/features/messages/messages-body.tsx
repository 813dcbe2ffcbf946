import { useMemo, useState } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { useComparePair, markForCompare } from '../../places/compare-pair.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { MissingBanner } from '../../widgets/states.tsx'
import type { RowFormats } from './row-formats.ts'
import { MessageGrid } from './message-grid.tsx'
import { MessagesFoot } from './messages-foot.tsx'
import { NoRows } from './no-rows.tsx'
import { NoteLine } from './note-line.tsx'
import { openingRow } from './opening-row.ts'
import type { ReadContext } from './read-context.ts'
import { rowMenu } from './row-menu.ts'
import { rowKey } from './row-window.ts'
import type { ScanResult } from './scan/scan-bar.tsx'
import { rowsMatching } from './shown-rows.ts'
import type { StartKind } from './start-choice.ts'
import type { Live } from './use-live.ts'
import { orderText, useMessageColumns } from './use-message-columns.ts'
import type { OpenSession } from './use-session.ts'

export interface MessagesBodyProps {
  readonly context: ReadContext
  readonly session: OpenSession
  readonly fields: readonly string[]
  readonly setFields: (fields: string[]) => void
  /** Filter of the loaded rows. */
  readonly filter: string
  readonly highlight: RegExp | null
  readonly formats: RowFormats
  /** Those of the session, of the scan, or of the tail. */
  readonly loaded: readonly RecordRow[]
  readonly scan: ScanResult | null
  readonly live: Live | null
  readonly selected: RecordRow | null
  readonly onSelect: (row: RecordRow) => void
  readonly onStart: (kind: StartKind) => void
  readonly onFilter: (filter: string) => void
}

/** The table: of the session, of a scan, or of the live tail. */
export function MessagesBody(props: MessagesBodyProps) {
  const { context, fields, filter, scan, live, session, loaded, highlight } = props
  const isReading = scan === null && live === null
  const rows = useMemo(() => rowsMatching(loaded, filter), [loaded, filter])
  const columns = useMessageColumns({
    ...{ topic: context.topic, rows: loaded, formats: props.formats, fields, highlight },
    ...{ session: isReading ? session.session : null, isLive: live !== null },
  })
  return (
    <>
      {isReading && <MissingBanner missing={session.missing} />}
      {isReading && <NoteLine session={session} />}
      <Rows {...props} rows={rows} columns={columns} isReading={isReading} />
      <MessagesFoot
        {...{ session, rows, isReading, columns }}
        loaded={loaded.length}
        order={orderText(isReading ? session.session : null, live !== null)}
        onMore={filter.trim() === '' ? null : direction => void session.more(direction)}
      />
    </>
  )
}

interface RowsProps extends MessagesBodyProps {
  readonly rows: readonly RecordRow[]
  readonly columns: ReturnType<typeof useMessageColumns>
  readonly isReading: boolean
}

function Rows(props: RowsProps) {
  const { context, rows, session, isReading, live, selected, filter } = props
  const { connection, topic } = context
  const readOnlyReason = useReadOnlyReason(connection)
  const markedKeys = useMarked(connection, topic)
  const isFiltered = filter.trim() !== ''
  // A filter shows few of the rows: reading on by itself would go on through the whole topic.
  const readsOn = isReading && !isFiltered
  const source = isReading ? session.id : live === null ? 'scan' : 'live'
  const [placed, setPlaced] = useState({ source, row: null as string | null })
  const place = placed.source === source ? placed.row : null
  return (
    <MessageGrid
      key={`${source} ${isFiltered}`}
      rows={rows}
      firstIndex={isFiltered ? 0 : isReading ? session.window.firstIndex : (live?.shown.firstIndex ?? 0)}
      choice={props.columns.choice}
      selectedKey={selected === null ? null : rowKey(selected)}
      markedKeys={markedKeys}
      opensAt={openingRow({ rows, isReading, isLive: live !== null, isFiltered, session: session.session, place })}
      follows={live !== null && !live.isPaused && !isFiltered}
      isBusy={isReading && session.isLoading}
      empty={<NoRows {...props} loaded={props.loaded.length} isReading={isReading} />}
      onSelect={(row, isMarking) => {
        setPlaced({ source, row: rowKey(row) })
        if (isMarking) markForCompare({ connection, topic, partition: row.partition, offset: row.offset })
        else props.onSelect(row)
      }}
      onNearStart={() => readsOn && void session.more('backward')}
      onNearEnd={() => readsOn && void session.more('forward')}
      onJump={to => props.onStart(to === 'start' ? 'oldest' : 'newest')}
      onScrolledAway={() => live?.setPaused(true)}
      rowMenu={(row, part) =>
        rowMenu({ context, row, part, readOnlyReason, fields: props.fields, setFields: next => props.setFields([...next]) })
      }
    />
  )
}

function useMarked(connection: string, topic: string): ReadonlySet<string> {
  const marked = useComparePair(state => state.records)
  return useMemo(() => {
    const own = marked.filter(record => record.connection === connection && record.topic === topic)
    return new Set(own.map(rowKey))
  }, [marked, connection, topic])
}
