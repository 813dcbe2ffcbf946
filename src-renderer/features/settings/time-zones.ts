import { timeFields, zoneOffsetMs } from '../../widgets/time.ts'

export interface ZoneRow {
  readonly zone: string
  /** `14:03`, now. */
  readonly clock: string
  /** Ahead of UTC by so many minutes, now. */
  readonly offsetMinutes: number
}

/** Every zone that this system knows, UTC first: some systems leave it out of their list. */
export const allZones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')]

export const zoneRows = (zones: readonly string[], nowMs: number): ZoneRow[] =>
  zones.map(zone => {
    const { hour, minute } = timeFields(nowMs, zone)
    return { zone, clock: `${hour}:${minute}`, offsetMinutes: Math.round(zoneOffsetMs(nowMs, zone) / 60_000) }
  })

/** Cities that some systems still list under an older name of theirs. */
const newNames: Readonly<Record<string, string>> = {
  'Asia/Calcutta': 'Kolkata',
  'Asia/Katmandu': 'Kathmandu',
  'Asia/Rangoon': 'Yangon',
  'Asia/Saigon': 'Ho Chi Minh',
  'America/Godthab': 'Nuuk',
  'Europe/Kiev': 'Kyiv',
}

/** As it is shown and searched for: `Asia/Calcutta (Kolkata)`. */
export function zoneText(zone: string): string {
  const text = zone.replaceAll('_', ' ')
  const newName = newNames[zone]
  return newName === undefined ? text : `${text} (${newName})`
}

/** `UTC+05:30`. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const digits = (number: number) => String(number).padStart(2, '0')
  return `UTC${minutes < 0 ? '−' : '+'}${digits(Math.floor(size / 60))}:${digits(size % 60)}`
}
