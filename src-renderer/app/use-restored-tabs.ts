import { useEffect, useState } from 'react'
import { bridge } from '../bridge/bridge.ts'
import { loadPreferences, rememberInWindow, usePreferences } from '../preferences/preferences.ts'
import { openPlace, tabsFromText, tabsToText, useTabs } from '../places/tabs.ts'
import { followAddress, openAskedPlace } from './address.ts'

/** Brings back the tabs of the last run, then the one that the address asks for; with none of both, the first connection. */
export function useRestoredTabs(hasConnections: boolean): boolean {
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    if (!hasConnections || isReady) return undefined
    let isGone = false
    const restore = async () => {
      const [info] = await Promise.all([bridge.call('app.info', undefined), loadPreferences()])
      if (isGone) return
      const kept = usePreferences.getState().preferences.window['tabs']
      if (kept !== undefined) useTabs.setState(tabsFromText(kept))
      openAskedPlace()
      const { activeId } = useTabs.getState()
      if (activeId === null && info.firstConnection !== null) openPlace({ kind: 'overview', connection: info.firstConnection })
      setReady(true)
    }
    void restore()
    return () => {
      isGone = true
    }
  }, [hasConnections, isReady])

  useEffect(() => {
    if (!isReady) return undefined
    const stopKeeping = useTabs.subscribe(state => rememberInWindow('tabs', tabsToText(state)))
    const stopFollowing = followAddress()
    return () => {
      stopKeeping()
      stopFollowing()
    }
  }, [isReady])
  return isReady
}
