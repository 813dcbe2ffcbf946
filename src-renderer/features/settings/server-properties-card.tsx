import { useState } from 'react'
import type { ServerPropertyView } from '../../../src-main/contract/views/cluster.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useCall } from '../../bridge/use-call.ts'
import { readableValue } from '../../places/config-rules.ts'
import { startTask } from '../../tasks/tasks.ts'
import { Button } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { Card } from '../../widgets/layout.tsx'
import { Chip } from '../../widgets/marks.tsx'
import { Banner, EmptyState, Loaded } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { toast } from '../../widgets/toasts.ts'
import { EditProperty } from './edit-property.tsx'
import styles from './settings.module.css'

const againAfterMs = 5_000

/** Kafka's own names, for all brokers of the embedded cluster; each broker takes them when it starts. */
export function ServerPropertiesCard() {
  const state = useCall('local.properties', undefined, { refreshMs: againAfterMs })
  const [edited, setEdited] = useState<ServerPropertyView | null>(null)
  return (
    <Card
      title="Server properties"
      aside={<span className="faint">of all brokers of the embedded cluster; Enter or a double click edits one</span>}
    >
      <Loaded state={state} lines={6}>
        {answer =>
          answer === null ? (
            <p className={styles.body}>This run has no embedded cluster: it was opened on another one.</p>
          ) : (
            <>
              {answer.runningWithOthers.length > 0 && <RestartBanner brokers={answer.runningWithOthers} />}
              <div className={styles.properties}>
                <DataTable
                  name="Server properties"
                  rowNoun="setting"
                  rows={answer.properties}
                  columns={columns}
                  rowKey={property => property.name}
                  storageKey="settings.serverProperties"
                  onOpen={setEdited}
                  rowMenu={property => [{ label: 'Edit…', run: () => setEdited(property) }]}
                  empty={<EmptyState title="No property is known">The brokers name none.</EmptyState>}
                />
              </div>
            </>
          )
        }
      </Loaded>
      {edited !== null && (
        <EditProperty
          key={edited.name}
          property={edited}
          onClose={() => {
            setEdited(null)
            void state.reload()
          }}
        />
      )}
    </Card>
  )
}

/** One after the other, so that the cluster serves all the while. */
function RestartBanner({ brokers }: { readonly brokers: readonly number[] }) {
  const [isRunning, setRunning] = useState(false)
  const restart = async () => {
    setRunning(true)
    const stop = new AbortController()
    const task = startTask('Restarting brokers', () => stop.abort())
    try {
      for (const [index, brokerId] of brokers.entries()) {
        if (stop.signal.aborted) break
        task.update(index / brokers.length, `broker ${brokerId}`)
        await bridge.call('local.restartBroker', { brokerId })
      }
    } catch (error) {
      const { message, hint } = failureOf(error)
      toast({ level: 'error', title: 'A broker did not restart', detail: [message, hint].filter(Boolean).join(' ') })
    } finally {
      task.end()
      setRunning(false)
    }
  }
  return (
    <Banner
      tone="warn"
      actions={
        <Button disabled={isRunning} onClick={() => void restart()}>
          Restart one by one
        </Button>
      }
    >
      {plural(brokers.length, 'broker')} ({brokers.join(', ')}) still {brokers.length === 1 ? 'runs' : 'run'} with other values.
    </Banner>
  )
}

const sources = { 'command-line': 'command line', settings: 'settings', app: 'by this app', default: 'default' } as const

const columns: readonly Column<ServerPropertyView>[] = [
  { id: 'name', title: 'Name', widthPx: 250, mono: true, value: property => property.name },
  {
    id: 'value',
    title: 'Value',
    widthPx: 170,
    mono: true,
    value: property => property.value ?? 'not set',
    render: ({ name, value }) => {
      const meaning = readableValue(name, value)
      return (
        <span className={value === null ? 'faint' : undefined}>
          {value === null ? 'not set' : value === '' ? 'empty' : value}
          {meaning !== null && <span className="faint"> · {meaning}</span>}
        </span>
      )
    },
  },
  {
    id: 'source',
    title: 'Source',
    widthPx: 104,
    value: property => sources[property.source],
    render: ({ source }) =>
      source === 'settings' || source === 'command-line' ? (
        <Chip>{sources[source]}</Chip>
      ) : (
        <span className="muted">{sources[source]}</span>
      ),
  },
  {
    id: 'documentation',
    title: 'What it does',
    widthPx: 220,
    grows: true,
    value: property => property.documentation,
    render: property => <span className="muted">{property.documentation}</span>,
  },
]
