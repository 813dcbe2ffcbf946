import { describe, expect, it } from 'vitest'
import { daysOfMonth, momentOn, monthsLater } from '../../../../src-renderer/features/messages/calendar-days.ts'
import { parseTime } from '../../../../src-renderer/features/messages/time-input.ts'

const berlin = 'Europe/Berlin'
const nowMs = Date.parse('2026-11-20T13:03:00Z')
const at = (text: string, zone = berlin) => {
  const parsed = parseTime(text, zone, nowMs)
  return 'problem' in parsed ? parsed.problem : new Date(parsed.timestampMs).toISOString()
}
const noteOf = (text: string, zone = berlin) => {
  const parsed = parseTime(text, zone, nowMs)
  return 'note' in parsed ? parsed.note : undefined
}

describe('typed times', () => {
  it.each([
    ['2026-11-20T14:03:00Z', '2026-11-20T14:03:00.000Z'],
    ['2026-11-20T14:03:00.012+01:00', '2026-11-20T13:03:00.012Z'],
    ['2026-11-20 14:03:00+0100', '2026-11-20T13:03:00.000Z'],
    ['2026-11-20 14:03', '2026-11-20T13:03:00.000Z'],
    ['2026-11-20T14:03:00.5', '2026-11-20T13:03:00.500Z'],
    ['2026-7-1', '2026-06-30T22:00:00.000Z'],
    ['14:03', '2026-11-20T13:03:00.000Z'],
    ['1763643780', '2025-11-20T13:03:00.000Z'],
    ['1763643780000', '2025-11-20T13:03:00.000Z'],
    ['-15m', '2026-11-20T12:48:00.000Z'],
    ['-1.5 h', '2026-11-20T11:33:00.000Z'],
    ['-2d', '2026-11-18T13:03:00.000Z'],
    ['now', '2026-11-20T13:03:00.000Z'],
  ])('%s', (text, expected) => expect(at(text)).toBe(expected))

  it.each(['', 'yesterday', '2026-02-30 10:00', '2026-11-20 25:00', '-15 parsecs', '2026-13-01'])('refuse %j', text =>
    expect(parseTime(text, berlin, nowMs)).toHaveProperty('problem'),
  )

  it('move over the gap when the clocks go forward, and say so', () => {
    expect(at('2026-03-29 02:30')).toBe('2026-03-29T01:30:00.000Z')
    expect(noteOf('2026-03-29 02:30')).toContain('moved forward')
    expect(noteOf('2026-03-29 03:30')).toBeNull()
  })

  it('mean the first of two when the clocks go back, and say so', () => {
    expect(at('2026-10-25 02:30')).toBe('2026-10-25T00:30:00.000Z')
    expect(noteOf('2026-10-25 02:30')).toContain('first')
    expect(at('2026-10-25 02:30+01:00')).toBe('2026-10-25T01:30:00.000Z')
    expect(noteOf('2026-10-25 03:30')).toBeNull()
  })

  it('are of the chosen zone', () => {
    expect(at('2026-11-20 14:03', 'America/New_York')).toBe('2026-11-20T19:03:00.000Z')
    expect(at('2026-11-20 14:03', 'Asia/Kolkata')).toBe('2026-11-20T08:33:00.000Z')
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
