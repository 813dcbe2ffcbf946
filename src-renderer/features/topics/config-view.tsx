import { useMemo, useState } from 'react'
import { useCall } from '../../bridge/use-call.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { Button } from '../../widgets/button.tsx'
import { Checkbox } from '../../widgets/fields.tsx'
import { plural } from '../../widgets/format.ts'
import { Page } from '../../widgets/layout.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { Banner, Loaded } from '../../widgets/states.tsx'
import { copyText } from '../../widgets/clipboard.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { toast } from '../../widgets/toasts.ts'
import { changeLines } from './config-changes.ts'
import type { ConfigChanges } from './config-changes.ts'
import { configColumns } from './config-columns.tsx'
import type { ConfigRow } from './config-columns.tsx'
import { ruleOf } from '../../places/config-rules.ts'
import { EditConfigDialog } from './edit-config.tsx'
import { ReviewConfigDialog } from './review-config.tsx'

const refreshMs = 5_000

/** Every config in force, those set on the topic first. Changes are noted one by one and applied together. */
export function ConfigView({ connection, topic }: { readonly connection: string; readonly topic: string }) {
  const state = useCall('topics.config', { connection, topic }, { refreshMs })
  const definitions = useCall('topics.configDefinitions', { connection }).data
  const readOnly = useReadOnlyReason(connection)
  const [changes, setChanges] = useState<ConfigChanges>({})
  const [editing, setEditing] = useState<string | null>(null)
  const [isReviewing, setReviewing] = useState(false)
  const entries = state.data
  const rows = useMemo(() => entries?.map(entry => ({ entry, change: changes[entry.name] })) ?? [], [entries, changes])
  const lines = useMemo(() => changeLines(entries ?? [], changes), [entries, changes])
  const edited = entries?.find(entry => entry.name === editing)
  const note = (name: string, change: string | null) => setChanges(before => ({ ...before, [name]: change }))
  const edit = ({ entry }: ConfigRow) => {
    const reason = readOnly ?? (entry.readOnly ? 'This config cannot be changed.' : undefined)
    if (reason === undefined) setEditing(entry.name)
    else toast({ level: 'info', title: 'Not to be changed', detail: reason })
  }
  return (
    <Page label="Config">
      {lines.length > 0 && (
        <PendingBanner count={lines.length} onReview={() => setReviewing(true)} onDiscard={() => setChanges({})} />
      )}
      <Loaded state={state} lines={14}>
        {() => <ConfigTable rows={rows} readOnly={readOnly} onEdit={edit} onReset={name => note(name, null)} />}
      </Loaded>
      {edited !== undefined && (
        <EditConfigDialog
          entry={edited}
          rule={ruleOf(edited, definitions)}
          change={changes[edited.name]}
          onClose={() => setEditing(null)}
          onChange={(change, thenReview) => {
            note(edited.name, change)
            setEditing(null)
            setReviewing(thenReview)
          }}
        />
      )}
      {isReviewing && lines.length > 0 && (
        <ReviewConfigDialog
          connection={connection}
          topic={topic}
          lines={lines}
          onClose={() => setReviewing(false)}
          onDiscard={name => setChanges(({ [name]: _left, ...others }) => others)}
          onApplied={() => {
            setReviewing(false)
            setChanges({})
            void state.reload()
          }}
        />
      )}
    </Page>
  )
}

function PendingBanner(props: { readonly count: number; readonly onReview: () => void; readonly onDiscard: () => void }) {
  return (
    <Banner
      tone="info"
      actions={
        <>
          <Button onClick={props.onDiscard}>Discard</Button>
          <Button tone="primary" onClick={props.onReview}>
            Review changes
          </Button>
        </>
      }
    >
      {plural(props.count, 'change')} noted, not applied yet.
    </Banner>
  )
}

interface ConfigTableProps {
  readonly rows: readonly ConfigRow[]
  readonly readOnly: string | undefined
  readonly onEdit: (row: ConfigRow) => void
  readonly onReset: (name: string) => void
}

function ConfigTable({ rows, readOnly, onEdit, onReset }: ConfigTableProps) {
  const [onlySet, setOnlySet] = useState(false)
  const setCount = rows.filter(({ entry }) => entry.source === 'topic').length
  const shown = useMemo(
    () => (onlySet ? rows.filter(row => row.entry.source === 'topic' || row.change !== undefined) : rows),
    [rows, onlySet],
  )
  const menu = (row: ConfigRow): MenuEntry[] => {
    const { name, value, source } = row.entry
    const fixed = row.entry.readOnly ? 'This config cannot be changed.' : undefined
    const inherited = source === 'topic' ? undefined : 'It is inherited already.'
    return [
      { label: 'Edit…', hint: 'Enter', disabledReason: readOnly ?? fixed, run: () => onEdit(row) },
      { label: 'Reset to inherited', disabledReason: readOnly ?? fixed ?? inherited, run: () => onReset(name) },
      { kind: 'separator' },
      { label: 'Copy name=value', run: () => void copyText(`${name}=${value ?? ''}`) },
    ]
  }
  return (
    <DataTable
      name="Config"
      rowNoun="config"
      rows={shown}
      columns={configColumns}
      rowKey={row => row.entry.name}
      storageKey="topic-config"
      onOpen={onEdit}
      rowMenu={menu}
      empty={
        <p className="muted" style={{ padding: 16 }}>
          Nothing is set on this topic: every value is inherited.
        </p>
      }
      tools={<Checkbox label={`Only set on the topic (${setCount})`} checked={onlySet} onChange={setOnlySet} />}
    />
  )
}
