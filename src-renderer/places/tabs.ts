import { create } from 'zustand'
import { placeFromHash, placeId, placeToHash } from './place.ts'
import type { Place } from './place.ts'

/** Tabs that can be open at once; opening one more closes the one unused for longest. */
export const tabsMax = 40

export interface Tab {
  readonly id: string
  readonly place: Place
  /** Counts uses: the smallest is unused for longest. */
  readonly usedAt: number
}

export interface TabsState {
  readonly tabs: readonly Tab[]
  readonly activeId: string | null
}

export const useTabs = create<TabsState>(() => ({ tabs: [], activeId: null }))

/** Shows a place: in its tab when it has one (with the place's view), else in a new one behind the active tab. */
export const openPlace = (place: Place): void => useTabs.setState(state => opened(state, place))
/** Changes what the tab of this place shows, without bringing it to the front. */
export const replacePlace = (place: Place): void =>
  useTabs.setState(state => ({
    tabs: state.tabs.map(tab => (tab.id === placeId(place) ? { ...tab, place } : tab)),
  }))
export const closeTab = (id: string): void => useTabs.setState(state => closed(state, id))
export const activateTab = (id: string): void =>
  useTabs.setState(state => (state.tabs.some(tab => tab.id === id) ? used({ ...state, activeId: id }) : state))
/** Closes what belongs to a connection that is gone. */
export const closeTabsOf = (connection: string): void =>
  useTabs.setState(state =>
    state.tabs
      .filter(tab => 'connection' in tab.place && tab.place.connection === connection)
      .reduce((left, tab) => closed(left, tab.id), { tabs: state.tabs, activeId: state.activeId }),
  )

export function opened(state: TabsState, place: Place): TabsState {
  const id = placeId(place)
  if (state.tabs.some(tab => tab.id === id))
    return used({ tabs: state.tabs.map(tab => (tab.id === id ? { ...tab, place } : tab)), activeId: id })
  const at = state.tabs.findIndex(tab => tab.id === state.activeId)
  const tabs = [...state.tabs]
  tabs.splice(at === -1 ? tabs.length : at + 1, 0, { id, place, usedAt: 0 })
  return bounded(used({ tabs, activeId: id }))
}

/** The neighbour to the right, else to the left, becomes active. */
export function closed(state: TabsState, id: string): TabsState {
  const at = state.tabs.findIndex(tab => tab.id === id)
  if (at === -1) return state
  const tabs = state.tabs.filter(tab => tab.id !== id)
  if (state.activeId !== id) return { tabs, activeId: state.activeId }
  return { tabs, activeId: (tabs[at] ?? tabs[at - 1])?.id ?? null }
}

function used(state: TabsState): TabsState {
  const usedAt = Math.max(0, ...state.tabs.map(tab => tab.usedAt)) + 1
  return { ...state, tabs: state.tabs.map(tab => (tab.id === state.activeId ? { ...tab, usedAt } : tab)) }
}

function bounded(state: TabsState): TabsState {
  if (state.tabs.length <= tabsMax) return state
  const oldest = state.tabs.reduce((least, tab) => (tab.usedAt < least.usedAt ? tab : least))
  return closed(state, oldest.id)
}

/** As text for the preferences, and back; places that are not understood are left out. */
export const tabsToText = (state: TabsState): string =>
  JSON.stringify({ places: state.tabs.map(tab => placeToHash(tab.place)), active: state.activeId })

export function tabsFromText(text: string): TabsState {
  try {
    const { places, active } = JSON.parse(text) as { places?: unknown; active?: unknown }
    const hashes = Array.isArray(places) ? places.filter(hash => typeof hash === 'string').slice(0, tabsMax) : []
    const found = hashes.map(hash => placeFromHash(hash)).filter(place => place !== undefined)
    const state = found.reduce<TabsState>(opened, { tabs: [], activeId: null })
    return typeof active === 'string' && state.tabs.some(tab => tab.id === active) ? { ...state, activeId: active } : state
  } catch {
    return { tabs: [], activeId: null }
  }
}
