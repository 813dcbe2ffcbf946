import { useEffect } from 'react'
import { useLatest, useStream } from '../bridge/use-stream.ts'
import { useAppearance } from '../preferences/use-appearance.ts'
import { useConnections } from '../places/connections.ts'
import { toast } from '../widgets/toasts.ts'
import { EmptyState } from '../widgets/states.tsx'
import { useLink } from '../bridge/bridge.ts'
import styles from './app.module.css'
import { Palette } from './palette.tsx'
import { ReadOnlyBand } from './read-only-band.tsx'
import { ShortcutHelp } from './shortcut-help.tsx'
import { SideTree } from './side-tree.tsx'
import { StatusBar } from './status-bar.tsx'
import { TabContent } from './tab-content.tsx'
import { Toasts } from './toast-list.tsx'
import { TopBar } from './top-bar.tsx'
import { useAppKeys } from './use-app-keys.ts'
import { useRestoredTabs } from './use-restored-tabs.ts'
import { Resizer, useSideWidth } from './side-width.tsx'

/** The shell: the only place that knows every feature. */
export function App() {
  useAppearance()
  useAppKeys()
  const connections = useLatest('connections.watch', undefined).data
  useEffect(() => {
    if (connections !== undefined) useConnections.setState({ connections })
  }, [connections])
  const startedAtMs = useStartedAt()
  useStream('app.notices', undefined, notice => {
    if (notice.atMs >= startedAtMs) toast({ level: notice.level, title: notice.title, detail: notice.detail })
  })
  const isReady = useRestoredTabs(connections !== undefined)
  const [sideWidthPx, setSideWidth] = useSideWidth()
  return (
    <div className={styles.app} style={{ gridTemplateColumns: `${sideWidthPx}px minmax(0, 1fr)` }}>
      <TopBar sideWidthPx={sideWidthPx} />
      <aside className={styles.side}>
        <SideTree />
        <Resizer widthPx={sideWidthPx} onResize={setSideWidth} />
      </aside>
      <main className={styles.main}>
        <ReadOnlyBand />
        {isReady ? <TabContent /> : <Waiting />}
      </main>
      <StatusBar />
      <Palette />
      <ShortcutHelp />
      <Toasts />
    </div>
  )
}

const openedAtMs = Date.now()
const useStartedAt = (): number => openedAtMs

function Waiting() {
  const problem = useLink(state => state.problem)
  return problem === null ? null : <EmptyState title="The workbench cannot be reached">{problem}</EmptyState>
}
