import type { GroupDetail, GroupPartition } from '../../../src-main/contract/views/groups.ts'
import { formatCount, formatDuration } from '../../widgets/format.ts'
import { PartitionBadge } from '../../widgets/marks.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { catchUpText, lagTone } from './lag-text.ts'
import { memberName } from './why.ts'

export interface PartitionRow extends GroupPartition {
  readonly member: string | null
  readonly growthPerSecond: number | null
  readonly secondsToCatchUp: number | null
}

/** Slower than this is no catching up. */
const catchingUpPerSecond = 0.01

export const partitionRows = (
  { partitions, members }: GroupDetail,
  growth: ReadonlyMap<string, number | null>,
): readonly PartitionRow[] =>
  partitions.map(it => {
    const growthPerSecond = growth.get(`${it.topic}/${it.partition}`) ?? null
    const isCatchingUp = it.lag !== null && growthPerSecond !== null && growthPerSecond < -catchingUpPerSecond
    return {
      ...it,
      member: it.memberId === null ? null : memberName(members, it.memberId),
      growthPerSecond,
      secondsToCatchUp: isCatchingUp ? (it.lag ?? 0) / -growthPerSecond : null,
    }
  })

const offsetColumn = (id: 'committed' | 'endOffset' | 'startOffset', title: string): Column<PartitionRow> => ({
  id,
  title,
  widthPx: 120,
  align: 'end',
  mono: true,
  value: row => row[id],
  render: row => formatCount(row[id]),
})

export const partitionColumns: readonly Column<PartitionRow>[] = [
  {
    id: 'partition',
    title: 'Partition',
    widthPx: 84,
    value: ({ partition }) => partition,
    render: ({ partition }) => <PartitionBadge partition={partition} />,
  },
  { id: 'topic', title: 'Topic', widthPx: 150, mono: true, value: ({ topic }) => topic },
  { id: 'member', title: 'Member', widthPx: 160, grows: true, mono: true, value: ({ member }) => member },
  offsetColumn('committed', 'Committed'),
  { ...offsetColumn('startOffset', 'Start'), hiddenAtFirst: true },
  offsetColumn('endOffset', 'End'),
  {
    id: 'lag',
    title: 'Lag',
    widthPx: 100,
    align: 'end',
    mono: true,
    value: ({ lag }) => lag,
    render: ({ lag, lagMs }) => <span className={lagTone(lag, lagMs)}>{formatCount(lag)}</span>,
  },
  {
    id: 'lagMs',
    title: 'Age of next record',
    widthPx: 140,
    align: 'end',
    mono: true,
    value: ({ lag, lagMs }) => (lag === 0 ? null : lagMs),
    render: ({ lag, lagMs }) =>
      lag === 0 || lagMs === null ? '—' : <span className={lagTone(lag, lagMs)}>{formatDuration(lagMs)}</span>,
    hint: 'How long ago the record that is read next was written, as the sampler saw the end move; a dash while it is older than that',
  },
  {
    id: 'catchUp',
    title: 'Caught up in',
    widthPx: 140,
    align: 'end',
    value: ({ lag, secondsToCatchUp, growthPerSecond }) =>
      lag === 0 ? 0 : (secondsToCatchUp ?? (growthPerSecond === null ? null : Number.MAX_SAFE_INTEGER)),
    render: row => (row.lag === 0 ? '—' : catchUpText(row)),
    hint: 'By how its lag moved over the last half minute',
  },
]
