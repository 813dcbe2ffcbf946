import { useEffect } from 'react'
import { activateTab, closeTab, useTabs } from '../places/tabs.ts'
import { runScreenKey, useScreenKeys } from '../widgets/keys.ts'
import { openShortcutHelp, setPaletteOpen, useOverlays } from './overlays.ts'

/** Keys that work everywhere, and the one listener behind all keys of screens. */
export function useAppKeys(): void {
  useScreenKeys([
    {
      key: 'k',
      mod: true,
      label: 'Palette: go to anything',
      run: () => setPaletteOpen(!useOverlays.getState().isPaletteOpen),
      inFields: true,
    },
    { key: '?', label: 'Keys of this screen', run: openShortcutHelp },
    { key: 'w', mod: true, label: 'Close the tab', run: closeActive, inFields: true },
    { key: 'PageDown', mod: true, label: 'Next tab', run: () => step(1), inFields: true },
    { key: 'PageUp', mod: true, label: 'Previous tab', run: () => step(-1), inFields: true },
  ])
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (runScreenKey(event)) event.preventDefault()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}

function closeActive(): void {
  const { activeId } = useTabs.getState()
  if (activeId !== null) closeTab(activeId)
}

function step(by: number): void {
  const { tabs, activeId } = useTabs.getState()
  const at = tabs.findIndex(tab => tab.id === activeId)
  const next = tabs[(at + by + tabs.length) % tabs.length]
  if (next !== undefined) activateTab(next.id)
}
