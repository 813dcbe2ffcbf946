import { useCallback, useMemo } from 'react'
import { Ellipsis, Play, RotateCw, Square, Zap } from 'lucide-react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { IconButton } from '../../widgets/button.tsx'
import { copyText } from '../../widgets/clipboard.ts'
import { formatBytes, formatCount, formatDuration, formatRate, unknownText } from '../../widgets/format.ts'
import { classes } from '../../widgets/classes.ts'
import { Card } from '../../widgets/layout.tsx'
import { Chip, Status } from '../../widgets/marks.tsx'
import { Menu } from '../../widgets/menu.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { useNow } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { toast } from '../../widgets/toasts.ts'
import { brokerActions, whyNot } from './broker-actions.ts'
import type { BrokerAction, BrokerVerb } from './broker-actions.ts'
import { delayText } from './broker-rows.ts'
import type { BrokerRow } from './broker-rows.ts'
import styles from './overview.module.css'

export interface BrokersCardProps {
  readonly rows: readonly BrokerRow[]
  readonly aside?: React.ReactNode
  /** What else can be done to one, beside starting and stopping. */
  readonly moreActions?: (row: BrokerRow) => readonly MenuEntry[]
}

/** Every broker with what it is, holds and does; ours can be started, stopped and killed. */
export function BrokersCard({ rows, aside, moreActions }: BrokersCardProps) {
  const nowMs = useNow(1_000)
  const isLocal = rows.some(row => row.local !== null)
  const menu = useCallback(
    (row: BrokerRow) => [...localEntries(row), ...(moreActions?.(row) ?? []), ...copyEntries(row)],
    [moreActions],
  )
  const columns = useMemo(() => columnsOf({ isLocal, nowMs, menu }), [isLocal, nowMs, menu])
  return (
    <Card title="Brokers" aside={aside}>
      <DataTable
        name="Brokers"
        rowNoun="broker"
        rows={rows}
        columns={columns}
        rowKey={row => String(row.brokerId)}
        storageKey={isLocal ? 'brokers.local' : 'brokers'}
        isFitted
        rowMenu={menu}
        empty={<p className={styles.nothing}>No broker is known yet.</p>}
      />
    </Card>
  )
}

interface ColumnTools {
  readonly isLocal: boolean
  readonly nowMs: number
  readonly menu: (row: BrokerRow) => readonly MenuEntry[]
}

function columnsOf({ isLocal, nowMs, menu }: ColumnTools): readonly Column<BrokerRow>[] {
  const uptime = (row: BrokerRow) => (row.startedAtMs === null ? null : Math.max(0, nowMs - row.startedAtMs))
  const count = (id: string, title: string, value: (row: BrokerRow) => number | null): Column<BrokerRow> => ({
    id,
    title,
    widthPx: 68,
    align: 'end',
    value,
    render: row => formatCount(value(row)),
  })
  return [
    { id: 'id', title: 'Id', widthPx: 40, mono: true, value: row => row.brokerId },
    { id: 'state', title: 'State', widthPx: 116, value: row => row.state.word, render: row => <State row={row} /> },
    { id: 'host', title: 'Host', widthPx: 136, grows: true, mono: true, value: row => row.address },
    { id: 'role', title: 'Role', widthPx: 134, value: row => row.roles.join(', '), render: row => <Roles row={row} /> },
    { id: 'rack', title: 'Rack', widthPx: 74, value: row => row.rack, hiddenAtFirst: isLocal },
    ...(isLocal
      ? [{ id: 'uptime', title: 'Uptime', widthPx: 88, align: 'end' as const, value: uptime, render: durationOf(uptime) }]
      : []),
    count('leaders', 'Leaders', row => row.leaderCount),
    {
      ...count('replicas', 'Replicas', row => row.replicaCount),
      widthPx: 98,
      hint: 'How many it holds, and how many of them are in sync where not all are',
      render: row => <Replicas row={row} />,
    },
    { ...count('inSync', 'In sync', row => row.inSyncCount), hiddenAtFirst: true },
    {
      id: 'disk',
      title: 'Disk',
      widthPx: 72,
      align: 'end',
      value: row => row.logBytes,
      render: row => (
        <span className={classes(row.failedDirectories.length > 0 && 'bad')} title={freeText(row)}>
          {formatBytes(row.logBytes)}
        </span>
      ),
    },
    {
      id: 'in',
      title: 'Records in',
      widthPx: 82,
      align: 'end',
      hint: 'Appended to the partitions that it leads, per second',
      value: row => row.recordsInPerSecond,
      render: row => formatRate(row.recordsInPerSecond),
    },
    ...(isLocal
      ? [
          {
            id: 'delay',
            title: 'Delay',
            widthPx: 70,
            align: 'end' as const,
            hint: 'How late its event loop runs, on average',
            value: (row: BrokerRow) => row.eventLoopDelayMs,
            render: (row: BrokerRow) => delayText(row.eventLoopDelayMs),
          },
          {
            id: 'actions',
            title: 'Actions',
            widthPx: 108,
            value: () => null,
            render: (row: BrokerRow) => <RowActions row={row} menu={menu} />,
          },
        ]
      : []),
  ]
}

