import { useCallback, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import type { PartitionView, TopicDetail } from '../../../src-main/contract/views/topics.ts'
import { useConnection, useReadOnlyReason } from '../../places/connections.ts'
import { Button } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { Page } from '../../widgets/layout.tsx'
import { Loaded, MissingBanner } from '../../widgets/states.tsx'
import { StorageBanner } from '../../widgets/storage-banner.tsx'
import { uncleanableTroubles } from '../../widgets/storage-troubles.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { toast } from '../../widgets/toasts.ts'
import { AddPartitionsDialog } from './add-partitions.tsx'
import { partitionColumns } from './partition-columns.tsx'
import { partitionWidths } from './partition-widths.ts'
import { ReassignDialog } from './reassign-dialog.tsx'
import { ReassignmentsPanel } from './reassignments-panel.tsx'
import type { Started } from './reassignments-panel.tsx'

const refreshMs = 3_000

export function PartitionsView({ connection, topic }: { readonly connection: string; readonly topic: string }) {
  const state = useCall('topics.detail', { connection, topic }, { refreshMs })
  const readOnly = useReadOnlyReason(connection)
  const [open, setOpen] = useState<'add' | 'reassign' | 'edit' | null>(null)
  const [started, setStarted] = useState<Started | null>(null)
  const { reload } = state
  const after = useCallback(() => void reload(), [reload])
  const close = () => setOpen(null)
  return (
    <Page label="Partitions">
      <Loaded state={state} lines={10}>
        {data => (
          <>
            <MissingBanner missing={data.missing} />
            <NotCompacted connection={connection} topic={topic} />
            <ReassignmentsPanel
              connection={connection}
              detail={data}
              detailAsOfMs={state.asOfMs}
              started={started}
              readOnly={readOnly}
              onReload={after}
              onClose={() => setStarted(null)}
            />
            <PartitionTable
              partitions={data.partitions}
              readOnly={readOnly}
              onEdit={() => setOpen('edit')}
              tools={<Tools connection={connection} detail={data} readOnly={readOnly} onOpen={setOpen} onDone={after} />}
            />
            {open === 'add' && (
              <AddPartitionsDialog
                connection={connection}
                topic={topic}
                count={data.partitionCount}
                onClose={close}
                onDone={after}
              />
            )}
            {(open === 'reassign' || open === 'edit') && (
              <ReassignDialog
                connection={connection}
                detail={data}
                byHand={open === 'edit'}
                onClose={close}
                onStarted={(moves, throttle) => {
                  setStarted({ atMs: Date.now(), moves, throttle })
                  close()
                  after()
                }}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

interface PartitionTableProps {
  readonly partitions: readonly PartitionView[]
  readonly readOnly: string | undefined
  readonly onEdit: () => void
  readonly tools: ReactNode
}

function PartitionTable({ partitions, readOnly, onEdit, tools }: PartitionTableProps) {
  return (
    <DataTable
      name="Partitions"
      rowNoun="partition"
      rows={partitions}
      columns={useColumns(partitions)}
      rowKey={keyOf}
      storageKey="partitions"
      rowMenu={() => [{ label: 'Edit replicas…', disabledReason: readOnly, run: onEdit }]}
      empty={null}
      tools={tools}
    />
  )
}

/** The same columns as long as no width changes: lists keep what they know of rows by them. */
function useColumns(partitions: readonly PartitionView[]) {
  const widths = useMemo(() => partitionWidths(partitions), [partitions])
  const { leader, replicas, inSync, start, end, stable, records } = widths
  return useMemo(
    () => partitionColumns({ leader, replicas, inSync, start, end, stable, records }),
    [leader, replicas, inSync, start, end, stable, records],
  )
}

const keyOf = (row: PartitionView): string => String(row.partition)

interface ToolsProps {
  readonly connection: string
  readonly detail: TopicDetail
  readonly readOnly: string | undefined
  readonly onOpen: (dialog: 'add' | 'reassign') => void
  readonly onDone: () => void
}

function Tools({ connection, detail, readOnly, onOpen, onDone }: ToolsProps) {
  const unpreferred = detail.partitions.filter(it => !it.leaderIsPreferred).length
  const elect = async () => {
    await electLeaders(connection, detail.name)
    onDone()
  }
  return (
    <>
      <Button
        disabledReason={readOnly ?? (unpreferred === 0 ? 'Every partition is led by its preferred replica.' : undefined)}
        onClick={() => void elect()}
      >
        Elect preferred leaders{unpreferred > 0 && ` (${unpreferred})`}
      </Button>
      <Button disabledReason={readOnly} onClick={() => onOpen('reassign')}>
        Reassign…
      </Button>
      <Button disabledReason={readOnly} onClick={() => onOpen('add')}>
        Add partitions…
      </Button>
    </>
  )
}

async function electLeaders(connection: string, topic: string): Promise<void> {
  try {
    const outcomes = await bridge.call('topics.electLeaders', { connection, topics: [topic] })
    const failed = outcomes.filter(outcome => outcome.error !== null)
    if (failed.length === 0) toast({ level: 'info', title: `Elected ${plural(outcomes.length, 'leader')}`, detail: topic })
    else
      toast({
        level: 'error',
        title: `${plural(failed.length, 'partition')} kept the leader`,
        detail: failed.map(it => `${it.name}: ${it.error}`).join(' · '),
      })
  } catch (error) {
    toast({ level: 'error', title: 'No election', detail: failureOf(error).message })
  }
}

/** Only our own brokers tell; Kafka's protocol has no word for it. */
function NotCompacted({ connection, topic }: { readonly connection: string; readonly topic: string }) {
  const isLocal = useConnection(connection)?.kind === 'local'
  const local = useLatest('local.watch', isLocal ? undefined : null).data
  return <StorageBanner troubles={uncleanableTroubles(local, topic)} />
}
