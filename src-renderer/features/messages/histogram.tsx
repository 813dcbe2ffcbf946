import { memo, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import type { Histogram as HistogramView } from '../../../src-main/contract/views/search.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { formatCount } from '../../widgets/format.ts'
import { axisTimes, barHeights, brushRange, bucketText, chosenBuckets, movedBrush } from './histogram-scale.ts'
import type { Brush } from './histogram-scale.ts'
import type { ReadContext } from './read-context.ts'
import styles from './messages.module.css'

const bucketCount = 120
/** It asks a few hundred questions: seldom enough not to be in the way of reading. */
const refreshMs = 30_000

export interface HistogramStripProps {
  readonly context: Pick<ReadContext, 'connection' | 'topic' | 'partitions'>
  readonly isShown: boolean
  /** The stretch now read, drawn brighter. */
  readonly chosen: { readonly fromMs: number; readonly untilMs: number } | null
  readonly onChoose: (fromMs: number, untilMs: number) => void
}

/** Records over time, by sampled look-ups; a brush over it (pointer, or arrows and Enter) chooses a range. */
export function HistogramStrip({ context, isShown, chosen, onChoose }: HistogramStripProps) {
  const { connection, topic } = context
  const partitions = context.partitions === null ? null : [...context.partitions]
  const input = { connection, topic, partitions, buckets: bucketCount }
  const { data, failure } = useCall('records.histogram', input, isShown ? { refreshMs } : {})
  const isEmpty = data !== undefined && (data.counts.length === 0 || data.total === 0)
  if (isEmpty) return null
  return (
    <div className={styles.strip}>
      {data === undefined ? (
        <div className={styles.noBars} role="status" aria-label="Records over time">
          {failure === undefined ? '' : `No histogram: ${failure.message}`}
        </div>
      ) : (
        <Bars data={data} chosen={chosen} onChoose={onChoose} isStale={failure !== undefined} />
      )}
    </div>
  )
}

interface BarsProps {
  readonly data: HistogramView
  readonly chosen: HistogramStripProps['chosen']
  readonly onChoose: HistogramStripProps['onChoose']
  readonly isStale: boolean
}

function Bars({ data, chosen, onChoose, isStale }: BarsProps) {
  const zone = useTimeZone()
  const [brush, setBrush] = useState<Brush | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const isBrushing = useRef(false)
  const last = data.counts.length - 1
  const apply = (range: Brush) => {
    setBrush(null)
    onChoose(...brushRange(data, range))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && brush !== null) apply(brush)
    else if (event.key === 'Escape' && brush !== null) setBrush(null)
    else {
      const moved = movedBrush(brush ?? [Math.floor(last / 2), Math.floor(last / 2)], event, last)
      if (moved === undefined) return
      setBrush(moved)
    }
    event.preventDefault()
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const bucket = bucketAt(event, data)
    setHovered(bucket)
    if (isBrushing.current) setBrush(before => [before?.[0] ?? bucket, bucket])
  }
  const shown: Brush | null = brush ?? (hovered === null ? null : [hovered, hovered])
  return (
    <>
      <div
        className={styles.bars}
        role="slider"
        aria-label="Records over time"
        aria-description="Arrows move over the strip, Shift and arrows widen the range, Enter reads it"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={shown?.[1] ?? Math.floor(last / 2)}
        aria-valuetext={shown === null ? 'no range' : bucketText(data, shown, zone)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => setBrush(null)}
        onPointerDown={event => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          isBrushing.current = true
          setBrush([bucketAt(event, data), bucketAt(event, data)])
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          if (isBrushing.current && brush !== null) apply(brush)
          isBrushing.current = false
        }}
        onPointerCancel={() => {
          isBrushing.current = false
          setBrush(null)
        }}
        onPointerLeave={() => setHovered(null)}
      >
        <BarShapes data={data} chosen={chosen} brush={brush} />
        {shown !== null && <Tip data={data} range={shown} />}
      </div>
      <Axis data={data} isStale={isStale} />
    </>
  )
}

function bucketAt(event: PointerEvent<HTMLDivElement>, data: HistogramView): number {
  const box = event.currentTarget.getBoundingClientRect()
  const bucket = Math.floor(((event.clientX - box.left) / box.width) * data.counts.length)
  return Math.max(0, Math.min(data.counts.length - 1, bucket))
}

interface ShapesProps {
  readonly data: HistogramView
  readonly chosen: HistogramStripProps['chosen']
  readonly brush: Brush | null
}

const BarShapes = memo(function BarShapes({ data, chosen, brush }: ShapesProps) {
  const [from, to] = chosenBuckets(data, chosen)
  return (
    <svg viewBox={`0 0 ${data.counts.length} 100`} preserveAspectRatio="none" aria-hidden>
      {barHeights(data.counts).map((height, index) => (
        <rect
          // oxlint-disable-next-line react/no-array-index-key -- a bucket is its place on the strip
          key={index}
          className={index >= from && index <= to ? styles.barChosen : styles.bar}
          x={index + 0.06}
          width={0.88}
          y={100 - height}
          height={height}
        />
      ))}
      {brush !== null && (
        <rect className={styles.brush} x={Math.min(...brush)} width={Math.abs(brush[1] - brush[0]) + 1} y={0} height={100} />
      )}
    </svg>
  )
})

/** How many records, from when to when: over the bar, on the side where there is room. */
function Tip({ data, range }: { readonly data: HistogramView; readonly range: Brush }) {
  const zone = useTimeZone()
  const share = ((range[1] + 0.5) / data.counts.length) * 100
  const place = share < 50 ? { left: `${share}%` } : { right: `${100 - share}%` }
  return (
    <div className={styles.tip} style={place} role="tooltip">
      {bucketText(data, range, zone)}
    </div>
  )
}

const Axis = memo(function Axis({ data, isStale }: { readonly data: HistogramView; readonly isStale: boolean }) {
  const zone = useTimeZone()
  return (
    <div className={styles.axis} aria-hidden title={`${formatCount(data.total)} records, by their offsets`}>
      {axisTimes(data, zone).map(({ atMs, text }) => (
        <span key={atMs}>{text}</span>
      ))}
      {data.missing.length > 0 && <span className="warn">without {data.missing.join(', ')}</span>}
      {isStale && <span className="warn">not up to date</span>}
    </div>
  )
})
