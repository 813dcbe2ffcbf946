import { useEffect, useRef } from 'react'
import { ChevronDown, CircleHelp, Moon, Plus, Settings, Sun, X } from 'lucide-react'
import { setPreferences } from '../preferences/preferences.ts'
import { useTheme } from '../preferences/use-appearance.ts'
import { useConnection, useConnections } from '../places/connections.ts'
import { placeTitle } from '../places/place.ts'
import { activateTab, closeTab, openPlace, useTabs } from '../places/tabs.ts'
import type { Tab } from '../places/tabs.ts'
import { IconButton } from '../widgets/button.tsx'
import { plural } from '../widgets/format.ts'
import { Menu } from '../widgets/menu.tsx'
import type { MenuEntry } from '../widgets/menu.tsx'
import { useClusterStatus } from './cluster-status.ts'
import { openShortcutHelp, setPaletteOpen } from './overlays.ts'
import { useCurrentConnection } from './current-connection.ts'
import styles from './app.module.css'

export function TopBar({ sideWidthPx }: { readonly sideWidthPx: number }) {
  const theme = useTheme()
  return (
    <header className={styles.top}>
      <ConnectionSwitch widthPx={sideWidthPx} />
      <OpenTabs />
      <div className={styles.topTools}>
        <button type="button" className={styles.paletteButton} onClick={() => setPaletteOpen(true)}>
          <span className="cut">Go to topic, group, action…</span>
          <span className="grow" />
          <kbd>{navigator.platform.startsWith('Mac') ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
        <IconButton label="Keys of this screen (?)" onClick={openShortcutHelp}>
          <CircleHelp aria-hidden />
        </IconButton>
        <IconButton
          label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
          onClick={() => setPreferences({ theme: theme === 'dark' ? 'light' : 'dark' })}
        >
          {theme === 'dark' ? <Sun aria-hidden /> : <Moon aria-hidden />}
        </IconButton>
        <IconButton label="Settings" onClick={() => openPlace({ kind: 'settings' })}>
          <Settings aria-hidden />
        </IconButton>
      </div>
    </header>
  )
}

function ConnectionSwitch({ widthPx }: { readonly widthPx: number }) {
  const connections = useConnections(state => state.connections)
  const id = useCurrentConnection()
  const connection = useConnection(id ?? '')
  const { data: status } = useClusterStatus(id)
  const entries: MenuEntry[] = [
    ...connections.map(one => ({
      label: one.name,
      hint: one.kind === 'local' ? 'on this machine' : one.bootstrap.join(', '),
      run: () => openPlace({ kind: 'overview', connection: one.id }),
    })),
    { kind: 'separator' },
    { label: 'Connections…', run: () => openPlace({ kind: 'connections' }) },
  ]
  const isUp = status?.reachable === true
  return (
    <div className={styles.brand} style={{ width: widthPx }}>
      <Menu entries={entries}>
        <button type="button" className={styles.brandButton}>
          <span className="visually-hidden">Connection</span>
          <span style={{ color: isUp ? 'var(--good)' : 'var(--faint)', fontSize: 9 }} aria-hidden>
            {isUp ? '●' : '○'}
          </span>
          <span className="cut">{connection?.name ?? 'No connection'}</span>
          {status !== undefined && (
            <span className="faint cut" style={{ fontWeight: 400 }}>
              {plural(status.brokersTotal, 'broker')}
            </span>
          )}
          <span className="grow" />
          <ChevronDown size={12} aria-hidden className="faint" />
        </button>
      </Menu>
    </div>
  )
}

function OpenTabs() {
  const { tabs, activeId } = useTabs()
  const several = new Set(tabs.flatMap(tab => ('connection' in tab.place ? [tab.place.connection] : []))).size > 1
  return (
    <nav className={styles.tabList} aria-label="Open tabs">
      {tabs.map(tab => (
        <OneTab key={tab.id} tab={tab} isActive={tab.id === activeId} showConnection={several} />
      ))}
      {tabs.length === 0 && (
        <IconButton label="Open something" onClick={() => setPaletteOpen(true)}>
          <Plus aria-hidden />
        </IconButton>
      )}
    </nav>
  )
}

function OneTab({
  tab,
  isActive,
  showConnection,
}: {
  readonly tab: Tab
  readonly isActive: boolean
  readonly showConnection: boolean
}) {
  const connection = useConnection('connection' in tab.place ? tab.place.connection : '')
  const title = placeTitle(tab.place)
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isActive])
  return (
    <div
      ref={element}
      className={styles.tab}
      data-active={isActive}
      title={connection === undefined ? title : `${title} · ${connection.name}`}
      onAuxClick={event => event.button === 1 && closeTab(tab.id)}
    >
      <button
        type="button"
        className={styles.tabName}
        aria-current={isActive ? 'page' : undefined}
        onClick={() => activateTab(tab.id)}
      >
        {title}
        {showConnection && connection !== undefined && <span className="faint"> · {connection.name}</span>}
      </button>
      <button type="button" className={styles.tabClose} aria-label={`Close ${title}`} onClick={() => closeTab(tab.id)}>
        <X size={11} aria-hidden />
      </button>
    </div>
  )
}
