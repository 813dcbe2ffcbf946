import { bandPath, linePath } from './paths.ts'
import type { Scale } from './paths.ts'
import type { PreparedSeries } from './prepared-series.ts'
import styles from './charts.module.css'

/** A band parts where so many slots in a row have no value. */
const gapSlots = 8

/** The lines themselves: one path each, those behind all in one. */
export function SeriesLayer({ drawn, scale }: { readonly drawn: PreparedSeries; readonly scale: Scale }) {
  return (
    <g>
      {drawn.band.length > 0 && <path className={styles.band} d={bandPath(drawn.band, scale, drawn.bandSlotMs * gapSlots)} />}
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
