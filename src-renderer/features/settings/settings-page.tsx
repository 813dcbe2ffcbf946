import type { DataDirectorySize } from '../../../src-main/contract/views/cluster.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import { setPreferences, usePreferences } from '../../preferences/preferences.ts'
import { copyText } from '../../widgets/clipboard.ts'
import { Button } from '../../widgets/button.tsx'
import { formatAgo, formatBytes } from '../../widgets/format.ts'
import { Bar, Card, Facts, Page, Scroll, Title } from '../../widgets/layout.tsx'
import { FailureState, Loaded, Skeleton, useNow } from '../../widgets/states.tsx'
import { SubTabs } from '../../widgets/tabs.tsx'
import { LimitsCard } from './limits-card.tsx'
import { NoticesCard } from './notices-card.tsx'
import { ResetCluster } from './reset-cluster.tsx'
import { SchemaFolderCard } from './schema-folder-card.tsx'
import { ServerPropertiesCard } from './server-properties-card.tsx'
import { TimeZoneCard } from './time-zone-card.tsx'
import styles from './settings.module.css'

/** What a person can choose, and what this run is. */
export function SettingsPage(_props: Record<string, never>) {
  return (
    <Page label="Settings">
      <Bar>
        <Title>Settings</Title>
      </Bar>
      <Scroll>
        <div className={styles.page}>
          <div className={styles.column}>
            <AppearanceCard />
            <SchemaFolderCard />
            <ClusterCard />
            <AppCard />
          </div>
          <div className={styles.column}>
            <TimeZoneCard />
            <NoticesCard />
            <LimitsCard />
          </div>
          <div className={styles.wide}>
            <ServerPropertiesCard />
          </div>
        </div>
      </Scroll>
    </Page>
  )
}

const themes = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const
const densities = [
  { value: 'compact', label: 'Compact' },
  { value: 'comfortable', label: 'Comfortable' },
] as const

function AppearanceCard() {
  const { theme, density } = usePreferences(state => state.preferences)
  return (
    <Card title="Appearance">
      <div className={styles.choices}>
        <span className="muted">Theme</span>
        <SubTabs label="Theme" tabs={themes} value={theme} onChange={next => setPreferences({ theme: next })} />
        <span className="muted">Rows</span>
        <SubTabs label="Density" tabs={densities} value={density} onChange={next => setPreferences({ density: next })} />
      </div>
    </Card>
  )
}

function ClusterCard() {
  const { data: local, failure } = useLatest('local.watch', undefined)
  const size = useCall('local.dataSize', undefined, { refreshMs: sizeAgainAfterMs })
  const hasCluster = local !== undefined && local.brokers.length > 0
  return (
    <Card title="Embedded cluster" aside={<span className="faint">chosen when it starts: --brokers, --port, --data</span>}>
      {local === undefined && failure === undefined && <Skeleton lines={3} />}
      {local === undefined && failure !== undefined && <FailureState failure={failure} />}
      {local !== undefined && !hasCluster && (
        <p className={styles.body}>This run has no embedded cluster: it was opened on another one.</p>
      )}
      {local !== undefined && hasCluster && (
        <div className={styles.body}>
          <Facts
            facts={[
              ['State', local.state],
              ['Brokers', local.brokers.map(broker => broker.brokerId).join(', ')],
              ['Voters of the metadata quorum', voters(local.brokers)],
              ['Address', local.bootstrap.replaceAll(',', ', ')],
              ['Data directory', local.dataDirectory],
              ...sizeFacts(size.data ?? null),
            ]}
          />
          <div className={styles.actions}>
            <Button onClick={() => void copyText(local.bootstrap, 'Copied the address')}>Copy address</Button>
            <Button onClick={() => void copyText(local.dataDirectory, 'Copied the data directory')}>Copy data directory</Button>
            <ResetCluster local={local} size={size.data ?? null} />
          </div>
        </div>
      )}
    </Card>
  )
}

const sizeAgainAfterMs = 10_000

/** What the cluster takes on the disk, whole and by broker. */
function sizeFacts(size: DataDirectorySize | null): [string, string][] {
  if (size === null) return []
  const bytes = size.brokers.reduce((sum, broker) => sum + broker.bytes, size.otherBytes)
  const byBroker = size.brokers.map(broker => `${broker.brokerId}: ${formatBytes(broker.bytes)}`).join(', ')
  const free = size.freeBytes === null ? '' : `; ${formatBytes(size.freeBytes)} free on its volume`
  return [['Size', `${formatBytes(bytes)} (${byBroker})${free}`]]
}

const voters = (brokers: readonly { readonly brokerId: number; readonly isVoter: boolean }[]): string =>
  brokers
    .filter(broker => broker.isVoter)
    .map(broker => broker.brokerId)
    .join(', ')

const doors = { desktop: 'desktop window', browser: 'browser, over HTTP and a token' } as const

function AppCard() {
  const info = useCall('app.info', undefined)
  const nowMs = useNow(10_000)
  return (
    <Card title="This app">
      <Loaded state={info} lines={5}>
        {({ name, version, runtime, door, platform, dataDirectory, startedAtMs }) => (
          <div className={styles.body}>
            <Facts
              facts={[
                [name, version],
                ['Runtime', runtime],
                ['Door', doors[door]],
                ['System', platform],
                ['Files', dataDirectory ?? 'none'],
                ['Started', formatAgo(startedAtMs, nowMs)],
              ]}
            />
          </div>
        )}
      </Loaded>
    </Card>
  )
}
