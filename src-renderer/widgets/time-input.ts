import { zoneOffsetMs } from './time.ts'

/** How a typed time was understood, or why not. */
export type TypedTime = { readonly timestampMs: number } | { readonly problem: string }

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const latestMs = 8_640_000_000_000_000

/**
 * ISO 8601 with or without a zone, a local date or time of day of `timeZone`, seconds or milliseconds since 1970 (11 digits and more are
 * milliseconds), or a time before now such as `-15m`. A local time that a change of the clocks leaves out moves forward over the gap; of one
 * that comes twice the first is meant.
 */
export function parseTime(text: string, timeZone: string, nowMs: number): TypedTime {
  const typed = text.trim()
  if (typed === '') return { problem: 'type a time, such as 2026-11-20 14:03, 14:03 or -15m' }
  if (typed === 'now') return { timestampMs: nowMs }
  const found = relative(typed, nowMs) ?? epoch(typed) ?? withZone(typed) ?? local(typed, timeZone, nowMs)
  if (found === undefined) return { problem: 'not understood: try 2026-11-20 14:03:00, 14:03, 1763643780000 or -15m' }
  if (found < 0 || found > latestMs) return { problem: 'out of the range of times' }
  return { timestampMs: Math.round(found) }
}

function relative(text: string, nowMs: number): number | undefined {
  const match = /^-\s*(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text)
  const unitMs = unitsMs[match?.[2]?.toLowerCase() ?? '']
  return match === null || unitMs === undefined ? undefined : nowMs - Number(match[1]) * unitMs
}

function epoch(text: string): number | undefined {
  if (!/^\d{9,16}$/.test(text)) return undefined
  return text.length >= 11 ? Number(text) : Number(text) * 1_000
}

function withZone(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[T ].*(?:Z|[+-]\d{2}:?\d{2})$/i.test(text)) return undefined
  const ms = Date.parse(text.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(ms) ? undefined : ms
}

const dateAndTime = /^(?:(\d{4})-(\d{1,2})-(\d{1,2}))?(?:(?:^|[T ]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3})\d*)?)?)?$/

function local(text: string, timeZone: string, nowMs: number): number | undefined {
  const match = dateAndTime.exec(text)
  if (match === null || (match[1] === undefined && match[4] === undefined)) return undefined
  const today = new Date(nowMs + zoneOffsetMs(nowMs, timeZone))
  const [year, month, day] =
    match[1] === undefined
      ? [today.getUTCFullYear(), today.getUTCMonth() + 1, today.getUTCDate()]
      : [Number(match[1]), Number(match[2]), Number(match[3])]
  const [hour, minute, second] = [match[4], match[5], match[6]].map(part => Number(part ?? 0)) as [number, number, number]
  const millisecond = Number((match[7] ?? '').padEnd(3, '0'))
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  const back = new Date(asUtc)
  const isReal = back.getUTCMonth() === month - 1 && back.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return isReal ? localToMoment(asUtc, timeZone) : undefined
}

/** The moment at which the clocks of the zone show these fields (given as if they were UTC). */
export function localToMoment(asUtc: number, timeZone: string): number {
  const offsets = [asUtc - 86_400_000, asUtc + 86_400_000].map(ms => zoneOffsetMs(ms, timeZone))
  const moments = offsets.map(offset => asUtc - offset)
  const exact = moments.filter(ms => ms + zoneOffsetMs(ms, timeZone) === asUtc)
  // In a gap no moment shows these fields: the offset from before the change leads just as far behind it.
  return exact.length > 0 ? Math.min(...exact) : (moments[0] as number)
}
