import { describe, expect, it } from 'vitest'
import { allZones, offsetText, zoneRows, zoneText } from '../../../../src-renderer/features/settings/time-zones.ts'

describe('time zones', () => {
  it('all that the system knows, UTC first and once', () => {
    const zones = allZones()
    expect(zones[0]).toBe('UTC')
    expect(zones.length).toBe(new Set(zones).size)
    expect(zones).toContain('Europe/Berlin')
  })

  it('are found by the old and the new name of their city', () => {
    expect(['America/New_York', 'Asia/Calcutta', 'Asia/Kolkata'].map(zoneText)).toEqual([
      'America/New York',
      'Asia/Calcutta (Kolkata)',
      'Asia/Kolkata',
    ])
  })

  it('with the time and the offset there, in winter and in summer', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns']
    const winter = zoneRows(zones, Date.UTC(2026, 0, 15, 12))
    expect(winter.map(row => [row.clock, offsetText(row.offsetMinutes)])).toEqual([
      ['12:00', 'UTC+00:00'],
      ['13:00', 'UTC+01:00'],
      ['17:30', 'UTC+05:30'],
      ['08:30', 'UTC−03:30'],
    ])
    expect(zoneRows(['Europe/Berlin'], Date.UTC(2026, 6, 15, 12))[0]).toMatchObject({ clock: '14:00', offsetMinutes: 120 })
  })
})
