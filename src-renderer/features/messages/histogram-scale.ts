import type { Histogram } from '../../../src-main/contract/views/search.ts'
import { plural } from '../../widgets/format.ts'
import { formatTime } from '../../widgets/time.ts'

/** Two buckets: where the brush was put down, and where it is now. */
export type Brush = readonly [number, number]

/** Heights of 0 to 100. A bucket with anything in it can be seen. */
export function barHeights(counts: readonly number[]): number[] {
  const most = Math.max(1, ...counts)
  return counts.map(count => (count === 0 ? 0 : Math.max(6, (count / most) * 100)))
}

const ordered = ([a, b]: Brush): Brush => [Math.min(a, b), Math.max(a, b)]

/** The times that a brush over buckets spans: from the start of the first to the end of the last. */
export function brushRange(data: Histogram, brush: Brush): [fromMs: number, untilMs: number] {
  const [first, last] = ordered(brush)
  return [Math.floor(data.fromMs + first * data.bucketMs), Math.ceil(data.fromMs + (last + 1) * data.bucketMs)]
}

/** Where a key moves the brush: arrows move both ends, with Shift the second one; Home and End go to the edges. */
export function movedBrush(
  [from, to]: Brush,
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  last: number,
): Brush | undefined {
  const target = { ArrowRight: to + 1, ArrowLeft: to - 1, PageUp: to - 10, PageDown: to + 10, Home: 0, End: last }[key]
  if (target === undefined) return undefined
  const next = Math.max(0, Math.min(last, target))
  return [shiftKey ? from : next, next]
}

/** First and last bucket of a stretch of time; none of them: the first lies behind the last. */
export function chosenBuckets(data: Histogram, span: { readonly fromMs: number; readonly untilMs: number } | null): Brush {
  if (span === null || span.untilMs <= data.fromMs || span.fromMs >= data.toMs) return [1, 0]
  const last = data.counts.length - 1
  const first = Math.floor((span.fromMs - data.fromMs) / data.bucketMs)
  return [Math.max(0, first), Math.min(last, Math.ceil((span.untilMs - data.fromMs) / data.bucketMs) - 1)]
}

/** `1,204 records · 2026-11-20 14:03:00.000 to 14:04:00.000`. */
export function bucketText(data: Histogram, brush: Brush, zone: string): string {
  const [first, last] = ordered(brush)
  const [fromMs, untilMs] = brushRange(data, brush)
  const count = data.counts.slice(first, last + 1).reduce((sum, one) => sum + one, 0)
  const [from, until] = [formatTime(fromMs, zone), formatTime(untilMs, zone)]
  const isSameDay = from.slice(0, 10) === until.slice(0, 10)
  return `${plural(count, 'record')} · ${from} to ${isSameDay ? until.slice(11) : until}`
}

const labels = 6
const dayMs = 86_400_000

/** Times along the axis, as short as the span allows. */
export function axisTimes(data: Histogram, zone: string): { readonly atMs: number; readonly text: string }[] {
  const spanMs = data.toMs - data.fromMs
  const parts: readonly [number, number] =
    spanMs > 3 * dayMs ? [5, 10] : spanMs > dayMs ? [5, 16] : spanMs > 600_000 ? [11, 16] : spanMs > 5_000 ? [11, 19] : [11, 23]
  return Array.from({ length: labels }, (_, index) => {
    const atMs = data.fromMs + (spanMs * index) / (labels - 1)
    return { atMs, text: formatTime(atMs, zone).slice(...parts) }
  })
}
