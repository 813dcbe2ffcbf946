import { useMemo, useState } from 'react'
import { useStream } from '../../bridge/use-stream.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Card } from '../../widgets/layout.tsx'
import { Status } from '../../widgets/marks.tsx'
import { EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { timeColumn } from '../../widgets/table/time-column.tsx'
import { clusterEventRow, eventsMax, newestFirst, noticeRow } from './event-rows.ts'
import type { EventRow } from './event-rows.ts'
import styles from './overview.module.css'

/** Elections, ISR changes, brokers that came and went, and what this app did: newest on top. */
export function EventsCard({ connection }: { readonly connection: string }) {
  const rows = useEvents(connection)
  const timeZone = useTimeZone()
  const columns = useMemo(() => columnsOf(timeZone), [timeZone])
  return (
    <Card title="Recent events">
      <div className={styles.events}>
        <DataTable
          name="Events"
          rowNoun="event"
          rows={rows}
          columns={columns}
          rowKey={row => row.key}
          storageKey="overview.events"
          empty={
            <EmptyState title="Nothing happened yet">
              Elections, changes of in-sync replicas, brokers that come and go are listed here from now on.
            </EmptyState>
          }
        />
      </div>
    </Card>
  )
}

function useEvents(connection: string): readonly EventRow[] {
  const [events, setEvents] = useState<readonly EventRow[]>([])
  const [notices, setNotices] = useState<readonly EventRow[]>([])
  useStream(
    'cluster.events',
    { connection },
    more => setEvents(before => [...before, ...more.map(clusterEventRow)].slice(-eventsMax)),
    () => setEvents([]),
  )
  useStream(
    'app.notices',
    undefined,
    notice => {
      if (notice.connection === connection) setNotices(before => [...before, noticeRow(notice)].slice(-eventsMax))
    },
    () => setNotices([]),
  )
  return useMemo(() => newestFirst(notices, events), [notices, events])
}

const columnsOf = (timeZone: string): readonly Column<EventRow>[] => [
  timeColumn(timeZone),
  {
    id: 'kind',
    title: 'Kind',
    widthPx: 138,
    value: row => row.word,
    render: row => <Status tone={row.tone}>{row.word}</Status>,
  },
  { id: 'what', title: 'What', widthPx: 240, grows: true, value: row => row.text },
]
