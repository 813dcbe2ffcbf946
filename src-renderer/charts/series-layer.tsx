import { useId } from 'react'
import { bandPath, linePath } from './paths.ts'
import type { PlotBox, Scale } from './paths.ts'
import type { PreparedSeries } from './prepared-series.ts'
import styles from './charts.module.css'

/** The lines themselves: one path each, those behind all in one. */
export function SeriesLayer(props: { readonly drawn: PreparedSeries; readonly scale: Scale; readonly plot: PlotBox }) {
  const { drawn, scale, plot } = props
  const clip = useId()
  return (
    <g clipPath={`url(#${clip})`}>
      <clipPath id={clip}>
        <rect x={plot.x} y={plot.y - 2} width={plot.width} height={plot.height + 4} />
      </clipPath>
      {drawn.band.length > 0 && <path className={styles.band} d={bandPath(drawn.band, scale, drawn.bandGapMs)} />}
      {drawn.faint.length > 0 && (
        <path className={styles.faint} d={drawn.faint.map(one => linePath(one.points, scale)).join('')} />
      )}
      {drawn.front.map(one => (
        <path
          key={one.id}
          className={styles.line}
          style={{ stroke: one.colour }}
          strokeDasharray={one.dashes}
          d={linePath(one.points, scale)}
        />
      ))}
    </g>
  )
}
