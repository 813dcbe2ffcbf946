import { placeFromHash, placeToHash } from '../places/place.ts'
import { openPlace, useTabs } from '../places/tabs.ts'
import type { TabsState } from '../places/tabs.ts'
import { takeToken } from '../bridge/port.ts'

/** The place that the address names, kept until the tabs of the last run are restored. */
let asked = placeFromHash(location.hash)

export function restorePlaceFromAddress(): void {
  asked = placeFromHash(location.hash)
  if (asked === undefined) takeToken()
}

export function openAskedPlace(): void {
  if (asked !== undefined) openPlace(asked)
  asked = undefined
}

/** Keeps the address at the active tab, so that a copied address opens it, and follows an address that a person typed. */
export function followAddress(): () => void {
  const keep = ({ tabs, activeId }: TabsState) => {
    const active = tabs.find(tab => tab.id === activeId)
    const hash = active === undefined ? '' : placeToHash(active.place)
    if (hash !== location.hash) history.replaceState(null, '', `${location.pathname}${hash}`)
  }
  // Also of the tab that a start brought back.
  keep(useTabs.getState())
  const stop = useTabs.subscribe(keep)
  const onChange = () => {
    const place = placeFromHash(location.hash)
    if (place !== undefined) openPlace(place)
  }
  window.addEventListener('hashchange', onChange)
  return () => {
    stop()
    window.removeEventListener('hashchange', onChange)
  }
}
