import { formatTime } from '../widgets/time.ts'
import { classes } from '../widgets/classes.ts'
import { unknownText } from '../widgets/format.ts'
import type { PlotBox } from './paths.ts'
import type { PreparedSeries } from './prepared-series.ts'
import { nearestPoint } from './series.ts'
import styles from './charts.module.css'

interface TipProps {
  readonly atMs: number
  readonly x: number
  /** Moved by keys: what it shows is read out. */
  readonly isSaid: boolean
  readonly drawn: PreparedSeries
  readonly plot: PlotBox
  readonly timeZone: string
  readonly formatValue: (value: number) => string
}

/** Lines of the tip; the greatest come first. */
const linesMax = 14

/** The values at one moment. */
export function CursorTip({ atMs, x, isSaid, drawn, plot, timeZone, formatValue }: TipProps) {
  const lines = [...drawn.front, ...drawn.faint]
    .map(one => ({ id: one.id, name: one.name, colour: one.colour, value: nearestPoint(one.points, atMs)?.value ?? null }))
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1))
    .slice(0, linesMax)
  const slot = drawn.band.find(candidate => Math.abs(candidate.atMs - atMs) <= drawn.bandSlotMs)
  const time = formatTime(atMs, timeZone).slice(0, 19)
  const text = (value: number | null) => (value === null ? unknownText : formatValue(value))
  const isLeft = x > plot.x + plot.width / 2
  return (
    <>
      <span className={styles.cursor} style={{ left: x, top: plot.y, height: plot.height }} aria-hidden />
      <div
        className={classes(styles.tip, isLeft && styles.tipLeft)}
        style={{ left: x, top: plot.y }}
        role={isSaid ? 'status' : undefined}
      >
        <div className="muted">{time}</div>
        {lines.map(line => (
          <div key={line.id} className={styles.tipLine}>
            <span className={styles.swatch} style={{ background: line.colour }} aria-hidden />
            <span className="grow cut">{line.name}</span>
            <span className="mono">{text(line.value)}</span>
          </div>
        ))}
        {slot !== undefined && (
          <div className={styles.tipLine}>
            <span className={classes(styles.swatch, styles.bandSwatch)} aria-hidden />
            <span className="grow">{drawn.othersCount} others</span>
            <span className="mono">
              {formatValue(slot.least)} … {formatValue(slot.greatest)}
            </span>
          </div>
        )}
      </div>
    </>
  )
}
