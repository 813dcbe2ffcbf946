import { useEffect, useMemo, useState } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { useIsActiveTab } from '../../bridge/active.ts'
import { useComparePair, markForCompare } from '../../places/compare-pair.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Button } from '../../widgets/button.tsx'
import { EmptyState, FailureState, MissingBanner, Skeleton, useNow } from '../../widgets/states.tsx'
import { useColumnLayout } from '../../widgets/table/use-column-layout.ts'
import { zoneOffsetMs } from '../../widgets/time.ts'
import { batchColumns, messageColumns } from './columns.tsx'
import { textPattern } from './mark-parts.ts'
import { MessageGrid } from './message-grid.tsx'
import { MessagesFoot } from './messages-foot.tsx'
import type { ReadContext } from './read-context.ts'
import { rowMenu } from './row-menu.ts'
import { rowKey } from './row-window.ts'
import type { ScanResult } from './scan/scan-bar.tsx'
import { isAllToday, rowsMatching } from './shown-rows.ts'
import type { StartKind } from './start-choice.ts'
import type { Live } from './use-live.ts'
import { useSession } from './use-session.ts'
import type { OpenSession } from './use-session.ts'

export interface MessagesBodyProps {
  readonly context: ReadContext
  readonly choiceKind: StartKind
  readonly fields: readonly string[]
  readonly setFields: (fields: string[]) => void
  readonly showControl: boolean
  /** Filter of the loaded rows. */
  readonly filter: string
  readonly scan: ScanResult | null
  readonly live: Live | null
  readonly selected: RecordRow | null
  readonly onSelect: (row: RecordRow) => void
  readonly onStart: (kind: StartKind) => void
}

/** The table: of the session, of a scan, or of the live tail. */
export function MessagesBody(props: MessagesBodyProps) {
  const { context, fields, filter, scan, live } = props
  const zone = useTimeZone()
  const highlight = useMemo(() => scan?.highlight ?? textPattern(filter), [scan, filter])
  const draft = useMemo(
    () => messageColumns({ timeZone: zone, isShortTime: false, fields, highlight }),
    [zone, fields, highlight],
  )
  const choice = useColumnLayout(`messages.${context.topic}`.slice(0, 180), draft)
  const batchFacts = choice.shown.some(column => batchColumns.includes(column.id))
  const isReading = scan === null && live === null
  const session = useSession(isReading ? context : null, { fields, showControl: props.showControl, batchFacts })
  const [isNearEnd, setNearEnd] = useState(true)
  useMoreAtEnd(session, isReading && session.window.atEnd && (isNearEnd || session.window.rows.length === 0))
  const all = scan?.rows ?? live?.shown.rows ?? session.window.rows
  const rows = useMemo(() => rowsMatching(all, filter), [all, filter])
  const nowMs = useNow(60_000)
  const isShortTime = useMemo(() => isAllToday(rows.slice(-50), nowMs, zoneOffsetMs(nowMs, zone)), [rows, nowMs, zone])
  const columns = useMemo(
    () => messageColumns({ timeZone: zone, isShortTime, fields, highlight }),
    [zone, isShortTime, fields, highlight],
  )
  const shown = useMemo(
    () => ({ ...choice, shown: columns.filter(column => choice.shown.some(one => one.id === column.id)) }),
    [choice, columns],
  )
  return (
    <>
      {isReading && <MissingBanner missing={session.missing} />}
      {rows.length === 0 ? (
        <NoRows {...props} session={session} isReading={isReading} loaded={all.length} />
      ) : (
        <Rows {...props} session={session} rows={rows} choice={shown} isReading={isReading} onNearEnd={setNearEnd} />
      )}
      <MessagesFoot {...{ session, rows, loaded: all.length, isReading, zone }} columns={columns} choice={choice} />
    </>
  )
}

const askAgainMs = 2_000

/** At the end of the topic, what comes after is read as it comes: it appears below what is on screen and moves nothing. */
function useMoreAtEnd({ more }: OpenSession, isAtEnd: boolean): void {
  const isActive = useIsActiveTab()
  const isAsking = isAtEnd && isActive
  useEffect(() => {
    if (!isAsking) return undefined
    const timer = setInterval(() => void more('forward'), askAgainMs)
    return () => clearInterval(timer)
  }, [isAsking, more])
}

