import { useMemo } from 'react'
import type { ResetResult } from '../../../../src-main/contract/views/resets.ts'
import { formatCount, plural } from '../../../widgets/format.ts'
import { PartitionBadge, Status } from '../../../widgets/marks.tsx'
import type { Column } from '../../../widgets/table/column.ts'
import { DataTable } from '../../../widgets/table/data-table.tsx'
import { partitionKey } from './reset-form.ts'
import { signed } from './plan-grid.tsx'
import styles from './reset.module.css'

type OutcomeRow = ResetResult['rows'][number]

const numberColumn = (id: 'before' | 'after', title: string): Column<OutcomeRow> => ({
  id,
  title,
  widthPx: 120,
  align: 'end',
  mono: true,
  value: row => row[id],
  render: row => (row[id] === null ? <span className="muted">none</span> : formatCount(row[id])),
})

const deltaOf = ({ before, after }: OutcomeRow) => (before === null || after === null ? null : after - before)

const columns: readonly Column<OutcomeRow>[] = [
  { id: 'topic', title: 'Topic', widthPx: 160, grows: true, mono: true, value: ({ topic }) => topic },
  {
    id: 'partition',
    title: 'Partition',
    widthPx: 84,
    value: ({ partition }) => partition,
    render: ({ partition }) => <PartitionBadge partition={partition} />,
  },
  numberColumn('before', 'Before'),
  numberColumn('after', 'Read back'),
  {
    id: 'delta',
    title: 'Delta',
    widthPx: 110,
    align: 'end',
    mono: true,
    value: deltaOf,
    render: row => {
      const delta = deltaOf(row)
      return delta === null ? '—' : signed(delta)
    },
  },
  {
    id: 'outcome',
    title: 'Outcome',
    widthPx: 220,
    value: ({ error }) => error ?? 'moved',
    render: ({ error }) => <Status tone={error === null ? 'good' : 'bad'}>{error ?? 'moved'}</Status>,
  },
]

/** What the coordinator says after the deed, asked for anew. */
export function ResetOutcome({ result, isUndo }: { readonly result: ResetResult; readonly isUndo: boolean }) {
  const failed = useMemo(() => result.rows.filter(row => row.error !== null).length, [result.rows])
  const stays = result.rows.length - failed - result.undo.length
  return (
    <section aria-label="Outcome" className={styles.plan}>
      <p role="status">
        {isUndo ? 'Undone: ' : 'Applied: '}
        {plural(result.rows.length - failed, 'partition')} moved and read back from the coordinator.
        {failed > 0 && <b className="bad"> {plural(failed, 'partition')} refused.</b>}
        {!isUndo && stays > 0 && ` ${plural(stays, 'partition')} had nothing committed before: Undo leaves them.`}
      </p>
      <div className={styles.grid}>
        <DataTable
          name={isUndo ? 'Undone' : 'Read back'}
          rowNoun="partition"
          rows={result.rows}
          columns={columns}
          rowKey={partitionKey}
          storageKey="reset-outcome"
          empty={null}
        />
      </div>
    </section>
  )
}
