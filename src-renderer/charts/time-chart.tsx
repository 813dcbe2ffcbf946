import { lazy, Suspense } from 'react'
import type { ChartMarker, ChartSeries } from './series.ts'
import type { ValueUnit } from './ticks.ts'

export interface TimeChartProps {
  /** Accessible name: `Lag by partition`. */
  readonly label: string
  readonly series: readonly ChartSeries[]
  readonly fromMs: number
  readonly toMs: number
  readonly formatValue: (value: number) => string
  readonly markers?: readonly ChartMarker[]
  readonly heightPx?: number
  /** Makes the values of the axis round numbers, or round durations. */
  readonly unit?: ValueUnit
  /** So many are drawn in colour by themselves, those with the greatest values; the others stand behind as faint lines or a band. */
  readonly frontMax?: number
  /** What a series is, for the legend: `partition`. */
  readonly seriesNoun?: string
}

const heightAtFirstPx = 240

const Drawing = lazy(async () => ({ default: (await import('./time-chart-view.tsx')).TimeChartView }))

/**
 * Lines over time, in the chosen zone, drawn anew whenever it is given new points: nothing is animated. The pointer or the arrow keys
 * read it, the legend hides and chooses its lines. Drawing 50 lines of 900 points stays far below 50 ms: see `thinned`.
 */
export function TimeChart(props: TimeChartProps) {
  const heightPx = props.heightPx ?? heightAtFirstPx
  return (
    <Suspense fallback={<div style={{ height: heightPx }} role="status" aria-label="Loading" />}>
      <Drawing {...props} heightPx={heightPx} />
    </Suspense>
  )
}
