import { useEffect } from 'react'
import { create } from 'zustand'
import { useIsActiveTab } from '../bridge/active.ts'
import { useCurrent } from '../bridge/use-current.ts'

/** A key of the present screen. `key` as in KeyboardEvent.key; `mod` is Ctrl, or Cmd on a Mac. */
export interface ScreenKey {
  readonly key: string
  readonly mod?: boolean
  /** What it does, for the list behind `?`. */
  readonly label: string
  readonly run: () => void
  /** Also while a text field has the focus. */
  readonly inFields?: boolean
}

export const useKeyList = create<{ readonly screens: readonly (readonly ScreenKey[])[] }>(() => ({ screens: [] }))

/** Keys that work while the component is mounted and its tab is in front; those mounted last win. */
export function useScreenKeys(keys: readonly ScreenKey[]): void {
  const latest = useCurrent(keys)
  const isActive = useIsActiveTab()
  const names = keys.map(key => key.key).join(' ')
  useEffect(() => {
    if (!isActive) return undefined
    const own = latest.current.map((key, index) => ({ ...key, run: () => latest.current[index]?.run() }))
    useKeyList.setState(({ screens }) => ({ screens: [...screens, own] }))
    return () => useKeyList.setState(({ screens }) => ({ screens: screens.filter(screen => screen !== own) }))
  }, [latest, names, isActive])
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable)

/** Called by the shell for every key press; true when a screen took it. */
export function runScreenKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return false
  const mod = event.ctrlKey || event.metaKey
  const found = useKeyList
    .getState()
    .screens.toReversed()
    .flat()
    .find(key => key.key === event.key && (key.mod ?? false) === mod && (key.inFields === true || !isField(event.target)))
  found?.run()
  return found !== undefined
}
