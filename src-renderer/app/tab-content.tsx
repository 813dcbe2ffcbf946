import { useState } from 'react'
import { ActiveTab } from '../bridge/active.ts'
import { useTabs } from '../places/tabs.ts'
import type { Place } from '../places/place.ts'
import { ConnectionsPage } from '../features/connections/connections-page.tsx'
import { GroupPage } from '../features/groups/group-page.tsx'
import { GroupsPage } from '../features/groups/groups-page.tsx'
import { OverviewPage } from '../features/overview/overview-page.tsx'
import { ProducePage } from '../features/produce/produce-page.tsx'
import { SettingsPage } from '../features/settings/settings-page.tsx'
import { TopicsPage } from '../features/topics/topics-page.tsx'
import { EmptyState } from '../widgets/states.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { TopicPage } from './topic-page.tsx'
import styles from './app.module.css'

/**
 * Tabs keep what they show while another one is in front, the latest few of them: an unmounted one asks anew. Of those that a start
 * brings back, only the one in front is read; the others when somebody comes to them.
 */
const keptAlive = 6

export function TabContent() {
  const { tabs, activeId } = useTabs()
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  if (activeId !== null && !seen.has(activeId)) setSeen(new Set([...seen, activeId]))
  if (tabs.length === 0)
    return <EmptyState title="No tab is open">Choose something on the left, or press Ctrl+K and type a name.</EmptyState>
  const alive = new Set(
    tabs
      .toSorted((a, b) => b.usedAt - a.usedAt)
      .slice(0, keptAlive)
      .map(tab => tab.id),
  )
  return tabs
    .filter(tab => tab.id === activeId || (alive.has(tab.id) && seen.has(tab.id)))
    .map(tab => (
      <div key={tab.id} className={styles.panel} hidden={tab.id !== activeId} role="tabpanel">
        <ErrorBoundary>
          <ActiveTab value={tab.id === activeId}>
            <PlaceContent place={tab.place} />
          </ActiveTab>
        </ErrorBoundary>
      </div>
    ))
}

function PlaceContent({ place }: { readonly place: Place }) {
  switch (place.kind) {
    case 'overview':
      return <OverviewPage connection={place.connection} />
    case 'topics':
      return <TopicsPage connection={place.connection} />
    case 'topic':
      return <TopicPage place={place} />
    case 'groups':
      return <GroupsPage connection={place.connection} />
    case 'group':
      return <GroupPage connection={place.connection} group={place.group} />
    case 'produce':
      return <ProducePage connection={place.connection} topic={place.topic} />
    case 'connections':
      return <ConnectionsPage />
    case 'settings':
      return <SettingsPage />
  }
}
