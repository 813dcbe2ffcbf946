import type { PartitionView } from '../../../src-main/contract/views/topics.ts'
import { classes } from '../../widgets/classes.ts'
import { formatBytes, formatCount } from '../../widgets/format.ts'
import { PartitionBadge, Status } from '../../widgets/marks.tsx'
import type { Column } from '../../widgets/table/column.ts'
import styles from './topics.module.css'

/** Replicas that are not in sync, with what is wrong with them. */
export function laggards({ replicas, inSync, offline }: PartitionView): { readonly brokerId: number; readonly word: string }[] {
  return replicas
    .filter(id => !inSync.includes(id))
    .map(brokerId => ({ brokerId, word: offline.includes(brokerId) ? 'offline' : 'out of sync' }))
}

export const partitionColumns: readonly Column<PartitionView>[] = [
  {
    id: 'partition',
    title: 'Partition',
    widthPx: 80,
    value: row => row.partition,
    render: row => <PartitionBadge partition={row.partition} />,
  },
  { id: 'leader', title: 'Leader', widthPx: 110, value: row => row.leader, render: leaderCell },
  {
    id: 'preferred',
    title: 'Preferred',
    widthPx: 110,
    value: row => (row.leaderIsPreferred ? 'yes' : 'no'),
    hint: 'Whether the first replica leads, as it should when all brokers are well.',
    render: row =>
      row.leaderIsPreferred ? (
        <span className="muted">yes</span>
      ) : (
        <span className="warn">no, {row.replicas[0] ?? 'none'} should</span>
      ),
  },
  { id: 'replicas', title: 'Replicas', widthPx: 110, mono: true, value: row => row.replicas.join(', ') },
  {
    id: 'isr',
    title: 'In sync',
    widthPx: 190,
    grows: true,
    value: row => [row.inSync.join(', '), ...laggards(row).map(({ brokerId, word }) => `${brokerId} ${word}`)].join(' · '),
    render: isrCell,
  },
  number('start', 'Start', row => row.startOffset, formatCount),
  {
    ...number('end', 'End', row => row.endOffset, formatCount),
    hint: 'The high watermark: up to here every in-sync replica has the records, and consumers may read.',
  },
  {
    ...number('stable', 'Last stable', row => row.lastStableOffset, formatCount),
    hint: 'Up to here no transaction is open: consumers that read committed records stop here.',
    render: row => (
      <span
        className={classes(isHeldBack(row) && 'warn')}
        title={isHeldBack(row) ? 'An open transaction holds it back.' : undefined}
      >
        {formatCount(row.lastStableOffset)}
      </span>
    ),
  },
  { ...number('records', 'Records', recordsOf, formatCount), hint: 'By offsets: end minus start.' },
  { ...number('size', 'Size', row => row.sizeBytes, formatBytes), hint: 'Bytes of the leader’s replica on disk.' },
  {
    id: 'followers',
    title: 'Follower lag',
    widthPx: 170,
    mono: true,
    value: row => followersText(row),
    hint: 'Records that each follower has still to copy.',
    render: row => (
      <span className={classes(row.followers.some(it => (it.lagRecords ?? 0) > 0) && 'warn')}>{followersText(row)}</span>
    ),
  },
  { ...number('epoch', 'Leader epoch', row => row.leaderEpoch, formatCount), widthPx: 108 },
]

function number(
  id: string,
  title: string,
  value: (row: PartitionView) => number | null,
  format: (value: number | null) => string,
): Column<PartitionView> {
  return { id, title, widthPx: 96, align: 'end', mono: true, value, render: row => format(value(row)) }
}

function recordsOf({ startOffset, endOffset }: PartitionView): number | null {
  return startOffset === null || endOffset === null ? null : endOffset - startOffset
}

const isHeldBack = ({ endOffset, lastStableOffset }: PartitionView): boolean =>
  endOffset !== null && lastStableOffset !== null && lastStableOffset < endOffset

const followersText = ({ followers }: PartitionView): string =>
  followers.map(({ brokerId, lagRecords }) => `${brokerId}: ${formatCount(lagRecords)}`).join('  ')

function leaderCell(row: PartitionView) {
  if (row.leader < 0) return <Status tone="bad">none</Status>
  return row.error === null ? <span className={styles.ids}>{row.leader}</span> : <Status tone="bad">{row.error}</Status>
}

function isrCell(row: PartitionView) {
  const missing = laggards(row)
  return (
    <span className={styles.ids}>
      {row.inSync.join(', ')}
      {missing.length > 0 && <b className="bad"> · {missing.map(({ brokerId, word }) => `${brokerId} ${word}`).join(', ')}</b>}
    </span>
  )
}
