import { describe, expect, it } from 'vitest'
import { daysOfMonth, momentOn, monthsLater } from '../../../../src-renderer/features/messages/calendar-days.ts'
import { parseTime } from '../../../../src-renderer/widgets/time-input.ts'

const berlin = 'Europe/Berlin'
const noteOf = (text: string) => {
  const parsed = parseTime(text, berlin, 0)
  return 'note' in parsed ? parsed.note : undefined
}

describe('a typed time says what the clocks did to it', () => {
  it('in the gap', () => {
    expect(noteOf('2026-03-29 02:30')).toContain('moved forward')
    expect(noteOf('2026-03-29 03:30')).toBeNull()
  })
  it('where it comes twice, unless the offset says which', () => {
    expect(noteOf('2026-10-25 02:30')).toContain('first')
    expect(noteOf('2026-10-25 02:30+01:00')).toBeNull()
    expect(noteOf('2026-10-25 03:30')).toBeNull()
  })
})

describe('the calendar', () => {
  it('shows six weeks from a Monday', () => {
    const days = daysOfMonth({ year: 2026, month: 11 })
    expect(days).toHaveLength(42)
    expect([days[0], days[6], days[41]]).toEqual(['2026-10-26', '2026-11-01', '2026-12-06'])
    expect(daysOfMonth({ year: 2026, month: 6 })[0]).toBe('2026-06-01')
  })

  it('goes over the edges of years', () => {
    expect(monthsLater({ year: 2026, month: 12 }, 1)).toEqual({ year: 2027, month: 1 })
    expect(monthsLater({ year: 2026, month: 1 }, -1)).toEqual({ year: 2025, month: 12 })
  })

  it('takes the time of day in the zone, midnight for none', () => {
    expect(new Date(momentOn('2026-07-01', '14:03:00', berlin)).toISOString()).toBe('2026-07-01T12:03:00.000Z')
    expect(new Date(momentOn('2026-07-01', 'noon', berlin)).toISOString()).toBe('2026-06-30T22:00:00.000Z')
  })
})
