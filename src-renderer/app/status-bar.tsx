import { useConnection } from '../places/connections.ts'
import { openPlace } from '../places/tabs.ts'
import { setPreferences } from '../preferences/preferences.ts'
import { systemTimeZone, useTimeZone } from '../preferences/use-appearance.ts'
import { useTasks } from '../tasks/tasks.ts'
import { formatBytes, formatCount, formatDuration, formatRate, plural } from '../widgets/format.ts'
import { Menu } from '../widgets/menu.tsx'
import { useNow } from '../widgets/states.tsx'
import { useLink } from '../bridge/bridge.ts'
import { useClusterStatus, useFollowedStatus } from './cluster-status.ts'
import { useCurrentConnection } from './current-connection.ts'
import styles from './app.module.css'

export function StatusBar() {
  const connection = useCurrentConnection()
  useFollowedStatus(connection)
  const isUp = useLink(state => state.isUp)
  return (
    <footer className={styles.status} aria-label="Status">
      {isUp ? <ClusterFigures connection={connection} /> : <span className="bad">● workbench not reachable</span>}
      <span className="grow" />
      <Tasks />
      <TimeZoneChoice />
      <Memory connection={connection} />
    </footer>
  )
}

function ClusterFigures({ connection }: { readonly connection: string | null }) {
  const { data } = useClusterStatus(connection)
  const name = useConnection(connection ?? '')?.name
  const nowMs = useNow(1_000)
  if (data === undefined) return <span>{name === undefined ? '' : `${name}: connecting…`}</span>
  const isWhole = data.reachable && data.brokersUp >= data.brokersTotal
  return (
    <>
      <span>
        <span className={isWhole ? 'good' : 'bad'} aria-hidden>
          ●
        </span>{' '}
        {data.brokersUp} of {plural(data.brokersTotal, 'broker')}
      </span>
      {!data.reachable && (
        <span className="warn cut">
          {data.asOfMs > 0 && `as of ${formatDuration(Math.max(0, nowMs - data.asOfMs))} ago: `}
          {data.failure?.message}
        </span>
      )}
      {data.controllerId >= 0 && <span>controller {data.controllerId}</span>}
      <span>in {formatRate(data.recordsInPerSecond)}</span>
      <span title="by committed offsets of all groups">out {formatRate(data.recordsOutPerSecond)}</span>
      {data.lagTotal !== null && (
        <button
          type="button"
          className={styles.statusButton}
          onClick={() => connection !== null && openPlace({ kind: 'groups', connection })}
        >
          lag {formatCount(data.lagTotal)}
        </button>
      )}
    </>
  )
}

function Tasks() {
  const tasks = useTasks(state => state.tasks)
  return tasks.map(task => (
    <span key={task.id} className="accent" role="status">
      {task.title}
      {task.progress !== null && ` · ${Math.floor(task.progress * 100)} %`}
      {task.detail !== '' && ` · ${task.detail}`}{' '}
      <button type="button" className={styles.statusButton} aria-label={`Cancel ${task.title}`} onClick={task.cancel}>
        ✕
      </button>
    </span>
  ))
}

function Memory({ connection }: { readonly connection: string | null }) {
  const { data } = useClusterStatus(connection)
  return data === undefined ? null : <span title="resident memory of this app">{formatBytes(data.memoryBytes)}</span>
}

const commonZones = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Tokyo',
]

function TimeZoneChoice() {
  const zone = useTimeZone()
  const zones = [...new Set([zone, ...commonZones])]
  const entries = [
    { label: `System (${systemTimeZone()})`, run: () => setPreferences({ timeZone: 'system' }) },
    ...zones.map(name => ({ label: name, run: () => setPreferences({ timeZone: name }) })),
    { kind: 'separator' as const },
    { label: 'All zones…', run: () => openPlace({ kind: 'settings' }) },
  ]
  return (
    <Menu entries={entries} align="end">
      <button type="button" className={styles.statusButton} aria-label={`Time zone: ${zone}`}>
        {zone}
      </button>
    </Menu>
  )
}
