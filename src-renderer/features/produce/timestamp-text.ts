import { zoneOffsetMs } from '../../widgets/time.ts'

/** Below this, a number is seconds since 1970: as milliseconds it would be 1973 or earlier. */
const secondsBelow = 100_000_000_000

/**
 * A typed time in milliseconds; null for nothing typed, undefined for what is no time. ISO text, the same without a zone (then of the
 * chosen one), or a number since 1970.
 */
export function timestampOf(text: string, timeZone: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (/^\d{1,15}$/.test(trimmed)) return Number(trimmed) < secondsBelow ? Number(trimmed) * 1_000 : Number(trimmed)
  const local = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?$/.exec(trimmed)
  if (local !== null) return localTime(`${local[1]}T${local[2] ?? '00:00'}Z`, timeZone)
  if (!/^\d{4}-\d\d-\d\dT/.test(trimmed)) return undefined
  const ms = Date.parse(trimmed)
  return Number.isNaN(ms) || ms < 0 ? undefined : ms
}

/** As if it were UTC, then moved by what the zone is ahead at that moment (asked twice: the first guess may lie on the other side of a change). */
function localTime(asUtc: string, timeZone: string): number | undefined {
  const utcMs = Date.parse(asUtc)
  if (Number.isNaN(utcMs)) return undefined
  const guess = utcMs - zoneOffsetMs(utcMs, timeZone)
  const ms = utcMs - zoneOffsetMs(guess, timeZone)
  return ms < 0 ? undefined : ms
}
