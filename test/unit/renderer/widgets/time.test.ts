import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime, zoneOffsetMs } from '../../../../src-renderer/widgets/time.ts'

describe('times of a zone', () => {
  it('has the field order of ISO 8601 and the zone of the reader', () => {
    const ms = Date.UTC(2026, 10, 20, 13, 3, 0, 12)
    expect(formatTime(ms, 'Europe/Berlin')).toBe('2026-11-20 14:03:00.012')
    expect(formatTime(ms, 'Europe/Berlin', 'time')).toBe('14:03:00.012')
    expect(formatTime(ms, 'UTC', 'minute')).toBe('13:03')
    expect(formatTime(ms, 'Asia/Kolkata', 'iso')).toBe('2026-11-20T13:03:00.012Z')
    expect(formatTime(Date.UTC(2026, 0, 1), 'UTC')).toBe('2026-01-01 00:00:00.000')
    expect(formatTime(-1, 'UTC')).toBe('—')
    expect(formatTime(Number.MAX_SAFE_INTEGER, 'UTC')).toBe('—')
  })

  it('the offset turns local fields back into the moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns'),
        (ms, zone) => {
          const local = formatTime(ms, zone).replace(' ', 'T')
          expect(Date.parse(`${local}Z`) - zoneOffsetMs(ms, zone)).toBe(ms)
        },
      ),
    )
  })
})
