import { useState } from 'react'
import type { RebalanceEvent } from '../../../src-main/contract/views/groups.ts'
import { useStream } from '../../bridge/use-stream.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { formatCount, formatDuration } from '../../widgets/format.ts'
import { EmptyState, FailureState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { formatTime } from '../../widgets/time.ts'
import { movedText, namesText, stateText } from './lag-text.ts'

/** As many as main remembers of all groups together; the oldest go first. */
const eventsMax = 2_000

const columns: readonly Column<RebalanceEvent>[] = [
  { id: 'time', title: 'Time', widthPx: 160, mono: true, value: ({ atMs }) => atMs, render: ({ atMs }) => <Time atMs={atMs} /> },
  { id: 'reason', title: 'What happened', widthPx: 320, grows: true, value: ({ reason }) => reason },
  {
    id: 'members',
    title: 'Members',
    widthPx: 84,
    align: 'end',
    value: ({ membersAfter }) => membersAfter,
    render: ({ membersBefore, membersAfter }) => `${membersBefore} → ${membersAfter}`,
  },
  {
    id: 'moved',
    title: 'Moved',
    widthPx: 72,
    align: 'end',
    value: ({ movedTotal }) => movedTotal,
    hint: 'Partitions with another owner',
  },
  { id: 'where', title: 'From → to', widthPx: 260, mono: true, value: movedText },
  {
    id: 'unsettled',
    title: 'Unsettled',
    widthPx: 90,
    align: 'end',
    value: ({ unsettledMs }) => unsettledMs,
    render: ({ unsettledMs }) => (unsettledMs === null ? 'not seen' : formatDuration(unsettledMs)),
    hint: 'How long the group was seen rebalancing; it is looked at about once a second',
  },
  {
    id: 'epoch',
    title: 'Epoch',
    widthPx: 66,
    align: 'end',
    value: ({ epoch }) => epoch,
    render: ({ epoch }) => formatCount(epoch),
  },
  { id: 'state', title: 'State after', widthPx: 110, value: ({ state }) => stateText(state) },
  { id: 'joined', title: 'Joined', widthPx: 150, mono: true, hiddenAtFirst: true, value: ({ joined }) => namesText(joined) },
  { id: 'left', title: 'Left', widthPx: 150, mono: true, hiddenAtFirst: true, value: ({ left }) => namesText(left) },
]

function Time({ atMs }: { readonly atMs: number }) {
  return formatTime(atMs, useTimeZone()).slice(0, 19)
}

export interface Rebalances {
  readonly events: readonly RebalanceEvent[]
  readonly failure: ReturnType<typeof useStream>['failure']
}

/** The remembered changes of the group, and new ones as they are seen. */
export function useRebalances(connection: string, group: string): Rebalances {
  const [events, setEvents] = useState<readonly RebalanceEvent[]>([])
  const { failure } = useStream(
    'groups.rebalances',
    { connection, group },
    item => setEvents(before => [...before, ...item].slice(-eventsMax)),
    () => setEvents([]),
  )
  return { events, failure }
}

export function RebalancesView({ events, failure }: Rebalances) {
  if (failure !== undefined && events.length === 0) return <FailureState failure={failure} />
  return (
    <DataTable
      name="Rebalances"
      rowNoun="change"
      rows={events}
      columns={columns}
      rowKey={({ id }) => String(id)}
      storageKey="group-rebalances"
      initialSorting={{ column: 'time', descending: true }}
      empty={
        <EmptyState title="No rebalance was seen">
          Members that join or leave, and partitions that move from one to another, are kept here from the start of this app on.
        </EmptyState>
      }
    />
  )
}
