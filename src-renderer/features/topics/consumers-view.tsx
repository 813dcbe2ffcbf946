import type { TopicConsumer } from '../../../src-main/contract/views/topics.ts'
import { useCall } from '../../bridge/use-call.ts'
import { openPlace } from '../../places/tabs.ts'
import { classes } from '../../widgets/classes.ts'
import { formatCount, formatDuration } from '../../widgets/format.ts'
import { Page } from '../../widgets/layout.tsx'
import { Status } from '../../widgets/marks.tsx'
import { EmptyState, Loaded } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'

const refreshMs = 3_000

/** Groups that have committed offsets of this topic, those furthest behind first. */
export function ConsumersView({ connection, topic }: { readonly connection: string; readonly topic: string }) {
  const state = useCall('topics.consumers', { connection, topic }, { refreshMs })
  const open = (row: TopicConsumer) => openPlace({ kind: 'group', connection, group: row.group })
  return (
    <Page label="Consumers">
      <Loaded state={state} lines={8}>
        {data => (
          <DataTable
            name="Consumers"
            rowNoun="group"
            rows={data.groups}
            columns={columns}
            rowKey={row => row.group}
            storageKey="topic-consumers"
            initialSorting={byLag}
            onOpen={open}
            rowMenu={row => [{ label: 'Open group', hint: 'Enter', run: () => open(row) }]}
            empty={
              <EmptyState title="No group reads this topic">
                A group appears here with the first offset that it commits. Consumers that commit nothing cannot be seen from
                outside.
              </EmptyState>
            }
          />
        )}
      </Loaded>
    </Page>
  )
}

const byLag = { column: 'lag', descending: true } as const

const columns: readonly Column<TopicConsumer>[] = [
  {
    id: 'group',
    title: 'Group',
    widthPx: 220,
    grows: true,
    mono: true,
    value: row => (row.group === '' ? '(empty group id)' : row.group),
  },
  {
    id: 'state',
    title: 'State',
    widthPx: 150,
    value: row => row.state,
    render: row => <Status tone={row.state === 'Stable' ? 'good' : row.state === 'Empty' ? 'muted' : 'warn'}>{row.state}</Status>,
  },
  { id: 'type', title: 'Protocol', widthPx: 100, value: row => row.type },
  {
    id: 'partitions',
    title: 'Partitions',
    widthPx: 90,
    align: 'end',
    mono: true,
    value: row => row.partitions.length,
    hint: 'Partitions of this topic with a committed offset.',
  },
  {
    id: 'lag',
    title: 'Lag',
    widthPx: 110,
    align: 'end',
    mono: true,
    value: row => row.totalLag,
    hint: 'Records of this topic still to be read, over all its partitions.',
    render: row => <span className={classes((row.totalLag ?? 0) > 0 && 'warn')}>{formatCount(row.totalLag)}</span>,
  },
  {
    id: 'worst',
    title: 'Worst partition',
    widthPx: 190,
    align: 'end',
    mono: true,
    value: row => row.worstLag,
    render: worstText,
  },
  {
    id: 'age',
    title: 'Behind by',
    widthPx: 110,
    align: 'end',
    mono: true,
    value: row => row.lagMs,
    hint: 'Age of the oldest record that is still to be read.',
    render: row => formatDuration(row.lagMs),
  },
]

function worstText(row: TopicConsumer): string {
  const worst = row.partitions.find(it => it.lag !== null && it.lag === row.worstLag)
  return worst === undefined || (row.worstLag ?? 0) === 0
    ? formatCount(row.worstLag)
    : `${formatCount(row.worstLag)} on ${worst.partition}`
}
