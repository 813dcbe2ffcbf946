import { useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useCall } from '../../bridge/use-call.ts'
import type { PartitionView, TopicDetail } from '../../../src-main/contract/views/topics.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { Button } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { Page } from '../../widgets/layout.tsx'
import { Loaded, MissingBanner } from '../../widgets/states.tsx'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { toast } from '../../widgets/toasts.ts'
import { AddPartitionsDialog } from './add-partitions.tsx'
import { partitionColumns } from './partition-columns.tsx'

const refreshMs = 3_000

export function PartitionsView({ connection, topic }: { readonly connection: string; readonly topic: string }) {
  const state = useCall('topics.detail', { connection, topic }, { refreshMs })
  const [isAdding, setAdding] = useState(false)
  const after = () => void state.reload()
  return (
    <Page label="Partitions">
      <Loaded state={state} lines={10}>
        {data => (
          <>
            <MissingBanner missing={data.missing} />
            <DataTable
              name="Partitions"
              rowNoun="partition"
              rows={data.partitions}
              columns={partitionColumns}
              rowKey={keyOf}
              storageKey="partitions"
              empty={null}
              tools={<Tools connection={connection} detail={data} onAdd={() => setAdding(true)} onDone={after} />}
            />
            {isAdding && (
              <AddPartitionsDialog
                connection={connection}
                topic={topic}
                count={data.partitionCount}
                onClose={() => setAdding(false)}
                onDone={after}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

const keyOf = (row: PartitionView): string => String(row.partition)

interface ToolsProps {
  readonly connection: string
  readonly detail: TopicDetail
  readonly onAdd: () => void
  readonly onDone: () => void
}

function Tools({ connection, detail, onAdd, onDone }: ToolsProps) {
  const readOnly = useReadOnlyReason(connection)
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
      <Button disabledReason={readOnly} onClick={onAdd}>
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
