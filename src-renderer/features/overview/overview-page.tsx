import { useEffect, useMemo, useState } from 'react'
import { useCall } from '../../bridge/use-call.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import { useConnection } from '../../places/connections.ts'
import { Bar, Grow, Page, Scroll, Title } from '../../widgets/layout.tsx'
import { Chip } from '../../widgets/marks.tsx'
import { FailureState, MissingBanner, Skeleton, StaleBanner, useNow } from '../../widgets/states.tsx'
import { brokerRows, rememberAddresses } from './broker-rows.ts'
import { BrokersCard } from './brokers-card.tsx'
import { ClusterButton, LocalBanner, LocalState } from './local-cluster.tsx'
import { ConnectCard } from './connect-card.tsx'
import { EventsCard } from './events-card.tsx'
import { HealthFigures } from './health-figures.tsx'
import { QuorumCard } from './quorum-card.tsx'
import { SampleShopCard } from './sample-shop-card.tsx'
import { ratesNow, useRates } from './use-rates.ts'
import styles from './overview.module.css'

const refreshMs = 2_000

/** One cluster at a glance: how to reach it, whether it is well, who serves it. */
export function OverviewPage({ connection }: { readonly connection: string }) {
  const view = useConnection(connection)
  const isLocal = view?.kind === 'local'
  const local = useLatest('local.watch', isLocal ? undefined : null).data
  const state = useCall('cluster.overview', { connection }, { refreshMs })
  const { data: overview, failure, reload } = state
  const samples = useRates(connection)
  const nowMs = useNow(5_000)
  const addresses = useAddresses(overview?.brokers)
  const rows = useMemo(
    () => brokerRows({ overview, local, rates: ratesNow(samples, nowMs), addresses }),
    [overview, local, samples, nowMs, addresses],
  )
  // The host knows of a broker's end before the next round does.
  const states = local?.brokers.map(broker => broker.state).join(' ')
  useEffect(() => void reload(), [states, reload])
  const isOurs = local !== undefined && local.state !== 'running'
  const bootstrap = view?.bootstrap.join(',') ?? ''
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
      {overview !== undefined && failure !== undefined && !isOurs && (
        <StaleBanner asOfMs={state.asOfMs} failure={failure} onRetry={() => void reload()} />
      )}
      {overview !== undefined && failure === undefined && <MissingBanner missing={overview.missing} />}
      <Scroll>
        <div className={styles.page}>
          {view !== undefined && view.kind !== 'directory' && (
            <div className={styles.first}>
              <ConnectCard connection={connection} bootstrap={bootstrap} />
              <SampleShopCard connection={connection} />
            </div>
          )}
          {overview !== undefined && <HealthFigures overview={overview} reload={() => void reload()} />}
          {overview === undefined && !isOurs && <Unknown failure={failure} retry={() => void reload()} />}
          {(overview !== undefined || rows.length > 0) && <BrokersCard rows={rows} />}
          {view !== undefined && view.kind !== 'directory' && (
            <div className={styles.halves}>
              <EventsCard connection={connection} />
              {overview !== undefined && <QuorumCard quorum={overview.quorum} />}
            </div>
          )}
        </div>
      </Scroll>
    </Page>
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

const Unknown = ({
  failure,
  retry,
}: {
  readonly failure: Parameters<typeof FailureState>[0]['failure'] | undefined
  readonly retry: () => void
}) => (failure === undefined ? <Skeleton lines={8} /> : <FailureState failure={failure} onRetry={retry} />)
