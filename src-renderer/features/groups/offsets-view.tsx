import { useMemo } from 'react'
import { Download } from 'lucide-react'
import type { GroupDetail, GroupPartition } from '../../../src-main/contract/views/groups.ts'
import { IconButton } from '../../widgets/button.tsx'
import { copyText } from '../../widgets/clipboard.ts'
import { formatCount } from '../../widgets/format.ts'
import { PartitionBadge } from '../../widgets/marks.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { downloadText, fileNameOf } from './download.ts'
import { placeText } from './lag-text.ts'
import { offsetsAsCsv } from './reset/offsets-csv.ts'

const numberColumn = (id: 'committed' | 'startOffset' | 'endOffset' | 'lag', title: string): Column<GroupPartition> => ({
  id,
  title,
  widthPx: 130,
  align: 'end',
  mono: true,
  value: row => row[id],
  render: row => formatCount(row[id]),
})

const columns: readonly Column<GroupPartition>[] = [
  { id: 'topic', title: 'Topic', widthPx: 200, grows: true, mono: true, value: ({ topic }) => topic },
  {
    id: 'partition',
    title: 'Partition',
    widthPx: 84,
    value: ({ partition }) => partition,
    render: ({ partition }) => <PartitionBadge partition={partition} />,
  },
  numberColumn('committed', 'Committed'),
  numberColumn('startOffset', 'Start'),
  numberColumn('endOffset', 'End'),
  numberColumn('lag', 'Lag'),
  {
    id: 'metadata',
    title: 'Metadata',
    widthPx: 220,
    mono: true,
    value: ({ metadata }) => metadata,
    hint: 'Text that was committed beside the offset',
  },
]

/** What the group has committed, as the coordinator says. */
export function OffsetsView({ detail }: { readonly detail: GroupDetail }) {
  const { group } = detail.summary
  const committed = useMemo(() => detail.partitions.filter(it => it.committed !== null), [detail.partitions])
  const csv = () => offsetsAsCsv(committed)
  return (
    <DataTable
      name="Committed offsets"
      rowNoun="partition"
      rows={committed}
      columns={columns}
      rowKey={placeText}
      storageKey="group-offsets"
      tools={
        <Menu
          align="end"
          entries={[
            {
              label: 'Download as CSV for a reset',
              run: () => downloadText(fileNameOf(group, 'offsets', 'csv'), csv(), 'text/csv'),
            },
            { label: 'Copy as CSV for a reset', run: () => void copyText(csv(), 'Copied the offsets as CSV') },
          ]}
        >
          <IconButton label="Export offsets">
            <Download aria-hidden />
          </IconButton>
        </Menu>
      }
      empty={
        <EmptyState title="Nothing committed">The group has members that read, or had; none has committed an offset.</EmptyState>
      }
    />
  )
}
