import type { Histogram } from '../../../src-main/contract/views/search.ts'
import { formatTime } from '../../widgets/time.ts'

/** Heights of 0 to 100. A bucket with anything in it can be seen. */
export function barHeights(counts: readonly number[]): number[] {
  const most = Math.max(1, ...counts)
  return counts.map(count => (count === 0 ? 0 : Math.max(6, (count / most) * 100)))
}

/** The times that a brush over buckets spans: from the start of the first to the end of the last. */
export function brushRange(data: Histogram, [a, b]: readonly [number, number]): [fromMs: number, untilMs: number] {
  const [first, last] = [Math.min(a, b), Math.max(a, b)]
  return [Math.floor(data.fromMs + first * data.bucketMs), Math.ceil(data.fromMs + (last + 1) * data.bucketMs)]
}

const labels = 6
const dayMs = 86_400_000

/** Times along the axis, as short as the span allows. */
export function axisTimes(data: Histogram, zone: string): { readonly atMs: number; readonly text: string }[] {
  const spanMs = data.toMs - data.fromMs
  const parts: readonly [number, number] =
    spanMs > 3 * dayMs ? [5, 10] : spanMs > dayMs ? [5, 16] : spanMs > 600_000 ? [11, 16] : [11, 19]
  return Array.from({ length: labels }, (_, index) => {
    const atMs = data.fromMs + (spanMs * index) / (labels - 1)
    return { atMs, text: formatTime(atMs, zone).slice(...parts) }
  })
}
