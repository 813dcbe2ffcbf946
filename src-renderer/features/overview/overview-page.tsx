import { useEffect, useMemo, useState } from 'react'
import type { ConnectionView } from '../../../src-main/contract/views/app.ts'
import type { ClusterOverview, LocalClusterView } from '../../../src-main/contract/views/cluster.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import { useConnection } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { Button } from '../../widgets/button.tsx'
import { Bar, Grow, Page, Scroll, Title } from '../../widgets/layout.tsx'
import { Chip } from '../../widgets/marks.tsx'
import { FailureState, MissingBanner, Skeleton, StaleBanner, useNow } from '../../widgets/states.tsx'
import { StorageBanner } from '../../widgets/storage-banner.tsx'
import { storageTroubles } from '../../widgets/storage-troubles.ts'
import { brokerRows, rememberAddresses } from './broker-rows.ts'
import { BrokersCard } from './brokers-card.tsx'
import { ClusterButton, LocalBanner, LocalState } from './local-cluster.tsx'
import { LocalBrokers } from './local-brokers.tsx'
import { ConnectCard } from './connect-card.tsx'
import { EventsCard } from './events-card.tsx'
import { FeaturesCard } from './features-card.tsx'
import { HealthFigures } from './health-figures.tsx'
import { QuorumCard } from './quorum-card.tsx'
import { RatesCard } from './rates-card.tsx'
import { SampleShopCard } from './sample-shop-card.tsx'
import { ratesNow, useRates } from './use-rates.ts'
import styles from './overview.module.css'

const refreshMs = 2_000

/** One cluster at a glance: how to reach it, whether it is well, who serves it. */
export function OverviewPage({ connection }: { readonly connection: string }) {
  const view = useConnection(connection)
  const local = useLatest('local.watch', view?.kind === 'local' ? undefined : null).data
  const state = useCall('cluster.overview', { connection }, { refreshMs })
  const { data: overview, failure, reload } = state
  // The host knows of a broker's end before the next round does.
  const states = local?.brokers.map(broker => broker.state).join(' ')
  useEffect(() => void reload(), [states, reload])
  const retry = () => void reload()
  // While our own cluster does not run, its banner says why nothing is answered.
  const isExplained = local !== undefined && local.state !== 'running'
  return (
    <Page label="Overview">
      <Bar>
        <Title>Overview</Title>
        {view !== undefined && <span className="muted cut">{view.name}</span>}
        {local !== undefined && <LocalState local={local} />}
        {overview !== undefined && overview.clusterId !== null && <Chip title="Cluster id">{overview.clusterId}</Chip>}
        <Grow />
        {local !== undefined && <ClusterButton local={local} />}
      </Bar>
      {local !== undefined && <LocalBanner local={local} />}
      <StorageBanner troubles={storageTroubles(overview, local)} />
      {overview !== undefined && failure !== undefined && !isExplained && (
        <StaleBanner asOfMs={state.asOfMs} failure={failure} onRetry={retry} />
      )}
      {overview !== undefined && failure === undefined && <MissingBanner missing={overview.missing} />}
      <Scroll>
        {view !== undefined && (
          <div className={styles.page}>
            {view.kind === 'local' && <FirstMinute view={view} />}
            {overview !== undefined && <HealthFigures overview={overview} reload={retry} />}
            {overview === undefined && !isExplained && (
              <Unknown failure={failure} isForeign={view.kind === 'foreign'} retry={retry} />
            )}
            <Cluster view={view} overview={overview} local={local} isStale={failure !== undefined} />
            {view.kind === 'foreign' && <FirstMinute view={view} />}
          </div>
        )}
      </Scroll>
    </Page>
  )
}

/** On top of our own cluster, which may be somebody's first; at the end of others, where people look after something. */
const FirstMinute = ({ view }: { readonly view: ConnectionView }) => (
  <div className={styles.first}>
    <ConnectCard key={view.bootstrap.join(',')} connection={view.id} bootstrap={view.bootstrap.join(',')} />
    <SampleShopCard connection={view.id} />
  </div>
)

interface ClusterProps {
  readonly view: ConnectionView
  readonly overview: ClusterOverview | undefined
  readonly local: LocalClusterView | undefined
  /** A banner says so already. */
  readonly isStale: boolean
}

function Cluster({ view, overview, local, isStale }: ClusterProps) {
  const samples = useRates(view.id)
  const nowMs = useNow(5_000)
  const addresses = useAddresses(overview?.brokers)
  const rows = useMemo(
    () => brokerRows({ overview, local, rates: ratesNow(samples, nowMs), addresses }),
    [overview, local, samples, nowMs, addresses],
  )
  if (rows.length === 0) return null
  return (
    <>
      {local === undefined ? <BrokersCard rows={rows} /> : <LocalBrokers rows={rows} local={local} overview={overview} />}
      {view.kind !== 'directory' && (
        <>
          <RatesCard samples={samples} />
          {overview !== undefined && (
            <div className={styles.halves}>
              <QuorumCard quorum={overview.quorum} />
              <FeaturesCard connection={view.id} isStale={isStale} />
            </div>
          )}
          <EventsCard connection={view.id} />
        </>
      )}
    </>
  )
}

type Brokers = Parameters<typeof rememberAddresses>[1]

function useAddresses(brokers: Brokers | undefined): ReadonlyMap<number, string> {
  const [known, setKnown] = useState<ReadonlyMap<number, string>>(new Map())
  useEffect(() => {
    if (brokers !== undefined) setKnown(before => rememberAddresses(before, brokers))
  }, [brokers])
  return known
}

interface UnknownProps {
  readonly failure: Failure | undefined
  readonly isForeign: boolean
  readonly retry: () => void
}

/** Before the first answer, and when there never was one. */
function Unknown({ failure, isForeign, retry }: UnknownProps) {
  if (failure === undefined) return <Skeleton lines={8} />
  return (
    <div className={styles.unknown}>
      <FailureState failure={failure} onRetry={retry} />
      {isForeign && (
        <Button onClick={() => openPlace({ kind: 'connections' })}>See where it breaks: edit and test the connection</Button>
      )}
    </div>
  )
}
