import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { Plus } from 'lucide-react'
import type { TopicsNow } from '../../bridge/topic-list.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useTopics } from '../../bridge/use-topics.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { Button } from '../../widgets/button.tsx'
import { Checkbox } from '../../widgets/fields.tsx'
import { plural } from '../../widgets/format.ts'
import { Page } from '../../widgets/layout.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { EmptyState, FailureState, MissingBanner, Skeleton, StaleBanner } from '../../widgets/states.tsx'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { CreateTopicDialog } from './create-topic.tsx'
import { DeleteTopicsDialog } from './delete-topics.tsx'
import { EmptyTopicsDialog } from './empty-topics.tsx'
import { topicColumns } from './topic-columns.tsx'
import { topicRows } from './topic-rows.ts'
import type { TopicRow } from './topic-rows.ts'

const lagsRefreshMs = 6_000

/** What a dialog is open for; `like` names the topic whose settings a new one starts with. */
type Deed =
  | { readonly kind: 'create'; readonly like: string | null }
  | { readonly kind: 'delete' | 'empty'; readonly rows: readonly TopicRow[] }

export function TopicsPage({ connection }: { readonly connection: string }) {
  const now = useTopics(connection)
  const lags = useCall('topics.lags', now?.isWhole === true ? { connection } : null, { refreshMs: lagsRefreshMs })
  const [deed, setDeed] = useState<Deed | null>(null)
  const close = () => setDeed(null)
  const names = useMemo(() => now?.topics.map(topic => topic.name) ?? [], [now])
  return (
    <Page label="Topics">
      <Listed now={now}>
        {topics => <TopicsTable connection={connection} topics={topics} lags={lags.data} onDeed={setDeed} />}
      </Listed>
      {deed?.kind === 'create' && <CreateTopicDialog connection={connection} known={names} like={deed.like} onClose={close} />}
      {deed?.kind === 'delete' && <DeleteTopicsDialog connection={connection} rows={deed.rows} onClose={close} />}
      {deed?.kind === 'empty' && <EmptyTopicsDialog connection={connection} rows={deed.rows} onClose={close} />}
    </Page>
  )
}

interface ListedProps {
  readonly now: TopicsNow | undefined
  readonly children: (topics: TopicsNow['topics']) => ReactNode
}

/** Skeleton, failure, stale or partial answer around the list; main goes on asking by itself. */
function Listed({ now, children }: ListedProps) {
  if (now === undefined || now.asOfMs === 0)
    return now?.failure === undefined ? <Skeleton lines={14} /> : <FailureState failure={now.failure} />
  return (
    <>
      {now.failure !== undefined && <StaleBanner asOfMs={now.asOfMs} failure={now.failure} />}
      <MissingBanner missing={now.missing} />
      {children(now.topics)}
    </>
  )
}

interface TopicsTableProps {
  readonly connection: string
  readonly topics: Parameters<typeof topicRows>[0]
  readonly lags: Parameters<typeof topicRows>[1]
  readonly onDeed: (deed: Deed) => void
}

