import { useMemo } from 'react'
import type { QuorumView } from '../../../src-main/contract/views/cluster.ts'
import { formatAgo, formatCount, unknownText } from '../../widgets/format.ts'
import { Card } from '../../widgets/layout.tsx'
import { useNow } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { quorumRows } from './quorum-rows.ts'
import type { QuorumRow } from './quorum-rows.ts'
import styles from './overview.module.css'

/** Who decides about the metadata, and how far the others follow. */
export function QuorumCard({ quorum }: { readonly quorum: QuorumView | null }) {
  const nowMs = useNow(1_000)
  const rows = useMemo(() => (quorum === null ? [] : quorumRows(quorum)), [quorum])
  const columns = useMemo(() => columnsOf(nowMs), [nowMs])
  return (
    <Card title="Metadata quorum">
      {quorum !== null && (
        <dl className={styles.quorumFacts}>
          <Fact name="Leader" value={quorum.leaderId < 0 ? 'none' : String(quorum.leaderId)} isBad={quorum.leaderId < 0} />
          <Fact name="Epoch" value={formatCount(quorum.leaderEpoch)} />
          <Fact name="High watermark" value={quorum.highWatermark < 0 ? unknownText : formatCount(quorum.highWatermark)} />
        </dl>
      )}
      <DataTable
        name="Quorum"
        rowNoun="member"
        rows={rows}
        columns={columns}
        rowKey={row => String(row.nodeId)}
        storageKey="overview.quorum"
        isFitted
        empty={
          <p className={styles.nothing}>This cluster does not tell of a quorum: it may be older than KRaft, or not allow it.</p>
        }
      />
    </Card>
  )
}

const Fact = (props: { readonly name: string; readonly value: string; readonly isBad?: boolean }) => (
  <div>
    <dt>{props.name}</dt>
    <dd className={props.isBad === true ? 'bad' : undefined}>{props.value}</dd>
  </div>
)

const columnsOf = (nowMs: number): readonly Column<QuorumRow>[] => [
  { id: 'node', title: 'Node', widthPx: 52, mono: true, value: row => row.nodeId },
  { id: 'role', title: 'Role', widthPx: 76, grows: true, value: row => row.role },
  {
    id: 'end',
    title: 'Log end',
    widthPx: 84,
    align: 'end',
    value: row => row.logEndOffset,
    render: row => formatCount(row.logEndOffset),
  },
  {
    id: 'lag',
    title: 'Lag',
    widthPx: 64,
    align: 'end',
    hint: 'Records behind the leader',
    value: row => row.lag,
    render: row => <span className={row.lag !== null && row.lag > 100 ? 'warn' : undefined}>{formatCount(row.lag)}</span>,
  },
  {
    id: 'caughtUp',
    title: 'Caught up',
    widthPx: 96,
    align: 'end',
    hint: 'When it last had everything that the leader had',
    value: row => row.lastCaughtUpAtMs,
    render: row => (row.lastCaughtUpAtMs === null ? unknownText : formatAgo(Math.min(nowMs, row.lastCaughtUpAtMs), nowMs)),
  },
]
