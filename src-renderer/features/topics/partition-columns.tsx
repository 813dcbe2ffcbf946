import type { PartitionView } from '../../../src-main/contract/views/topics.ts'
import { classes } from '../../widgets/classes.ts'
import { formatBytes, formatCount } from '../../widgets/format.ts'
import { PartitionBadge, Status } from '../../widgets/marks.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { behindText, followersList, inSyncList, isHeldBack, isUnwell, leaderText, missingText } from './partition-texts.ts'
import { recordsOf, stableText } from './partition-texts.ts'
import type { PartitionWidths } from './partition-widths.ts'
import styles from './topics.module.css'

export const partitionColumns = (widths: PartitionWidths): readonly Column<PartitionView>[] => [
  {
    id: 'partition',
    title: 'Partition',
    widthPx: 74,
    value: row => row.partition,
    render: row => <PartitionBadge partition={row.partition} />,
  },
  ...leaderColumns(widths),
  { id: 'replicas', title: 'Replicas', widthPx: widths.replicas, mono: true, value: row => row.replicas.join(', ') },
  {
    id: 'isr',
    title: 'In sync',
    widthPx: widths.inSync,
    grows: true,
    value: inSyncList,
    hint: 'How many of its replicas have all that is committed, and which have not.',
    render: inSyncCell,
  },
  number('start', 'Start', { widthPx: widths.start, value: row => row.startOffset }),
  {
    ...number('end', 'End', { widthPx: widths.end, value: row => row.endOffset }),
    hint: 'The high watermark: up to here every in-sync replica has the records, and consumers may read.',
  },
  {
    ...number('stable', 'Last stable', { widthPx: widths.stable, value: row => row.lastStableOffset }),
    hint: 'Up to here no transaction is open: consumers that read committed records stop here. Usually the end.',
    render: stableCell,
  },
  { ...number('records', 'Records', { widthPx: widths.records, value: recordsOf }), hint: 'By offsets: end minus start.' },
  {
    ...number('size', 'Size', { widthPx: 80, value: row => row.sizeBytes }),
    hint: 'Bytes of the leader’s replica on disk.',
    render: row => formatBytes(row.sizeBytes),
  },
  {
    id: 'followers',
    title: 'Follower lag',
    widthPx: 104,
    grows: true,
    mono: true,
    value: followersList,
    hint: 'Records that followers have still to copy: 0, or who is behind and by how many.',
    render: behindCell,
  },
  { ...number('epoch', 'Leader epoch', { widthPx: 108, value: row => row.leaderEpoch }), hiddenAtFirst: true },
]

const leaderColumns = ({ leader }: PartitionWidths): readonly Column<PartitionView>[] => [
  {
    id: 'leader',
    title: 'Leader',
    widthPx: leader,
    value: row => row.leader,
    hint: 'Which replica leads. “3, not 1”: the first replica should, and does not.',
    render: leaderCell,
  },
  {
    id: 'preferred',
    title: 'Preferred',
    widthPx: 110,
    hiddenAtFirst: true,
    value: row => (row.leaderIsPreferred ? 'yes' : `no, ${row.replicas[0] ?? 'none'} should`),
    hint: 'Whether the first replica leads, as it should when all brokers are well.',
    render: row =>
      row.leaderIsPreferred ? (
        <span className="muted">yes</span>
      ) : (
        <span className="warn">no, {row.replicas[0] ?? 'none'} should</span>
      ),
  },
]

interface NumberColumn {
  readonly widthPx: number
  readonly value: (row: PartitionView) => number | null
}

function number(id: string, title: string, { widthPx, value }: NumberColumn): Column<PartitionView> {
  return { id, title, widthPx, align: 'end', mono: true, value, render: row => formatCount(value(row)) }
}

function leaderCell(row: PartitionView) {
  if (row.leader < 0) return <Status tone="bad">none</Status>
  if (row.error !== null)
    return (
      <span title={row.error}>
        <Status tone="bad">{row.error}</Status>
      </span>
    )
  return (
    <span
      className={classes(styles.ids, !row.leaderIsPreferred && 'warn')}
      title={row.leaderIsPreferred ? undefined : `Replica ${row.replicas[0]} is the preferred leader.`}
    >
      {leaderText(row)}
    </span>
  )
}

function inSyncCell(row: PartitionView) {
  const missing = missingText(row)
  const count = `${row.inSync.length} of ${row.replicas.length}`
  if (missing === '') return <span className="muted">{count}</span>
  return (
    <b className={isUnwell(row) ? 'bad' : 'warn'}>
      {count} · {missing}
    </b>
  )
}

function stableCell(row: PartitionView) {
  const title = isHeldBack(row) ? 'An open transaction holds it back.' : formatCount(row.lastStableOffset)
  return (
    <span className={isHeldBack(row) ? 'warn' : 'muted'} title={title}>
      {stableText(row)}
    </span>
  )
}

function behindCell(row: PartitionView) {
  const isBehind = row.followers.some(it => (it.lagRecords ?? 0) > 0)
  return <span className={isBehind ? 'warn' : 'muted'}>{behindText(row)}</span>
}
