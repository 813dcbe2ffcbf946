/** One value at one time; null: known to be unknown, the line breaks. */
export interface ChartPoint {
  readonly atMs: number
  readonly value: number | null
}

/** One line. `points` are ordered by time. */
export interface ChartSeries {
  readonly id: string
  readonly name: string
  /** A token: `partitionColour(3)`, `var(--info)`. */
  readonly colour: string
  readonly points: readonly ChartPoint[]
}

/** A moment (or, with `toMs`, a stretch of time) with words: a restart, a rebalance. */
export interface ChartMarker {
  readonly atMs: number
  readonly toMs?: number
  readonly text: string
}

export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The same line with at most about `pointsMax` points: per slot of time its first, least, greatest and last value, so that no peak is
 * lost. A slot that begins or ends unknown keeps its break. What lies outside the range goes, but for its neighbours on both sides.
 */
export function thinned(points: readonly ChartPoint[], range: TimeRange, pointsMax: number): readonly ChartPoint[] {
  const inside = clipped(points, range)
  if (inside.length <= pointsMax) return inside
  const slotMs = Math.max(1, (range.toMs - range.fromMs) / Math.max(1, Math.floor(pointsMax / 4)))
  const kept: ChartPoint[] = []
  let start = 0
  for (let at = 1; at <= inside.length; at += 1) {
    const isNext = at === inside.length || slotOf(inside[at], slotMs) !== slotOf(inside[start], slotMs)
    if (!isNext) continue
    keepSlot(inside, start, at, kept)
    start = at
  }
  return kept
}

const slotOf = (point: ChartPoint | undefined, slotMs: number): number => Math.floor((point?.atMs ?? 0) / slotMs)

/** Adds what stands for `points[from, to)`: indexes of first, least, greatest, last and one unknown, each once, in order. */
function keepSlot(points: readonly ChartPoint[], from: number, to: number, kept: ChartPoint[]): void {
  let least = -1
  let greatest = -1
  let unknown = -1
  for (let at = from; at < to; at += 1) {
    const value = points[at]?.value ?? null
    if (value === null) unknown = at
    else {
      if (least === -1 || value < (points[least]?.value ?? 0)) least = at
      if (greatest === -1 || value > (points[greatest]?.value ?? 0)) greatest = at
    }
  }
  const chosen = new Set([from, least, greatest, unknown, to - 1])
  chosen.delete(-1)
  for (const at of [...chosen].sort((a, b) => a - b)) kept.push(points[at] as ChartPoint)
}

function clipped(points: readonly ChartPoint[], { fromMs, toMs }: TimeRange): readonly ChartPoint[] {
  const first = Math.max(0, firstAtOrAfter(points, fromMs) - 1)
  const last = firstAtOrAfter(points, toMs)
  return first === 0 && last >= points.length - 1 ? points : points.slice(first, last + 1)
}

/** Index of the first point at or after a time; the length when there is none. */
export function firstAtOrAfter(points: readonly ChartPoint[], atMs: number): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle] as ChartPoint).atMs < atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** The point nearest in time. */
export function nearestPoint(points: readonly ChartPoint[], atMs: number): ChartPoint | undefined {
  const after = firstAtOrAfter(points, atMs)
  const [left, right] = [points[after - 1], points[after]]
  if (left === undefined || right === undefined) return left ?? right
  return atMs - left.atMs <= right.atMs - atMs ? left : right
}

/** Greatest known value within the range; 0 when there is none. */
export function greatestValue(points: readonly ChartPoint[], { fromMs, toMs }: TimeRange): number {
  let greatest = 0
  for (let at = firstAtOrAfter(points, fromMs); at < points.length; at += 1) {
    const point = points[at] as ChartPoint
    if (point.atMs > toMs) break
    if (point.value !== null && point.value > greatest) greatest = point.value
  }
  return greatest
}

/** Which series are drawn in colour, and which stand behind them. */
export interface SeriesSplit {
  readonly front: readonly ChartSeries[]
  readonly others: readonly ChartSeries[]
}

/** The chosen ones, or by themselves the `frontMax` with the greatest values; both in the order they were given. */
export function splitSeries(
  series: readonly ChartSeries[],
  range: TimeRange,
  choice: { readonly chosen: ReadonlySet<string> | null; readonly frontMax: number },
): SeriesSplit {
  if (choice.chosen === null && series.length <= choice.frontMax) return { front: series, others: [] }
  const ids =
    choice.chosen ??
    new Set(
      ranked(series, range)
        .slice(0, choice.frontMax)
        .map(one => one.id),
    )
  return { front: series.filter(one => ids.has(one.id)), others: series.filter(one => !ids.has(one.id)) }
}

/** Greatest value first. */
export function ranked(series: readonly ChartSeries[], range: TimeRange): readonly ChartSeries[] {
  const keyed = series.map(one => ({ one, greatest: greatestValue(one.points, range) }))
  return keyed.sort((a, b) => b.greatest - a.greatest).map(({ one }) => one)
}
