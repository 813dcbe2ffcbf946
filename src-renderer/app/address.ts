import { placeFromHash, placeToHash } from '../places/place.ts'
import { openPlace, useTabs } from '../places/tabs.ts'
import { takeToken } from '../bridge/port.ts'

/** The place that the address names, kept until the tabs of the last run are restored: the last one counts. */
let asked: ReturnType<typeof placeFromHash>
let isFollowing = false

/** To be called before anything else: from then on no address is lost, whenever it comes. */
export function restorePlaceFromAddress(): void {
  // The token goes out of the address; what else stands there stays.
  takeToken()
  asked = placeFromHash(location.hash)
  window.addEventListener('hashchange', () => {
    const place = placeFromHash(location.hash)
    if (place === undefined) return
    if (isFollowing) openPlace(place)
    else asked = place
  })
}

export function openAskedPlace(): void {
  if (asked !== undefined) openPlace(asked)
  asked = undefined
}

/** Keeps the address at the active tab, so that a copied address opens it, and follows an address that a person typed. */
export function followAddress(): () => void {
  openAskedPlace()
  isFollowing = true
  const show = ({ tabs, activeId }: ReturnType<typeof useTabs.getState>) => {
    const active = tabs.find(tab => tab.id === activeId)
    const hash = active === undefined ? '' : placeToHash(active.place)
    if (hash !== location.hash) history.replaceState(null, '', `${location.pathname}${hash}`)
  }
  // Also of the tab that a start brought back.
  show(useTabs.getState())
  const stop = useTabs.subscribe(show)
  return () => {
    stop()
    isFollowing = false
  }
}