interface RowsProps extends MessagesBodyProps {
  readonly session: OpenSession
  readonly rows: readonly RecordRow[]
  readonly choice: ReturnType<typeof useColumnLayout<RecordRow>>
  readonly isReading: boolean
  readonly onNearEnd: (isNear: boolean) => void
}

function Rows(props: RowsProps) {
  const { context, rows, session, isReading, live, selected } = props
  const { connection, topic } = context
  const readOnlyReason = useReadOnlyReason(connection)
  const marked = useComparePair(state => state.records)
  const markedKeys = useMemo(() => {
    const own = marked.filter(record => record.connection === connection && record.topic === topic)
    return new Set(own.map(rowKey))
  }, [marked, connection, topic])
  const isFiltered = props.filter.trim() !== ''
  const firstIndex = isReading && !isFiltered ? session.window.firstIndex : (live?.shown.firstIndex ?? 0)
  return (
    <MessageGrid
      key={isReading ? `session ${session.session?.anchor.join()} ${context.start.kind}` : live === null ? 'scan' : 'live'}
      rows={rows}
      firstIndex={firstIndex}
      choice={props.choice}
      selectedKey={selected === null ? null : rowKey(selected)}
      markedKeys={markedKeys}
      opensAt={opensAt(props)}
      follows={live !== null && !live.isPaused}
      onSelect={(row, isMarking) => {
        if (isMarking) markForCompare({ connection, topic, partition: row.partition, offset: row.offset })
        else props.onSelect(row)
      }}
      onOpen={props.onSelect}
      onEdges={({ nearStart, nearEnd }) => {
        props.onNearEnd(nearEnd)
        if (isReading && nearStart) void session.more('backward')
        if (isReading && nearEnd && !session.window.atEnd) void session.more('forward')
      }}
      onJump={to => props.onStart(to === 'start' ? 'oldest' : 'newest')}
      onScrolledAway={() => live?.setPaused(true)}
      rowMenu={(row, column) =>
        rowMenu({ context, row, column, readOnlyReason, fields: props.fields, setFields: next => props.setFields([...next]) })
      }
    />
  )
}

/** Newest: at the end; a place in the middle: at the first row that is not before it. */
function opensAt({ isReading, live, session, rows }: RowsProps): 'start' | 'end' | number {
  if (live !== null) return 'end'
  if (!isReading || session.session === null) return 'start'
  if (session.session.firstDirection === 'backward') return 'end'
  const { anchor, partitions } = session.session
  const from = new Map(partitions.map(({ partition }, index) => [partition, anchor[index] as number]))
  return Math.max(
    0,
    rows.findIndex(row => row.offset >= (from.get(row.partition) ?? 0)),
  )
}

function NoRows(
  props: MessagesBodyProps & { readonly session: OpenSession; readonly isReading: boolean; readonly loaded: number },
) {
  const { session, context, live, scan } = props
  const readOnlyReason = useReadOnlyReason(context.connection)
  if (props.loaded > 0)
    return <EmptyState title="No loaded row matches the filter">The scan box beside it looks through the whole topic.</EmptyState>
  if (live !== null) return <EmptyState title="Waiting for new records">Whatever is written from now on appears here.</EmptyState>
  if (scan !== null) return <EmptyState title={scan.isRunning ? 'Nothing found yet' : 'Nothing found'} />
  if (session.failure !== null) return <FailureState failure={session.failure} onRetry={session.reload} />
  if (session.isLoading || session.session === null) return <Skeleton lines={12} />
  if (session.session.recordsAtMost > 0)
    return (
      <EmptyState title="Nothing to show here">
        {session.session.note ?? 'Everything in this range is hidden by the isolation, or was compacted away.'}
      </EmptyState>
    )
  return (
    <EmptyState
      title={`${context.topic} is empty`}
      actions={
        <Button
          tone="primary"
          disabledReason={readOnlyReason}
          onClick={() => openPlace({ kind: 'produce', connection: context.connection, topic: context.topic })}
        >
          Produce a record
        </Button>
      }
    >
      Nothing was written to it, or everything was removed by its retention.
    </EmptyState>
  )
}
