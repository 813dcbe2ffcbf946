import { memo, useMemo } from 'react'
import { linePath, linearScale } from './paths.ts'
import { greatestValue, thinned } from './series.ts'
import type { ChartPoint } from './series.ts'
import styles from './charts.module.css'

export interface SparklineProps {
  /** What it shows, in words: a picture says nothing to who cannot see it. */
  readonly label: string
  readonly points: readonly ChartPoint[]
  readonly colour?: string
  readonly widthPx?: number
  readonly heightPx?: number
}

/** A line without axes, as high as a row; from 0 to its own greatest value. */
export const Sparkline = memo(function Sparkline(props: SparklineProps) {
  const { points, widthPx = 80, heightPx = 16 } = props
  const path = useMemo(() => {
    const range = { fromMs: points[0]?.atMs ?? 0, toMs: points.at(-1)?.atMs ?? 1 }
    const box = { x: 1, y: 1, width: widthPx - 2, height: heightPx - 2 }
    return linePath(thinned(points, range, widthPx), linearScale(box, range, greatestValue(points, range) || 1))
  }, [points, widthPx, heightPx])
  return (
    <svg width={widthPx} height={heightPx} role="img" aria-label={props.label} className={styles.spark}>
      <path className={styles.line} style={{ stroke: props.colour ?? 'var(--accent)' }} d={path} />
    </svg>
  )
})
