import { formatTime, timeFields } from '../../widgets/time.ts'
import { localToMoment, parseTime } from '../../widgets/time-input.ts'

export interface Month {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
}

export const monthOf = (ms: number, zone: string): Month => {
  const { year, month } = timeFields(ms, zone)
  return { year: Number(year), month: Number(month) }
}

export const monthsLater = ({ year, month }: Month, by: number): Month => {
  const months = year * 12 + month - 1 + by
  return { year: Math.floor(months / 12), month: (months % 12) + 1 }
}

/** Six weeks from the Monday at or before the first of the month, as `2026-11-01`. */
export function daysOfMonth({ year, month }: Month): string[] {
  const first = new Date(Date.UTC(year, month - 1, 1))
  const weekday = (first.getUTCDay() + 6) % 7
  return Array.from({ length: 42 }, (_, index) =>
    new Date(Date.UTC(year, month - 1, 1 + index - weekday)).toISOString().slice(0, 10),
  )
}

export const dayOf = (ms: number, zone: string): string => formatTime(ms, zone).slice(0, 10)

/** That day at that time of day, in the zone. A time that is none counts as midnight. */
export function momentOn(day: string, timeOfDay: string, zone: string): number {
  const parsed = parseTime(`${day} ${timeOfDay}`, zone, 0)
  if ('timestampMs' in parsed) return parsed.timestampMs
  return localToMoment(Date.parse(`${day}T00:00:00Z`), zone).timestampMs
}
