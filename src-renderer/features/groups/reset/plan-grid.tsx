import type { ResetPlan, ResetRow } from '../../../../src-main/contract/views/resets.ts'
import { useTimeZone } from '../../../preferences/use-appearance.ts'
import { formatCount, plural } from '../../../widgets/format.ts'
import { PartitionBadge } from '../../../widgets/marks.tsx'
import { EmptyState } from '../../../widgets/states.tsx'
import type { Column } from '../../../widgets/table/column.ts'
import { DataTable } from '../../../widgets/table/data-table.tsx'
import { formatTime } from '../../../widgets/time.ts'
import { movesOf, partitionKey } from './reset-form.ts'
import styles from './reset.module.css'

const numberColumn = (id: 'from' | 'to' | 'lagAfter', title: string): Column<ResetRow> => ({
  id,
  title,
  widthPx: 96,
  align: 'end',
  mono: true,
  value: row => row[id],
  render: row => (row[id] === null ? <span className="muted">none</span> : formatCount(row[id])),
})

export const signed = (delta: number): string => `${delta > 0 ? '+' : delta < 0 ? '−' : ''}${formatCount(Math.abs(delta))}`

const columns: readonly Column<ResetRow>[] = [
  { id: 'topic', title: 'Topic', widthPx: 130, grows: true, mono: true, value: ({ topic }) => topic },
  {
    id: 'partition',
    title: 'Partition',
    widthPx: 76,
    value: ({ partition }) => partition,
    render: ({ partition }) => <PartitionBadge partition={partition} />,
  },
  numberColumn('from', 'Now'),
  numberColumn('to', 'New'),
  {
    id: 'delta',
    title: 'Delta',
    widthPx: 92,
    align: 'end',
    mono: true,
    value: ({ delta }) => delta,
    render: ({ delta }) => (delta === null ? '—' : <span className={delta < 0 ? 'warn' : undefined}>{signed(delta)}</span>),
  },
  numberColumn('lagAfter', 'Lag after'),
  {
    id: 'record',
    title: 'Record there',
    widthPx: 166,
    mono: true,
    value: ({ targetTimestampMs }) => targetTimestampMs,
    render: row => <RecordTime row={row} />,
    hint: 'Timestamp of the record that is read next',
  },
  { id: 'note', title: 'Note', widthPx: 170, value: ({ note }) => note, render: ({ note }) => note ?? '' },
]

function RecordTime({ row }: { readonly row: ResetRow }) {
  const timeZone = useTimeZone()
  if (row.to >= row.endOffset) return <span className="muted">the end</span>
  return row.targetTimestampMs === null ? '—' : formatTime(row.targetTimestampMs, timeZone).slice(0, 19)
}

/** Row by row what would happen. */
export function PlanGrid({ plan }: { readonly plan: ResetPlan }) {
  const moves = movesOf(plan)
  const back = moves.filter(row => (row.delta ?? 0) < 0).reduce((sum, row) => sum - (row.delta ?? 0), 0)
  const ahead = moves.filter(row => (row.delta ?? 0) > 0).reduce((sum, row) => sum + (row.delta ?? 0), 0)
  return (
    <section aria-label="Plan" className={styles.plan}>
      <p role="status">
        {moves.length === 0
          ? 'Nothing would move.'
          : `${plural(moves.length, 'partition')} of ${formatCount(plan.rows.length)} would move.`}
        {back > 0 && ` ${plural(back, 'record')} would be read again.`}
        {ahead > 0 && ` ${plural(ahead, 'record')} would be skipped.`}
      </p>
      <div className={styles.grid}>
        <DataTable
          name="Reset plan"
          rowNoun="partition"
          rows={plan.rows}
          columns={columns}
          rowKey={partitionKey}
          storageKey="reset-plan"
          empty={<EmptyState title="No partition">The group has committed no offset that could be moved.</EmptyState>}
        />
      </div>
    </section>
  )
}
