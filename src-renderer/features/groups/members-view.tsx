import type { GroupDetail, GroupMember } from '../../../src-main/contract/views/groups.ts'
import { PartitionBadge } from '../../widgets/marks.tsx'
import { EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { placeText } from './lag-text.ts'
import styles from './groups.module.css'

/** Badges that one cell shows of one topic. */
const badgesMax = 24

const countOf = ({ assigned }: GroupMember) => assigned.reduce((sum, { partitions }) => sum + partitions.length, 0)

const memberColumns: readonly Column<GroupMember>[] = [
  { id: 'clientId', title: 'Client id', widthPx: 160, mono: true, value: ({ clientId }) => clientId },
  { id: 'host', title: 'Host', widthPx: 120, mono: true, value: ({ host }) => host },
  { id: 'rack', title: 'Rack', widthPx: 80, value: ({ rack }) => rack },
  {
    id: 'instanceId',
    title: 'Instance id',
    widthPx: 130,
    mono: true,
    value: ({ instanceId }) => instanceId,
    hint: 'group.instance.id of a static member: it may go and come back without a rebalance',
  },
  { id: 'count', title: 'Partitions', widthPx: 84, align: 'end', value: countOf },
  {
    id: 'assigned',
    title: 'Assigned',
    widthPx: 320,
    grows: true,
    value: ({ assigned }) =>
      assigned.flatMap(({ topic, partitions }) => partitions.map(partition => placeText({ topic, partition }))).join(', ') ||
      null,
    render: ({ assigned }) => <Assigned assigned={assigned} />,
  },
  { id: 'memberId', title: 'Member id', widthPx: 300, mono: true, value: ({ memberId }) => memberId },
]

const Assigned = ({ assigned }: Pick<GroupMember, 'assigned'>) =>
  assigned.length === 0 ? (
    <span className="muted">nothing: more members than partitions, or a rebalance goes on</span>
  ) : (
    <span style={{ display: 'inline-flex', gap: 10 }}>
      {assigned.map(({ topic, partitions }) => (
        <span key={topic} className={styles.badges}>
          <span className="mono">{topic}</span>
          {partitions.slice(0, badgesMax).map(partition => (
            <PartitionBadge key={partition} partition={partition} />
          ))}
          {partitions.length > badgesMax && <span className="muted">and {partitions.length - badgesMax} more</span>}
        </span>
      ))}
    </span>
  )

export const MembersView = ({ detail }: { readonly detail: GroupDetail }) => (
  <DataTable
    name="Members"
    rowNoun="member"
    rows={detail.members}
    columns={memberColumns}
    rowKey={({ memberId }) => memberId}
    storageKey="group-members"
    empty={
      <EmptyState title="No members">
        Nobody is in the group now. Its committed offsets stay, until <code>offsets.retention.minutes</code> have passed.
      </EmptyState>
    }
  />
)
