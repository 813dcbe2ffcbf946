import { useMemo } from 'react'
import type { Notice } from '../../../src-main/contract/views/app.ts'
import { noticesMax } from '../../../src-main/contract/limits.ts'
import { useNewest } from '../../bridge/use-stream.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Card } from '../../widgets/layout.tsx'
import { Status } from '../../widgets/marks.tsx'
import { EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { timeColumn } from '../../widgets/table/time-column.tsx'
import styles from './settings.module.css'

/** What this run had to say, newest on top. */
export function NoticesCard() {
  const { items: notices } = useNewest('app.notices', undefined, noticesMax)
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
  timeColumn(timeZone),
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
