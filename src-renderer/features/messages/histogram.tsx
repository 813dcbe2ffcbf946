import { useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import type { Histogram as HistogramView } from '../../../src-main/contract/views/search.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { formatCount } from '../../widgets/format.ts'
import { formatTime } from '../../widgets/time.ts'
import { axisTimes, barHeights, brushRange } from './histogram-scale.ts'
import type { ReadContext } from './read-context.ts'
import styles from './messages.module.css'

const bucketCount = 120
const refreshMs = 10_000

export interface HistogramStripProps {
  readonly context: Pick<ReadContext, 'connection' | 'topic' | 'partitions'>
  /** The range now read, to be drawn brighter. */
  readonly chosen: { readonly fromMs: number; readonly untilMs: number } | null
  readonly onChoose: (fromMs: number, untilMs: number) => void
}

/** Records over time, by sampled look-ups; a brush over it (pointer, or arrows and Enter) chooses a range. */
export function HistogramStrip({ context, chosen, onChoose }: HistogramStripProps) {
  const { connection, topic } = context
  const partitions = context.partitions === null ? null : [...context.partitions]
  const { data, failure } = useCall('records.histogram', { connection, topic, partitions, buckets: bucketCount }, { refreshMs })
  if (failure !== undefined && data === undefined)
    return <div className={`${styles.strip} muted`}>No histogram: {failure.message}</div>
  if (data === undefined || data.counts.length === 0 || data.total === 0) return null
  return (
    <div className={styles.strip}>
      <Bars data={data} chosen={chosen} onChoose={onChoose} />
      <Axis data={data} />
    </div>
  )
}

interface BarsProps {
  readonly data: HistogramView
  readonly chosen: HistogramStripProps['chosen']
  readonly onChoose: HistogramStripProps['onChoose']
}

function Bars({ data, chosen, onChoose }: BarsProps) {
  const zone = useTimeZone()
  const [brush, setBrush] = useState<readonly [number, number] | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const isBrushing = useRef(false)
  const last = data.counts.length - 1
  const bucketAt = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(last, Math.floor(((event.clientX - box.left) / box.width) * data.counts.length)))
  }
  const apply = (range: readonly [number, number]) => {
    setBrush(null)
    onChoose(...brushRange(data, range))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const [from, to] = brush ?? [Math.floor(last / 2), Math.floor(last / 2)]
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step !== 0) setBrush(event.shiftKey ? [from, clamp(to + step, last)] : [clamp(from + step, last), clamp(to + step, last)])
    else if (event.key === 'Enter' && brush !== null) apply(brush)
    else if (event.key === 'Escape') setBrush(null)
    else return
    event.preventDefault()
  }
  const shown = brush?.[1] ?? hovered
  return (
    <svg
      className={styles.bars}
      viewBox={`0 0 ${data.counts.length} 100`}
      preserveAspectRatio="none"
      role="application"
      aria-label="Records over time: arrows move, Shift and arrows widen, Enter chooses the range"
      aria-valuetext={shown === null ? undefined : bucketText(data, shown, zone)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId)
        isBrushing.current = true
        setBrush([bucketAt(event), bucketAt(event)])
      }}
      onPointerMove={event => {
        setHovered(bucketAt(event))
        if (isBrushing.current && brush !== null) setBrush([brush[0], bucketAt(event)])
      }}
      onPointerUp={() => {
        isBrushing.current = false
        if (brush !== null) apply(brush)
      }}
      onPointerLeave={() => setHovered(null)}
    >
      <title>{shown === null ? 'Records over time' : bucketText(data, shown, zone)}</title>
      {barHeights(data.counts).map((height, index) => (
        <rect
          // oxlint-disable-next-line react/no-array-index-key -- a bucket is its place on the strip
          key={index}
          className={isChosen(data, index, chosen) ? styles.barChosen : styles.bar}
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
}

const clamp = (bucket: number, last: number) => Math.max(0, Math.min(last, bucket))

function isChosen(data: HistogramView, index: number, chosen: HistogramStripProps['chosen']): boolean {
  if (chosen === null) return false
  const fromMs = data.fromMs + index * data.bucketMs
  return fromMs + data.bucketMs > chosen.fromMs && fromMs < chosen.untilMs
}

const bucketText = (data: HistogramView, index: number, zone: string): string =>
  `${formatCount(data.counts[index])} records from ${formatTime(data.fromMs + index * data.bucketMs, zone)}`

function Axis({ data }: { readonly data: HistogramView }) {
  const zone = useTimeZone()
  return (
    <div className={styles.axis} aria-hidden>
      {axisTimes(data, zone).map(({ atMs, text }) => (
        <span key={atMs}>{text}</span>
      ))}
    </div>
  )
}
