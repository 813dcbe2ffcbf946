import { useCallback } from 'react'
import { create } from 'zustand'
import { draftOf, emptyDraft, isFilterDraft } from './filter-draft.ts'
import type { FilterDraft } from './filter-draft.ts'
import { useScanRuns } from './scan-runs.ts'

const draftsMax = 50

/** What stands in the scan box of each topic, for as long as the window is open; over a reload, what was scanned for. */
const useDrafts = create<{ readonly drafts: ReadonlyMap<string, FilterDraft> }>(() => ({
  drafts: new Map([...useScanRuns.getState().runs].map(([key, { order }]) => [key, draftOf(order.filter)])),
}))

export function useScanDraft(key: string): readonly [FilterDraft, (draft: FilterDraft) => void] {
  const draft = useDrafts(state => state.drafts.get(key)) ?? emptyDraft
  return [draft, useCallback((next: FilterDraft) => setScanDraft(key, next), [key])]
}

export const setScanDraft = (key: string, draft: FilterDraft): void =>
  useDrafts.setState(({ drafts }) => {
    const others = [...drafts].filter(([other]) => other !== key)
    return { drafts: new Map([...others.slice(-(draftsMax - 1)), [key, draft]]) }
  })

const storageKey = (key: string): string => `brokerbench.scanning ${key}`

/** Written while a scan runs, in the tab's own storage: found there at the start, the window was loaded anew meanwhile. */
export function rememberRunning(key: string, draft: FilterDraft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(storageKey(key))
    else sessionStorage.setItem(storageKey(key), JSON.stringify(draft))
  } catch {
    // A browser that keeps nothing: then a scan that was cut off is not told of.
  }
}

export function rememberedRunning(key: string): FilterDraft | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(storageKey(key)) ?? 'null')
    return isFilterDraft(value) ? value : null
  } catch {
    return null
  }
}