const durationOf = (value: (row: BrokerRow) => number | null) => (row: BrokerRow) => formatDuration(value(row))
const freeText = (row: BrokerRow) =>
  row.volumeFreeBytes === null ? undefined : `${formatBytes(row.volumeFreeBytes)} free on its volume`

const State = ({ row }: { readonly row: BrokerRow }) => (
  <span title={row.state.reason ?? undefined}>
    <Status tone={row.state.tone}>{row.state.word}</Status>
  </span>
)

const Roles = ({ row }: { readonly row: BrokerRow }) => (
  <span className={styles.roles}>
    {row.roles.length === 0 ? unknownText : row.roles.map(role => <Chip key={role}>{role}</Chip>)}
  </span>
)

/** Fewer in sync than it holds: some of its replicas lag behind. */
function Replicas({ row: { inSyncCount, replicaCount } }: { readonly row: BrokerRow }) {
  if (inSyncCount === null || replicaCount === null || inSyncCount >= replicaCount) return formatCount(replicaCount)
  return (
    <span className="warn" title={`${replicaCount - inSyncCount} replicas are not in sync`}>
      {formatCount(inSyncCount)} of {formatCount(replicaCount)}
    </span>
  )
}

const icons: Readonly<Record<BrokerVerb, React.ReactElement>> = {
  Start: <Play aria-hidden />,
  Stop: <Square aria-hidden />,
  Restart: <RotateCw aria-hidden />,
  Kill: <Zap aria-hidden />,
}

function RowActions({ row, menu }: { readonly row: BrokerRow; readonly menu: ColumnTools['menu'] }) {
  const { local, brokerId } = row
  if (local === null) return null
  const shown = brokerActions.filter(action => whyNot(action.verb, brokerId, local.state) === undefined)
  return (
    <span className={styles.rowActions}>
      {shown.map(action => (
        <IconButton
          key={action.verb}
          label={`${action.verb} broker ${brokerId}`}
          title={`${action.verb} broker ${brokerId}: ${action.hint}`}
          onClick={() => void run(action, brokerId)}
        >
          {icons[action.verb]}
        </IconButton>
      ))}
      <Menu entries={menu(row)} align="end">
        <IconButton label={`More about broker ${brokerId}`}>
          <Ellipsis aria-hidden />
        </IconButton>
      </Menu>
    </span>
  )
}

function localEntries({ local, brokerId }: BrokerRow): MenuEntry[] {
  if (local === null) return []
  return brokerActions.map(action => ({
    label: action.verb,
    hint: action.hint,
    disabledReason: whyNot(action.verb, brokerId, local.state),
    ...(action.verb === 'Kill' ? { tone: 'danger' as const } : {}),
    run: () => void run(action, brokerId),
  }))
}

function copyEntries({ address, local }: BrokerRow): MenuEntry[] {
  if (address === null) return []
  const copy = { label: 'Copy address', hint: address, run: () => void copyText(address, `Copied ${address}`) }
  return local === null ? [copy] : [{ kind: 'separator' }, copy]
}

async function run({ verb, call }: BrokerAction, brokerId: number): Promise<void> {
  try {
    await bridge.call(call, { brokerId })
  } catch (error) {
    const { message, hint } = failureOf(error)
    toast({ level: 'error', title: `${verb} broker ${brokerId}: ${message}`, detail: hint ?? '' })
  }
}
