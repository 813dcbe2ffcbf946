import type { ClusterFeatures, FeatureView } from '../../../src-main/contract/views/cluster.ts'
import { useCall } from '../../bridge/use-call.ts'
import { Card } from '../../widgets/layout.tsx'
import { FailureState, MissingBanner, Skeleton, StaleBanner } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { featureNote, levelText, rangeText } from './feature-texts.ts'
import styles from './overview.module.css'

/** Levels change by hand, and in upgrades. */
const refreshMs = 10_000

/** What the cluster has agreed to use, and what it could. */
export function FeaturesCard({ connection, isStale }: { readonly connection: string; readonly isStale: boolean }) {
  const { data, failure, asOfMs, reload } = useCall('cluster.features', { connection }, { refreshMs })
  const retry = () => void reload()
  if (data === undefined)
    return (
      <Card title="Features">
        {failure === undefined ? <Skeleton lines={5} /> : <FailureState failure={failure} onRetry={retry} />}
      </Card>
    )
  return (
    <Card title="Features">
      {failure !== undefined && !isStale && <StaleBanner asOfMs={asOfMs} failure={failure} onRetry={retry} />}
      {failure === undefined && <MissingBanner missing={data.missing} />}
      <FeatureTable features={data.features} />
      {data.features.some(it => it.isMixed) && (
        <p className={styles.nothing}>
          Brokers support different levels, as in the midst of an upgrade. What is in amber is what all of them do.
        </p>
      )}
    </Card>
  )
}

function FeatureTable({ features }: Pick<ClusterFeatures, 'features'>) {
  return (
    <DataTable
      name="Features"
      rowNoun="feature"
      rows={features}
      columns={columns}
      rowKey={row => row.name}
      storageKey="overview.features"
      isFitted
      empty={
        <p className={styles.nothing}>
          This cluster tells of no features: its brokers may be older than Kafka 2.7, which was the first to have them.
        </p>
      }
    />
  )
}

const columns: readonly Column<FeatureView>[] = [
  {
    id: 'feature',
    title: 'Feature',
    widthPx: 150,
    grows: true,
    value: row => row.name,
    render: row => <span title={featureNote(row)}>{row.name}</span>,
  },
  {
    id: 'level',
    title: 'Level',
    widthPx: 72,
    hint: 'Finalized: what the cluster has agreed to use. 0 is not in use.',
    value: row => levelText(row.finalized),
    render: row => (
      <span className={row.finalized.level === 0 ? 'muted' : undefined} title={featureNote(row)}>
        {levelText(row.finalized)}
      </span>
    ),
  },
  {
    id: 'supported',
    title: 'Supported',
    widthPx: 128,
    hint: 'By every broker: to which levels it can be set.',
    value: rangeText,
    render: row => (
      <span className={row.isMixed ? 'warn' : 'muted'} title={featureNote(row)}>
        {rangeText(row)}
      </span>
    ),
  },
]
