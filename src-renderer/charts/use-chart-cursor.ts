import { useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import type { PlotBox } from './paths.ts'
import type { PreparedSeries } from './prepared-series.ts'
import { firstAtOrAfter, nearestPoint } from './series.ts'
import type { ChartPoint, TimeRange } from './series.ts'

export interface ChartCursor {
  /** Null: nothing is read. */
  readonly atMs: number | null
  readonly isByKeys: boolean
  readonly handlers: {
    readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void
    readonly onPointerLeave: () => void
    readonly onKeyDown: (event: KeyboardEvent) => void
    readonly onBlur: () => void
  }
}

const pageSteps = 10

/** The moment that is read: under the pointer, or moved from sample to sample by arrow keys, Home and End; Escape ends it. */
export function useChartCursor(drawn: PreparedSeries, range: TimeRange, plot: PlotBox): ChartCursor {
  const [cursor, setCursor] = useState<{ readonly atMs: number; readonly isByKeys: boolean } | null>(null)
  const points = longest(drawn)
  const isInside = cursor !== null && cursor.atMs >= range.fromMs && cursor.atMs <= range.toMs
  const end = () => setCursor(null)
  return {
    atMs: isInside ? cursor.atMs : null,
    isByKeys: cursor?.isByKeys === true,
    handlers: {
      onPointerMove: event => {
        const x = event.clientX - event.currentTarget.getBoundingClientRect().left
        if (x < plot.x || x > plot.x + plot.width) return end()
        const atMs = range.fromMs + ((x - plot.x) / plot.width) * (range.toMs - range.fromMs)
        setCursor({ atMs: nearestPoint(points, atMs)?.atMs ?? atMs, isByKeys: false })
      },
      onPointerLeave: end,
      onBlur: end,
      onKeyDown: event => {
        if (event.key === 'Escape' && cursor !== null) end()
        else {
          const next = keyedTime(event.key, points, isInside ? cursor.atMs : null, range)
          if (next === undefined) return
          setCursor({ atMs: next, isByKeys: true })
        }
        event.preventDefault()
        event.stopPropagation()
      },
    },
  }
}

const longest = (drawn: PreparedSeries): readonly ChartPoint[] =>
  [...drawn.front, ...drawn.faint].reduce<readonly ChartPoint[]>(
    (most, one) => (one.points.length > most.length ? one.points : most),
    [],
  )

/** Where a key moves the reading; undefined when it does not. */
export function keyedTime(key: string, points: readonly ChartPoint[], atMs: number | null, range: TimeRange): number | undefined {
  const first = firstAtOrAfter(points, range.fromMs)
  const last = Math.min(points.length, firstAtOrAfter(points, range.toMs + 1)) - 1
  if (last < first) return undefined
  const at = atMs === null ? last + 1 : firstAtOrAfter(points, atMs)
  const target = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    PageUp: at - pageSteps,
    PageDown: at + pageSteps,
    Home: first,
    End: last,
  }[key]
  return target === undefined ? undefined : points[Math.max(first, Math.min(last, target))]?.atMs
}
