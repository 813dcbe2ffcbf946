import { bandOf } from './paths.ts'
import type { BandSlot } from './paths.ts'
import { greatestValue, thinned } from './series.ts'
import type { ChartSeries, SeriesSplit, TimeRange } from './series.ts'

/** Stands for the series behind in the set of hidden ids. */
export const othersId = '\u0000others'
/** More than this many lines behind are one band. */
const faintLinesMax = 12
const pixelsPerPoint = 2
const pixelsPerSlot = 4
const gapSlots = 8
const gapSteps = 4

/** What is really drawn: few enough points, whatever was given. */
export interface PreparedSeries {
  readonly front: readonly FrontSeries[]
  /** Faint lines, when there are few. */
  readonly faint: readonly ChartSeries[]
  /** From the least to the greatest, when there are many. */
  readonly band: readonly BandSlot[]
  readonly bandSlotMs: number
  /** The band parts where it has no value for longer. */
  readonly bandGapMs: number
  readonly othersCount: number
  readonly greatest: number
}

export interface FrontSeries extends ChartSeries {
  readonly dashes: string | undefined
}

const dashStyles = [undefined, '6 3', '2 3', '9 3 2 3'] as const

/** Dashes tell apart what shares a colour, in the order of the lines. */
export function dashesOf(series: readonly ChartSeries[]): readonly (string | undefined)[] {
  const seen = new Map<string, number>()
  return series.map(({ colour }) => {
    const count = seen.get(colour) ?? 0
    seen.set(colour, count + 1)
    return dashStyles[count % dashStyles.length]
  })
}

export function preparedSeries(
  split: SeriesSplit,
  range: TimeRange,
  { hidden, widthPx }: { readonly hidden: ReadonlySet<string>; readonly widthPx: number },
): PreparedSeries {
  const pointsMax = Math.max(60, Math.floor(widthPx / pixelsPerPoint))
  const slotCount = Math.max(20, Math.floor(widthPx / pixelsPerSlot))
  const thin = (one: ChartSeries) => ({ ...one, points: thinned(one.points, range, pointsMax) })
  const dashes = dashesOf(split.front)
  const front = split.front.map((one, at) => ({ ...thin(one), dashes: dashes[at] })).filter(one => !hidden.has(one.id))
  const others = hidden.has(othersId) ? [] : split.others
  const isBand = others.length > faintLinesMax
  const faint = isBand ? [] : others.map(thin)
  const band = isBand ? bandOf(others, range, slotCount) : []
  return {
    front,
    faint,
    band,
    bandSlotMs: (range.toMs - range.fromMs) / slotCount,
    bandGapMs: Math.max((gapSlots * (range.toMs - range.fromMs)) / slotCount, gapSteps * meanStepMs(others[0])),
    othersCount: others.length,
    greatest: Math.max(
      0,
      ...[...front, ...faint].map(one => greatestValue(one.points, range)),
      ...band.map(slot => slot.greatest),
    ),
  }
}

/** Samples may lie further apart than slots. */
function meanStepMs(series: ChartSeries | undefined): number {
  const points = series?.points ?? []
  const [first, last] = [points[0], points.at(-1)]
  return first === undefined || last === undefined || points.length < 2 ? 0 : (last.atMs - first.atMs) / (points.length - 1)
}
