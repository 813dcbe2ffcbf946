import { useMemo, useState } from 'react'
import type { RateSample } from '../../../src-main/contract/views/cluster.ts'
import { TimeChart } from '../../charts/time-chart.tsx'
import { formatBytes, formatRate } from '../../widgets/format.ts'
import { Card } from '../../widgets/layout.tsx'
import { partitionColour } from '../../widgets/marks.tsx'
import { EmptyState, Skeleton } from '../../widgets/states.tsx'
import { SubTabs } from '../../widgets/tabs.tsx'
import { rateSeries } from './rate-series.ts'
import type { RateKind } from './rate-series.ts'
import styles from './overview.module.css'

const windowsMs = { '2 min': 120_000, '15 min': 900_000 } as const
type Window = keyof typeof windowsMs
const heightPx = 190

const perSecond = { records: formatRate, bytes: (value: number) => `${formatBytes(value)}/s` }

/** What each broker takes in, in the last minutes. */
export function RatesCard({ samples }: { readonly samples: readonly RateSample[] }) {
  const [kind, setKind] = useState<RateKind>('records')
  const [window, setWindow] = useState<Window>('2 min')
  const series = useMemo(() => rateSeries(samples, kind, partitionColour), [samples, kind])
  const toMs = samples.at(-1)?.atMs
  return (
    <Card
      title="Rate in by broker"
      aside={
        <>
          <span className="faint grow">{kind === 'records' ? 'appended by leaders' : 'growth on disk, replicas included'}</span>
          <span className={styles.cardTabs}>
            <SubTabs label="What is measured" tabs={kinds} value={kind} onChange={setKind} />
            <SubTabs label="Time shown" tabs={windows} value={window} onChange={setWindow} />
          </span>
        </>
      }
    >
      <div className={styles.chart}>
        {toMs === undefined ? (
          <Skeleton lines={6} />
        ) : series.length === 0 ? (
          <EmptyState title="No broker tells its rates now" />
        ) : (
          <TimeChart
            label="Rate in by broker"
            series={series}
            fromMs={toMs - windowsMs[window]}
            toMs={toMs}
            formatValue={perSecond[kind]}
            heightPx={heightPx}
            seriesNoun="broker"
          />
        )}
      </div>
    </Card>
  )
}

const kinds = [
  { value: 'records', label: 'Records' },
  { value: 'bytes', label: 'Bytes' },
] as const
const windows = [
  { value: '2 min', label: '2 min' },
  { value: '15 min', label: '15 min' },
] as const