function TopicsTable({ connection, topics, lags, onDeed }: TopicsTableProps) {
  const readOnly = useReadOnlyReason(connection)
  const [showInternal, setShowInternal] = useState(false)
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => topicRows(topics, lags, showInternal), [topics, lags, showInternal])
  const chosen = useMemo(() => rows.filter(row => marked.has(row.topic.name)), [rows, marked])
  const internalCount = useMemo(() => topics.filter(topic => topic.internal).length, [topics])
  const create = (
    <Button tone="primary" disabledReason={readOnly} onClick={() => onDeed({ kind: 'create', like: null })}>
      <Plus aria-hidden />
      Create topic
    </Button>
  )
  const menu = (row: TopicRow) =>
    chosen.length > 1 && marked.has(row.topic.name)
      ? deedsOnMany(chosen, readOnly, onDeed)
      : entriesFor(connection, row, readOnly, onDeed)
  return (
    <DataTable
      name="Topics"
      rowNoun="topic"
      rows={rows}
      columns={topicColumns}
      rowKey={nameOf}
      storageKey="topics"
      initialSorting={byName}
      onOpen={({ topic }) => openPlace({ kind: 'topic', connection, topic: topic.name, view: 'messages' })}
      rowMenu={menu}
      marks={{ keys: marked, onChange: setMarked }}
      empty={
        <EmptyState title="No topic yet" actions={create}>
          Topics hold records. Create one here, or let a producer or the Sample shop on the Overview do it.
        </EmptyState>
      }
      tools={
        <>
          <MarkedTools chosen={chosen} readOnly={readOnly} onDeed={onDeed} onClear={() => setMarked(new Set())} />
          {internalCount > 0 && (
            <Checkbox label={`Internal (${internalCount})`} checked={showInternal} onChange={setShowInternal} />
          )}
          {create}
        </>
      }
    />
  )
}

const nameOf = (row: TopicRow): string => row.topic.name
const byName = { column: 'name', descending: false } as const

interface MarkedToolsProps {
  readonly chosen: readonly TopicRow[]
  readonly readOnly: string | undefined
  readonly onDeed: (deed: Deed) => void
  readonly onClear: () => void
}

/** What can be done with the marked rows; nothing while none is. */
function MarkedTools({ chosen, readOnly, onDeed, onClear }: MarkedToolsProps) {
  if (chosen.length === 0) return null
  return (
    <>
      <span className="muted">{plural(chosen.length, 'topic')} marked</span>
      <Button tone="quiet" onClick={onClear}>
        Clear
      </Button>
      <Menu entries={deedsOnMany(chosen, readOnly, onDeed)} align="end">
        <Button>With marked ▾</Button>
      </Menu>
    </>
  )
}

function deedsOnMany(rows: readonly TopicRow[], readOnly: string | undefined, onDeed: (deed: Deed) => void): MenuEntry[] {
  const which = rows.length === 1 ? (rows[0]?.topic.name ?? '') : plural(rows.length, 'topic')
  const disabledReason = readOnly ?? internalReason(rows)
  return [
    { label: `Empty ${which}…`, tone: 'danger', disabledReason, run: () => onDeed({ kind: 'empty', rows }) },
    { label: `Delete ${which}…`, tone: 'danger', disabledReason, run: () => onDeed({ kind: 'delete', rows }) },
  ]
}

const internalReason = (rows: readonly TopicRow[]): string | undefined =>
  rows.some(row => row.topic.internal)
    ? 'Internal topics belong to the brokers: groups and transactions live in them.'
    : undefined

function entriesFor(connection: string, row: TopicRow, readOnly: string | undefined, onDeed: (deed: Deed) => void): MenuEntry[] {
  const topic = row.topic.name
  const disabledReason = readOnly ?? internalReason([row])
  const open = (view: 'messages' | 'partitions' | 'consumers' | 'config') => () =>
    openPlace({ kind: 'topic', connection, topic, view })
  return [
    { label: 'Messages', hint: 'Enter', run: open('messages') },
    { label: 'Partitions', run: open('partitions') },
    { label: 'Consumers', run: open('consumers') },
    { label: 'Config', run: open('config') },
    { label: 'Produce', disabledReason: readOnly, run: () => openPlace({ kind: 'produce', connection, topic }) },
    { kind: 'separator' },
    { label: 'Create like this…', disabledReason: readOnly, run: () => onDeed({ kind: 'create', like: topic }) },
    { kind: 'separator' },
    { label: 'Empty…', tone: 'danger', disabledReason, run: () => onDeed({ kind: 'empty', rows: [row] }) },
    { label: 'Delete…', tone: 'danger', disabledReason, run: () => onDeed({ kind: 'delete', rows: [row] }) },
  ]
}
