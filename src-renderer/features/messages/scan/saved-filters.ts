import { filterOf, filterText, isFilterDraft } from './filter-draft.ts'
import type { FilterDraft } from './filter-draft.ts'

/** A filter kept under a name, offered on every topic; on those it is pinned to, as a button. */
export interface SavedFilter {
  readonly name: string
  readonly draft: FilterDraft
  /** As `scanKey` names them. */
  readonly pinnedTo: readonly string[]
}

export interface RecentFilter {
  readonly topic: string
  readonly draft: FilterDraft
}

export interface KeptFilters {
  readonly saved: readonly SavedFilter[]
  /** The latest first. */
  readonly recent: readonly RecentFilter[]
}

export const noFilters: KeptFilters = { saved: [], recent: [] }
const savedMax = 100
const recentMax = 40
const recentShownMax = 8
/** The preferences keep 64 KiB of one thing. */
const charsMax = 60_000

export function isKeptFilters(value: unknown): value is KeptFilters {
  if (typeof value !== 'object' || value === null) return false
  const { saved, recent } = value as Record<keyof KeptFilters, unknown>
  return Array.isArray(saved) && saved.every(isSaved) && Array.isArray(recent) && recent.every(isRecent)
}

function isSaved(value: unknown): value is SavedFilter {
  if (typeof value !== 'object' || value === null) return false
  const { name, draft, pinnedTo } = value as Record<keyof SavedFilter, unknown>
  return (
    typeof name === 'string' &&
    isFilterDraft(draft) &&
    Array.isArray(pinnedTo) &&
    pinnedTo.every(topic => typeof topic === 'string')
  )
}

const isRecent = (value: unknown): value is RecentFilter =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as RecentFilter).topic === 'string' &&
  isFilterDraft((value as RecentFilter).draft)

export const draftText = (draft: FilterDraft): string => {
  const filter = filterOf(draft)
  return filter === null ? '' : filterText(filter)
}
const isSame = (a: FilterDraft, b: FilterDraft): boolean => JSON.stringify(filterOf(a)) === JSON.stringify(filterOf(b))

/** The least needed go when there are too many: old recent ones, then old saved ones without a pin. */
function bounded(kept: KeptFilters): KeptFilters {
  let { saved, recent } = kept
  saved = saved.slice(0, savedMax)
  recent = recent.slice(0, recentMax)
  while (JSON.stringify({ saved, recent }).length > charsMax) {
    if (recent.length > 0) recent = recent.slice(0, -1)
    else saved = saved.slice(0, -1)
  }
  return { saved, recent }
}

/** A name that is taken gets the new filter and keeps its pins. */
export function withSaved(kept: KeptFilters, name: string, draft: FilterDraft, pinTo: string | null): KeptFilters {
  const before = kept.saved.find(filter => filter.name === name)
  const pinnedTo = new Set(before?.pinnedTo)
  if (pinTo !== null) pinnedTo.add(pinTo)
  const others = kept.saved.filter(filter => filter.name !== name)
  return bounded({ ...kept, saved: [{ name, draft, pinnedTo: [...pinnedTo] }, ...others] })
}

export const withoutSaved = (kept: KeptFilters, name: string): KeptFilters => ({
  ...kept,
  saved: kept.saved.filter(filter => filter.name !== name),
})

export const withPin = (kept: KeptFilters, name: string, topic: string, isPinned: boolean): KeptFilters => ({
  ...kept,
  saved: kept.saved.map(filter => {
    if (filter.name !== name) return filter
    const others = filter.pinnedTo.filter(other => other !== topic)
    return { ...filter, pinnedTo: isPinned ? [...others, topic] : others }
  }),
})

/** The same filter again moves to the front. */
export const withRecent = (kept: KeptFilters, topic: string, draft: FilterDraft): KeptFilters =>
  bounded({
    ...kept,
    recent: [{ topic, draft }, ...kept.recent.filter(one => one.topic !== topic || !isSame(one.draft, draft))],
  })

export const recentOf = (kept: KeptFilters, topic: string): readonly FilterDraft[] =>
  kept.recent
    .filter(one => one.topic === topic)
    .slice(0, recentShownMax)
    .map(one => one.draft)

export const pinnedOf = (kept: KeptFilters, topic: string): readonly SavedFilter[] =>
  kept.saved.filter(filter => filter.pinnedTo.includes(topic))
