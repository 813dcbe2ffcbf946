import { useMemo, useState } from 'react'
import { Download } from 'lucide-react'
import type { RebalanceEvent } from '../../../src-main/contract/views/groups.ts'
import { TimeChart } from '../../charts/time-chart.tsx'
import { useCall } from '../../bridge/use-call.ts'
import { useRemembered } from '../../preferences/use-remembered.ts'
import { Button, IconButton } from '../../widgets/button.tsx'
import { copyText } from '../../widgets/clipboard.ts'
import { formatCountShort, formatDuration } from '../../widgets/format.ts'
import { Card, Grow } from '../../widgets/layout.tsx'
import { Menu } from '../../widgets/menu.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { Select } from '../../widgets/select.tsx'
import { Banner, EmptyState, Skeleton } from '../../widgets/states.tsx'
import { downloadText, fileNameOf } from './download.ts'
import { lagAsCsv, lagAsJson } from './lag-export.ts'
import { mergedLag } from './lag-feed.ts'
import type { LagFeed, MergedLag } from './lag-feed.ts'
import { chartFromMs, isLagRange, lagRangeMs, lagRanges, storedRefreshMs } from './lag-range.ts'
import type { LagRangeId } from './lag-range.ts'
import { ageSeries, countSeries, lagMarkers } from './lag-series.ts'
import styles from './groups.module.css'

type Unit = 'count' | 'time'
const isUnit = (value: unknown): value is Unit => value === 'count' || value === 'time'

interface LagCardProps {
  readonly connection: string
  readonly group: string
  readonly feed: LagFeed
  readonly rebalances: readonly RebalanceEvent[]
}

/** The chart: live, and as far back as is kept on disk. */
export function LagCard({ connection, group, feed, rebalances }: LagCardProps) {
  const [unit, setUnit] = useRemembered<Unit>('lag.unit', 'count', isUnit)
  const [rangeId, setRangeId] = useRemembered<LagRangeId>('lag.range', '15m', isLagRange)
  const rangeMs = lagRangeMs(rangeId)
  const stored = useStored(connection, group, rangeMs)
  const merged = useMemo(() => mergedLag(stored.data ?? null, feed.history), [stored.data, feed.history])
  const toMs = merged.moments.at(-1)?.atMs ?? 0
  const series = useMemo(() => (unit === 'count' ? countSeries(merged) : ageSeries(merged)), [unit, merged])
  const markers = useMemo(() => lagMarkers(merged.restartsAtMs, rebalances), [merged.restartsAtMs, rebalances])
  return (
    <Card title="Lag" aside={<LagTools {...{ unit, setUnit, rangeId, setRangeId, group, merged }} />}>
      {feed.problem !== null && <Banner tone="warn">No new sample: {feed.problem.message}</Banner>}
      {stored.failure !== undefined && <Banner tone="warn">Without what is kept on disk: {stored.failure.message}</Banner>}
      {merged.moments.length === 0 || merged.partitions.length === 0 ? (
        <NoLag isWaiting={feed.history === null} />
      ) : (
        <TimeChart
          label={unit === 'count' ? 'Lag by partition, in records' : 'Age of the oldest unread record'}
          series={series}
          fromMs={chartFromMs(rangeMs, merged.moments[0]?.atMs ?? toMs, toMs)}
          toMs={toMs}
          formatValue={unit === 'count' ? formatCountShort : formatAge}
          unit={unit === 'count' ? 'number' : 'milliseconds'}
          markers={markers}
          heightPx={230}
          seriesNoun="partition"
        />
      )}
    </Card>
  )
}

const formatAge = (ms: number): string => (ms === 0 ? '0 s' : formatDuration(ms))

/** From disk: asked for by whole minutes, so that the question stays the same for a while. */
function useStored(connection: string, group: string, rangeMs: number) {
  const [openedAtMs] = useState(() => Date.now())
  return useCall(
    'groups.lagHistory',
    { connection, group, fromMs: Math.max(0, Math.floor((openedAtMs - rangeMs) / 60_000) * 60_000) },
    { refreshMs: storedRefreshMs(rangeMs) },
  )
}

function NoLag({ isWaiting }: { readonly isWaiting: boolean }) {
  if (isWaiting) return <Skeleton lines={5} />
  return (
    <EmptyState title="Nothing has been committed">
      Lag is the distance from the committed offset to the end: it begins with the first commit of this group.
    </EmptyState>
  )
}

interface ToolsProps {
  readonly unit: Unit
  readonly setUnit: (unit: Unit) => void
  readonly rangeId: LagRangeId
  readonly setRangeId: (id: LagRangeId) => void
  readonly group: string
  readonly merged: MergedLag
}

function LagTools({ unit, setUnit, rangeId, setRangeId, group, merged }: ToolsProps) {
  const csvName = fileNameOf(group, 'lag', 'csv')
  const jsonName = fileNameOf(group, 'lag', 'json')
  const entries: MenuEntry[] = [
    { label: 'Download CSV', run: () => downloadText(csvName, lagAsCsv(merged), 'text/csv') },
    { label: 'Download JSON', run: () => downloadText(jsonName, lagAsJson(group, merged), 'application/json') },
    { kind: 'separator' },
    { label: 'Copy as CSV', run: () => void copyText(lagAsCsv(merged), 'Copied the history as CSV') },
    { label: 'Copy as JSON', run: () => void copyText(lagAsJson(group, merged), 'Copied the history as JSON') },
  ]
  return (
    <>
      <span className="faint cut">
        {unit === 'count' ? 'records per partition' : 'age of the oldest unread record'} · kept for 14 days
      </span>
      <Grow />
      <div className={styles.switch} role="group" aria-label="Unit of the chart">
        <Button tone="quiet" isPressed={unit === 'count'} onClick={() => setUnit('count')}>
          Count
        </Button>
        <Button tone="quiet" isPressed={unit === 'time'} onClick={() => setUnit('time')}>
          Time
        </Button>
      </div>
      <Select
        label="Range of the chart"
        value={rangeId}
        options={lagRanges.map(({ id, label }) => ({ value: id, label }))}
        onChange={setRangeId}
      />
      <Menu entries={entries} align="end">
        <IconButton label="Export the history">
          <Download aria-hidden />
        </IconButton>
      </Menu>
    </>
  )
}
