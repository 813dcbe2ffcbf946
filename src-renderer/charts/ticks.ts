import { formatTime, timeFields, zoneOffsetMs } from '../widgets/time.ts'
import type { TimeRange } from './series.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map(count => count * second),
  ...[1, 2, 5, 10, 15, 30].map(count => count * minute),
  ...[1, 2, 3, 6, 12].map(count => count * hour),
  ...[1, 2, 7, 14, 28].map(count => count * day),
]

/** Round times of the zone within the range, at most `countMax`. */
/** Those whose words have room between the left edge and the right one. */
export function ticksThatFit(
  ticks: readonly number[],
  textOf: (tick: number) => string,
  { xOf, widthPx }: { readonly xOf: (tick: number) => number; readonly widthPx: number },
): number[] {
  const half = (tick: number) => (textOf(tick).length * characterPx) / 2
  return ticks.filter(tick => xOf(tick) - half(tick) >= 0 && xOf(tick) + half(tick) <= widthPx)
}
const characterPx = 6.6

export function timeTicks({ fromMs, toMs }: TimeRange, timeZone: string, countMax: number): readonly number[] {
  const spanMs = toMs - fromMs
  if (spanMs <= 0) return []
  const step = timeSteps.find(candidate => spanMs / candidate <= countMax) ?? Math.ceil(spanMs / countMax / day) * day
  const offsetMs = zoneOffsetMs(fromMs, timeZone)
  const ticks: number[] = []
  for (let local = Math.ceil((fromMs + offsetMs) / step) * step; local - offsetMs <= toMs; local += step)
    ticks.push(settled(local - offsetMs, offsetMs, timeZone))
  return ticks.filter(atMs => atMs >= fromMs && atMs <= toMs)
}

/** A time on the other side of a clock change, put back to the round one. */
const settled = (atMs: number, offsetMs: number, timeZone: string): number => atMs + offsetMs - zoneOffsetMs(atMs, timeZone)

/** As short as the range allows: seconds only when it spans a few minutes; the day at midnight, and everywhere when it spans days. */
export function tickText(atMs: number, { fromMs, toMs }: TimeRange, timeZone: string): string {
  const spanMs = toMs - fromMs
  const { month, day: date, hour: hours, minute: minutes } = timeFields(atMs, timeZone)
  if (spanMs <= 5 * minute) return formatTime(atMs, timeZone, 'time').slice(0, 8)
  if (hours === '00' && minutes === '00') return `${month}-${date}`
  return spanMs > 2 * day ? `${month}-${date} ${hours}:${minutes}` : `${hours}:${minutes}`
}

const decimalSteps = [1, 2, 2.5, 5, 10]
/** Steps that are round as durations in milliseconds. */
const durationSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, ...timeSteps]

export type ValueUnit = 'number' | 'milliseconds'

/** From 0 to the first round value at or above `greatest`: three to six of them. */
export function valueTicks(greatest: number, unit: ValueUnit = 'number'): readonly number[] {
  const top = greatest > 0 && Number.isFinite(greatest) ? greatest : unit === 'number' ? 4 : second
  const step = unit === 'milliseconds' ? durationStep(top) : decimalStep(top)
  const count = Math.max(1, Math.ceil(top / step - 1e-9))
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

function decimalStep(top: number): number {
  const power = 10 ** Math.floor(Math.log10(top / 4))
  return (decimalSteps.find(step => top / (step * power) <= 5) ?? 10) * power
}

const durationStep = (top: number): number =>
  durationSteps.find(step => top / step <= 5) ?? Math.ceil(top / 5 / (28 * day)) * 28 * day
