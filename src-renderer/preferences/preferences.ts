import { create } from 'zustand'
import type { Preferences } from '../../src-main/contract/views/app.ts'
import { bridge } from '../bridge/bridge.ts'

const writeAfterMs = 400

const defaults: Preferences = { theme: 'system', density: 'compact', timeZone: 'system', schemaFolder: null, window: {} }

/** What the person set, as main keeps it. `isLoaded` false: the defaults, before main has answered. */
export const usePreferences = create<{ readonly isLoaded: boolean; readonly preferences: Preferences }>(() => ({
  isLoaded: false,
  preferences: defaults,
}))

export async function loadPreferences(): Promise<void> {
  usePreferences.setState({ isLoaded: true, preferences: await bridge.call('settings.read', undefined) })
}

type Patch = Partial<Omit<Preferences, 'window'>>

/** Takes effect at once and is then kept. */
export function setPreferences(patch: Patch): void {
  usePreferences.setState(state => ({ preferences: { ...state.preferences, ...patch } }))
  void bridge.call('settings.write', patch).catch(() => undefined)
}

const unwritten = new Map<string, string | null>()
let timer: ReturnType<typeof setTimeout> | undefined

/** One remembered thing of the window, such as the columns of a list; null forgets it. Written a moment later, many at once. */
export function rememberInWindow(key: string, value: string | null): void {
  usePreferences.setState(state => {
    const { [key]: _before, ...others } = state.preferences.window
    return { preferences: { ...state.preferences, window: value === null ? others : { ...others, [key]: value } } }
  })
  unwritten.set(key, value)
  clearTimeout(timer)
  timer = setTimeout(writeWindow, writeAfterMs)
}

function writeWindow(): void {
  const patch = Object.fromEntries(unwritten)
  unwritten.clear()
  void bridge.call('settings.write', { window: patch }).catch(() => undefined)
}

globalThis.addEventListener?.('pagehide', () => unwritten.size > 0 && writeWindow())
