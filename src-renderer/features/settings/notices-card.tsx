import { useMemo, useState } from 'react'
import type { Notice } from '../../../src-main/contract/views/app.ts'
import { noticesMax } from '../../../src-main/contract/limits.ts'
import { useStream } from '../../bridge/use-stream.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Card } from '../../widgets/layout.tsx'
import { Status } from '../../widgets/marks.tsx'
import { EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { formatTime } from '../../widgets/time.ts'
import styles from './settings.module.css'

/** What this run had to say, newest on top. */
export function NoticesCard() {
  const [notices, setNotices] = useState<readonly Notice[]>([])
  useStream(
    'app.notices',
    undefined,
    notice => setNotices(before => [notice, ...before].slice(0, noticesMax)),
    () => setNotices([]),
  )
  const timeZone = useTimeZone()
  const columns = useMemo(() => columnsOf(timeZone), [timeZone])
  return (
    <Card title="Notices of this run" aside={<span className="faint">the last {noticesMax}</span>}>
      <div className={styles.notices}>
        <DataTable
          name="Notices"
          rowNoun="notice"
          rows={notices}
          columns={columns}
          rowKey={notice => String(notice.id)}
          storageKey="settings.notices"
          empty={
            <EmptyState title="No notice">Warnings and problems of brokers, settings and connections are kept here.</EmptyState>
          }
        />
      </div>
    </Card>
  )
}

const tones = { info: 'info', warning: 'warn', error: 'bad' } as const

const columnsOf = (timeZone: string): readonly Column<Notice>[] => [
  {
    id: 'time',
    title: 'Time',
    widthPx: 108,
    mono: true,
    value: notice => notice.atMs,
    render: notice => <span title={formatTime(notice.atMs, timeZone)}>{formatTime(notice.atMs, timeZone, 'time')}</span>,
  },
  {
    id: 'level',
    title: 'Level',
    widthPx: 92,
    value: notice => notice.level,
    render: notice => <Status tone={tones[notice.level]}>{notice.level}</Status>,
  },
  { id: 'title', title: 'What', widthPx: 120, value: notice => notice.title },
  { id: 'detail', title: 'Detail', widthPx: 180, grows: true, value: notice => notice.detail },
]
