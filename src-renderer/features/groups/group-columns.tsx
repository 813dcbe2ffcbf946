import type { GroupSummary } from '../../../src-main/contract/views/groups.ts'
import { formatCount, formatDuration } from '../../widgets/format.ts'
import { Status } from '../../widgets/marks.tsx'
import type { Column } from '../../widgets/table/column.ts'
import {
  catchUpOrder,
  catchUpText,
  lagTone,
  lagTrend,
  memberCountOf,
  stateText,
  stateTone,
  trendTone,
  worstText,
} from './lag-text.ts'

export const groupColumns: readonly Column<GroupSummary>[] = [
  {
    id: 'group',
    title: 'Group',
    widthPx: 160,
    grows: true,
    mono: true,
    value: ({ group }) => group,
    render: ({ group }) => (group === '' ? <span className="muted">(empty group id)</span> : group),
  },
  {
    id: 'state',
    title: 'State',
    widthPx: 98,
    value: ({ state }) => stateText(state),
    render: ({ state }) => <Status tone={stateTone(state)}>{stateText(state)}</Status>,
  },
  {
    id: 'type',
    title: 'Type',
    widthPx: 78,
    value: ({ type }) => type,
    hint: 'classic: partitions are shared out by a member; consumer: by the broker',
  },
  { id: 'protocolType', title: 'Protocol', widthPx: 90, value: ({ protocolType }) => protocolType, hiddenAtFirst: true },
  {
    id: 'members',
    title: 'Members',
    widthPx: 76,
    align: 'end',
    value: memberCountOf,
    render: group => formatCount(memberCountOf(group)),
  },
  // Without it, what explains the lag is on a screen of 1,280 pixels; the group itself says it.
  {
    id: 'coordinator',
    title: 'Coordinator',
    widthPx: 92,
    align: 'end',
    value: ({ coordinatorId }) => coordinatorId,
    hiddenAtFirst: true,
  },
  { id: 'topics', title: 'Topics', widthPx: 110, value: ({ topics }) => (topics.length === 0 ? null : topics.join(', ')) },
  {
    id: 'totalLag',
    title: 'Lag',
    widthPx: 76,
    align: 'end',
    mono: true,
    value: ({ totalLag }) => totalLag,
    render: ({ totalLag, lagMs }) => <span className={lagTone(totalLag, lagMs)}>{formatCount(totalLag)}</span>,
    hint: 'Records behind, over all partitions',
  },
  {
    id: 'worst',
    title: 'Worst partition',
    widthPx: 118,
    value: ({ worstLag }) => (worstLag === null || worstLag.lag === 0 ? null : worstText(worstLag)),
  },
  {
    id: 'lagMs',
    title: 'Lag in time',
    widthPx: 92,
    align: 'end',
    mono: true,
    value: ({ lagMs }) => lagMs,
    render: ({ lagMs, totalLag }) => (
      <span className={lagMs === null ? undefined : lagTone(totalLag, lagMs)}>{lagMs === 0 ? '0 s' : formatDuration(lagMs)}</span>
    ),
    hint: 'Age of the oldest record that is still to be read',
  },
  {
    id: 'trend',
    title: 'Trend',
    widthPx: 122,
    value: ({ totalLag, lagGrowthPerSecond }) => lagTrend(totalLag, lagGrowthPerSecond).text,
    render: ({ totalLag, lagGrowthPerSecond }) => <Trend totalLag={totalLag} growthPerSecond={lagGrowthPerSecond} />,
  },
  {
    id: 'catchUp',
    title: 'Caught up in',
    widthPx: 118,
    align: 'end',
    value: catchUpOrder,
    render: group => catchUpText({ ...group, lag: group.totalLag, growthPerSecond: group.lagGrowthPerSecond }),
    hint: 'At the present rates',
  },
]

export function Trend(props: { readonly totalLag: number | null; readonly growthPerSecond: number | null }) {
  const { kind, arrow, text } = lagTrend(props.totalLag, props.growthPerSecond)
  return (
    <span className={trendTone(kind)}>
      {arrow !== '' && <span aria-hidden>{arrow} </span>}
      {text}
    </span>
  )
}
