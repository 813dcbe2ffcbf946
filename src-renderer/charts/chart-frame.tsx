import type { ReactNode } from 'react'
import { CartesianGrid, LineChart, ReferenceArea, ReferenceLine, XAxis, YAxis } from 'recharts'
import type { PlotBox } from './paths.ts'
import { marginPx } from './plot-box.ts'
import type { ChartMarker, TimeRange } from './series.ts'

export interface ChartFrameProps {
  readonly widthPx: number
  readonly heightPx: number
  readonly plot: PlotBox
  readonly range: TimeRange
  readonly times: readonly number[]
  readonly timeText: (atMs: number) => string
  readonly values: readonly number[]
  readonly valueText: (value: number) => string
  readonly markers: readonly ChartMarker[]
  /** Drawn above the grid, in pixels. */
  readonly children: ReactNode
}

const nothing: { readonly atMs: number }[] = []
const wordsApartPx = 96
const tickStyle = { fill: 'var(--faint)', fontSize: 11 }

/** Axes, grid and markers. The lines are no series of recharts: it would make an object of every point. */
export function ChartFrame(props: ChartFrameProps) {
  const { plot, range, times, values } = props
  return (
    <LineChart
      width={props.widthPx}
      height={props.heightPx}
      data={nothing}
      margin={{ ...marginPx, bottom: 0, left: 0 }}
      accessibilityLayer={false}
      style={{ pointerEvents: 'none' }}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        type="number"
        dataKey="atMs"
        domain={[range.fromMs, range.toMs]}
        ticks={times}
        interval={0}
        tickFormatter={props.timeText}
        height={marginPx.bottom}
        allowDataOverflow
        tickLine={false}
        axisLine={{ stroke: 'var(--line-strong)' }}
        tick={tickStyle}
      />
      <YAxis
        type="number"
        domain={[0, values.at(-1) ?? 1]}
        ticks={values}
        interval={0}
        tickFormatter={props.valueText}
        width={plot.x}
        allowDataOverflow
        tickLine={false}
        axisLine={false}
        tick={tickStyle}
      />
      {props.children}
      {markersOf(props)}
    </LineChart>
  )
}

/** Words only where they do not lie on the words before. */
function markersOf({ markers, range, plot }: ChartFrameProps) {
  const perMs = plot.width / Math.max(1, range.toMs - range.fromMs)
  let wordsEndPx = Number.NEGATIVE_INFINITY
  return markers
    .filter(({ atMs, toMs = atMs }) => toMs >= range.fromMs && atMs <= range.toMs)
    .map(marker => {
      const at = (Math.max(marker.atMs, range.fromMs) - range.fromMs) * perMs
      const hasWords = at >= wordsEndPx
      if (hasWords) wordsEndPx = at + Math.max(wordsApartPx, marker.text.length * 6)
      const label = hasWords ? wordsBeside(marker.text, at > plot.width - wordsApartPx) : undefined
      return marker.toMs === undefined ? (
        <ReferenceLine
          key={`${marker.atMs} ${marker.text}`}
          x={marker.atMs}
          stroke="var(--info)"
          strokeDasharray="3 3"
          {...(label === undefined ? {} : { label })}
        />
      ) : (
        <ReferenceArea
          key={`${marker.atMs} ${marker.text}`}
          x1={Math.max(marker.atMs, range.fromMs)}
          x2={Math.min(marker.toMs, range.toMs)}
          fill="var(--info)"
          fillOpacity={0.12}
          {...(label === undefined ? {} : { label })}
        />
      )
    })
}

const wordsBeside = (value: string, isAtEnd: boolean) => ({
  value,
  position: isAtEnd ? ('insideTopRight' as const) : ('insideTopLeft' as const),
  fill: 'var(--info)',
  fontSize: 11,
})
