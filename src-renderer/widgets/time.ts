/** Times of a chosen zone as text, always with the field order of ISO 8601. */
export type TimeStyle = 'full' | 'time' | 'minute' | 'iso'

interface Fields {
  readonly year: string
  readonly month: string
  readonly day: string
  readonly hour: string
  readonly minute: string
  readonly second: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formats.set(timeZone, made)
  return made
}

export function timeFields(ms: number, timeZone: string): Fields {
  const fields: Record<string, string> = {}
  for (const part of formatOf(timeZone).formatToParts(ms)) fields[part.type] = part.value
  return fields as unknown as Fields
}

/**
 * `full` 2026-11-20 14:03:00.012 · `time` 14:03:00.012 · `minute` 14:03 · `iso` UTC with Z. A time that no calendar has (Kafka allows -1) is
 * a dash.
 */
export function formatTime(ms: number, timeZone: string, style: TimeStyle = 'full'): string {
  if (ms < 0 || ms > 8_640_000_000_000_000) return '—'
  if (style === 'iso') return new Date(ms).toISOString()
  const { year, month, day, hour, minute, second } = timeFields(ms, timeZone)
  if (style === 'minute') return `${hour}:${minute}`
  const time = `${hour}:${minute}:${second}.${String(Math.floor(ms) % 1_000).padStart(3, '0')}`
  return style === 'time' ? time : `${year}-${month}-${day} ${time}`
}

/** Milliseconds by which the zone is ahead of UTC at that moment. */
export function zoneOffsetMs(ms: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = timeFields(ms, timeZone)
  const asUtc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  return asUtc - Math.floor(ms / 1_000) * 1_000
}
