import { useMemo } from 'react'
import type { AuditEntry } from '../../../src-main/contract/views/app.ts'
import { auditMax } from '../../../src-main/contract/limits.ts'
import { useNewest } from '../../bridge/use-stream.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { formatDuration } from '../../widgets/format.ts'
import { Status } from '../../widgets/marks.tsx'
import { EmptyState, FailureText } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { timeColumn } from '../../widgets/table/time-column.tsx'
import styles from './connections.module.css'

/** Everything done to foreign clusters, newest on top. */
export function AuditCard() {
  const { items: entries, failure } = useNewest('connections.audit', {}, auditMax)
  const timeZone = useTimeZone()
  const columns = useMemo(() => columnsOf(timeZone), [timeZone])
  return (
    <section className={styles.audit} aria-label="Audit">
      <h2 className={styles.auditHead}>
        Done to foreign clusters <span className="faint">kept over restarts, the last {auditMax.toLocaleString('en-US')}</span>
      </h2>
      {failure !== undefined && <FailureText failure={failure} />}
      <DataTable
        name="Audit"
        rowNoun="change"
        rows={entries}
        columns={columns}
        rowKey={entry => String(entry.id)}
        storageKey="connections.audit"
        empty={
          <EmptyState title="Nothing was changed in a foreign cluster">
            Foreign clusters start read-only. Once you allow writing, whatever changes one is listed here.
          </EmptyState>
        }
      />
    </section>
  )
}

const tones = { done: 'good', failed: 'bad', cancelled: 'warn' } as const

const columnsOf = (timeZone: string): readonly Column<AuditEntry>[] => [
  timeColumn(timeZone, true),
  { id: 'connection', title: 'Connection', widthPx: 150, value: entry => entry.connectionName },
  { id: 'call', title: 'What', widthPx: 150, mono: true, value: entry => entry.call },
  { id: 'target', title: 'Target', widthPx: 220, grows: true, value: entry => entry.target },
  {
    id: 'outcome',
    title: 'Outcome',
    widthPx: 100,
    value: entry => entry.outcome,
    render: entry => <Status tone={tones[entry.outcome]}>{entry.outcome}</Status>,
  },
  { id: 'message', title: 'Message', widthPx: 220, grows: true, value: entry => entry.message },
  { id: 'error', title: 'Kafka error', widthPx: 150, mono: true, hiddenAtFirst: true, value: entry => entry.kafkaError },
  {
    id: 'took',
    title: 'Took',
    widthPx: 84,
    align: 'end',
    value: entry => entry.tookMs,
    render: entry => formatDuration(entry.tookMs),
  },
]
