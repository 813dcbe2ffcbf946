const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How far back the lag chart goes. The sampler keeps 14 days. */
export const lagRanges = [
  { id: '15m', label: '15 min', ms: 15 * minute },
  { id: '1h', label: '1 h', ms: hour },
  { id: '6h', label: '6 h', ms: 6 * hour },
  { id: '1d', label: '1 day', ms: day },
  { id: '3d', label: '3 days', ms: 3 * day },
  { id: '14d', label: '14 days', ms: 14 * day },
] as const

export type LagRangeId = (typeof lagRanges)[number]['id']
export const isLagRange = (value: unknown): value is LagRangeId => lagRanges.some(range => range.id === value)
export const lagRangeMs = (id: LagRangeId): number => lagRanges.find(range => range.id === id)?.ms ?? 15 * minute

/** Fewer make a chart of nothing but its last corner. */
const shownMsMin = 2 * minute

/** Where the chart begins: as far back as was chosen, or where what is known begins. */
export const chartFromMs = (rangeMs: number, firstMs: number, toMs: number): number =>
  toMs - Math.min(rangeMs, Math.max(shownMsMin, toMs - firstMs))

/** What is on disk is asked for again so often: a long range changes slowly. */
export const storedRefreshMs = (rangeMs: number): number => (rangeMs <= hour ? 30_000 : 120_000)
