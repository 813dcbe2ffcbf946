import { useMemo, useState } from 'react'
import { RefreshCw } from 'lucide-react'
import type { GroupSummary } from '../../../src-main/contract/views/groups.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { IconButton } from '../../widgets/button.tsx'
import { Page } from '../../widgets/layout.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { EmptyState, Loaded, MissingBanner } from '../../widgets/states.tsx'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { copyText } from '../../widgets/clipboard.ts'
import { DeleteGroup } from './delete-group.tsx'
import { groupColumns } from './group-columns.tsx'
import { ResetDialog } from './reset/reset-dialog.tsx'

const refreshMs = 2_000
/** Long lists are asked for less often: an answer has as many rows. */
const manyGroups = 500
const refreshManyMs = 5_000

interface Doing {
  readonly kind: 'reset' | 'delete'
  readonly group: string
}

/** All groups of a cluster with their lag. Looking joins none. */
export function GroupsPage({ connection }: { readonly connection: string }) {
  const [isLong, setLong] = useState(false)
  const state = useCall('groups.list', { connection }, { refreshMs: isLong ? refreshManyMs : refreshMs })
  const hasMany = (state.data?.groups.length ?? 0) > manyGroups
  if (hasMany !== isLong) setLong(hasMany)
  const [doing, setDoing] = useState<Doing | null>(null)
  const readOnly = useReadOnlyReason(connection)
  const rowMenu = useMemo(() => groupMenu(connection, readOnly, setDoing), [connection, readOnly])
  return (
    <Page label="Groups">
      <Loaded state={state}>
        {list => (
          <>
            <MissingBanner missing={list.missing} />
            <DataTable
              name="Groups"
              rowNoun="group"
              rows={list.groups}
              columns={groupColumns}
              rowKey={groupKey}
              storageKey="groups"
              initialSorting={{ column: 'totalLag', descending: true }}
              onOpen={({ group }) => openPlace({ kind: 'group', connection, group })}
              rowMenu={rowMenu}
              tools={
                <IconButton label="Refresh" onClick={() => void state.reload()}>
                  <RefreshCw aria-hidden />
                </IconButton>
              }
              empty={
                <EmptyState title="No group has been seen yet">
                  A group appears as soon as a consumer with a group id commits an offset or joins. Start one of your own, or the
                  Sample shop of the Overview.
                </EmptyState>
              }
            />
          </>
        )}
      </Loaded>
      {doing?.kind === 'reset' && <ResetDialog connection={connection} group={doing.group} onClose={() => setDoing(null)} />}
      {doing?.kind === 'delete' && (
        <DeleteGroup
          connection={connection}
          group={doing.group}
          onClose={() => setDoing(null)}
          onDeleted={() => void state.reload()}
        />
      )}
    </Page>
  )
}

const groupKey = ({ group }: GroupSummary) => group

const groupMenu =
  (connection: string, readOnly: string | undefined, start: (doing: Doing) => void) =>
  ({ group }: GroupSummary): readonly MenuEntry[] => [
    { label: 'Open', hint: 'Enter', run: () => openPlace({ kind: 'group', connection, group }) },
    { label: 'Copy group id', run: () => void copyText(group, 'Copied the group id') },
    { kind: 'separator' },
    { label: 'Reset offsets…', run: () => start({ kind: 'reset', group }) },
    { label: 'Delete…', tone: 'danger', disabledReason: readOnly, run: () => start({ kind: 'delete', group }) },
  ]
