import { useCallback, useMemo, useState } from 'react'
import { useTimeZone } from '../preferences/use-appearance.ts'
import { ChartFrame } from './chart-frame.tsx'
import { ChartLegend } from './chart-legend.tsx'
import { CursorTip } from './cursor-tip.tsx'
import { linearScale } from './paths.ts'
import { plotBoxOf } from './plot-box.ts'
import { preparedSeries } from './prepared-series.ts'
import { ranked, splitSeries } from './series.ts'
import type { ChartMarker, SeriesSplit } from './series.ts'
import { SeriesLayer } from './series-layer.tsx'
import { ticksThatFit, tickText, timeTicks, valueTicks } from './ticks.ts'
import type { TimeChartProps } from './time-chart.tsx'
import { useChartCursor } from './use-chart-cursor.ts'
import { useWidth } from './use-width.ts'
import styles from './charts.module.css'

const frontMaxAtFirst = 6
const tickSpacePx = 110

type ViewProps = TimeChartProps & { readonly heightPx: number }

/** The part that is loaded late. */
export function TimeChartView(props: ViewProps) {
  const { series, fromMs, toMs, frontMax = frontMaxAtFirst, seriesNoun = 'series' } = props
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const split = useMemo(
    () => splitSeries(series, { fromMs, toMs }, { chosen, frontMax }),
    [series, fromMs, toMs, chosen, frontMax],
  )
  return (
    <div className={styles.chart}>
      <Drawing {...props} split={split} hidden={hidden} />
      <ChartLegend
        label="Legend"
        noun={seriesNoun}
        split={split}
        all={() => ranked(series, { fromMs, toMs })}
        hidden={hidden}
        onHidden={setHidden}
        chosen={chosen}
        onChosen={setChosen}
        frontMax={frontMax}
      />
    </div>
  )
}

const noMarkers: readonly ChartMarker[] = []

function Drawing(props: ViewProps & { readonly split: SeriesSplit; readonly hidden: ReadonlySet<string> }) {
  const { fromMs, toMs, heightPx, formatValue, unit, split, hidden, markers = noMarkers } = props
  const timeZone = useTimeZone()
  const [box, widthPx] = useWidth()
  const range = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs])
  const drawn = useMemo(() => preparedSeries(split, range, { hidden, widthPx }), [split, range, hidden, widthPx])
  const values = useMemo(() => valueTicks(drawn.greatest, unit), [drawn.greatest, unit])
  const times = useMemo(
    () => timeTicks(range, timeZone, Math.max(2, Math.floor(widthPx / tickSpacePx))),
    [range, timeZone, widthPx],
  )
  const plot = useMemo(() => plotBoxOf(widthPx, heightPx, values.map(formatValue)), [widthPx, heightPx, values, formatValue])
  const scale = useMemo(() => linearScale(plot, range, values.at(-1) ?? 1), [plot, range, values])
  const timeText = useCallback((atMs: number) => tickText(atMs, range, timeZone), [range, timeZone])
  const shownTimes = useMemo(() => ticksThatFit(times, timeText, { xOf: scale.x, widthPx }), [times, timeText, scale, widthPx])
  const cursor = useChartCursor(drawn, range, plot)
  const tip = { drawn, plot, timeZone, formatValue, isSaid: cursor.isByKeys }
  // Kept as it is while only the cursor moves.
  const picture = useMemo(
    () => (
      <ChartFrame {...{ widthPx, heightPx, plot, range, values, markers, timeText }} times={shownTimes} valueText={formatValue}>
        <SeriesLayer drawn={drawn} scale={scale} plot={plot} />
      </ChartFrame>
    ),
    [widthPx, heightPx, plot, range, shownTimes, values, markers, formatValue, timeText, drawn, scale],
  )
  return (
    <div
      ref={box}
      className={styles.drawing}
      style={{ height: heightPx }}
      role="group"
      aria-label={props.label}
      aria-roledescription="chart"
      tabIndex={0}
      {...cursor.handlers}
    >
      {widthPx > 0 && picture}
      {cursor.atMs !== null && <CursorTip {...tip} atMs={cursor.atMs} x={scale.x(cursor.atMs)} />}
    </div>
  )
}
