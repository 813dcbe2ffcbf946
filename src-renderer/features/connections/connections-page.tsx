import { useMemo, useState } from 'react'
import { Pencil, Plus, Trash2 } from 'lucide-react'
import type { ConnectionView } from '../../../src-main/contract/views/app.ts'
import { bridge } from '../../bridge/bridge.ts'
import { useConnections } from '../../places/connections.ts'
import { closeTabsOf, openPlace } from '../../places/tabs.ts'
import { Button, IconButton } from '../../widgets/button.tsx'
import { ConfirmDialog } from '../../widgets/confirm.tsx'
import { Bar, Grow, Page, Title } from '../../widgets/layout.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { Chip } from '../../widgets/marks.tsx'
import { EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { AuditCard } from './audit-card.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import { kindWords, secretWords, securityWords } from './connection-words.ts'
import styles from './connections.module.css'

/** Clusters that this workbench knows, how each is reached, and what was done to those of others. */
export function ConnectionsPage(_props: Record<string, never>) {
  const connections = useConnections(state => state.connections)
  const [edited, setEdited] = useState<ConnectionView | 'new' | null>(null)
  const [removed, setRemoved] = useState<ConnectionView | null>(null)
  const columns = useMemo(() => columnsOf({ edit: setEdited, remove: setRemoved }), [])
  const menu = (view: ConnectionView): readonly MenuEntry[] => [
    { label: 'Open', run: () => open(view) },
    { label: 'Edit and test…', run: () => setEdited(view) },
    { kind: 'separator' },
    { label: 'Remove…', tone: 'danger', disabledReason: unremovable(view), run: () => setRemoved(view) },
  ]
  return (
    <Page label="Connections">
      <Bar>
        <Title>Connections</Title>
        <Grow />
        <Button tone="primary" onClick={() => setEdited('new')}>
          <Plus aria-hidden />
          Add connection
        </Button>
      </Bar>
      <div className={styles.list}>
        <DataTable
          name="Connections"
          rowNoun="connection"
          rows={connections}
          columns={columns}
          rowKey={view => view.id}
          storageKey="connections"
          onOpen={open}
          rowMenu={menu}
          empty={
            <EmptyState title="No connection yet" actions={<Button onClick={() => setEdited('new')}>Add connection</Button>}>
              Add the address of any Kafka cluster: it opens read-only, and looking changes nothing.
            </EmptyState>
          }
        />
      </div>
      <AuditCard />
      {edited !== null && (
        <ConnectionDialog
          key={edited === 'new' ? 'new' : edited.id}
          view={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(null)}
        />
      )}
      {removed !== null && <RemoveDialog view={removed} onClose={() => setRemoved(null)} />}
    </Page>
  )
}

const open = (view: ConnectionView): void => openPlace({ kind: 'overview', connection: view.id })

const unremovable = (view: ConnectionView): string | undefined =>
  view.kind === 'local' ? 'The embedded cluster belongs to the app.' : undefined

function RemoveDialog({ view, onClose }: { readonly view: ConnectionView; readonly onClose: () => void }) {
  const remove = async () => {
    await bridge.call('connections.remove', { connection: view.id })
    closeTabsOf(view.id)
  }
  return (
    <ConfirmDialog title={`Remove ${view.name}?`} isOpen onClose={onClose} action={`Remove ${view.name}`} run={remove}>
      Brokerbench forgets how {view.bootstrap.join(', ')} is reached, with the secrets that it keeps for it, and closes its tabs.
      Nothing changes in the cluster itself.
    </ConfirmDialog>
  )
}

interface ColumnTools {
  readonly edit: (view: ConnectionView) => void
  readonly remove: (view: ConnectionView) => void
}

const columnsOf = (tools: ColumnTools): readonly Column<ConnectionView>[] => [
  { id: 'name', title: 'Name', widthPx: 150, value: view => view.name, render: view => <Name view={view} /> },
  { id: 'kind', title: 'Kind', widthPx: 90, value: kindWords },
  { id: 'address', title: 'Address', widthPx: 260, grows: true, mono: true, value: view => view.bootstrap.join(', ') },
  { id: 'security', title: 'Security', widthPx: 160, value: view => securityWords(view.security) },
  { id: 'registry', title: 'Registry', widthPx: 130, mono: true, value: view => view.registry?.url ?? null },
  {
    id: 'access',
    title: 'Access',
    widthPx: 96,
    value: view => (view.readOnly ? 'read-only' : 'writable'),
    render: view => <Chip>{view.readOnly ? 'read-only' : 'writable'}</Chip>,
  },
  { id: 'secrets', title: 'Secrets', widthPx: 150, value: view => secretWords(view.secretsKept) },
  {
    id: 'actions',
    title: 'Actions',
    widthPx: 76,
    value: () => null,
    render: view => <RowActions view={view} {...tools} />,
  },
]

const Name = ({ view }: { readonly view: ConnectionView }) => (
  <button type="button" className={styles.name} onClick={() => open(view)}>
    <span
      className={styles.swatch}
      style={{ '--swatch': view.colour === null ? 'var(--line-strong)' : `var(--${view.colour})` } as React.CSSProperties}
      aria-hidden
    />
    <span className="cut">{view.name}</span>
  </button>
)

function RowActions({ view, edit, remove }: ColumnTools & { readonly view: ConnectionView }) {
  return (
    <span className={styles.rowActions}>
      <IconButton label={`Edit ${view.name}`} onClick={() => edit(view)}>
        <Pencil aria-hidden />
      </IconButton>
      <IconButton label={`Remove ${view.name}`} disabledReason={unremovable(view)} onClick={() => remove(view)}>
        <Trash2 aria-hidden />
      </IconButton>
    </span>
  )
}
