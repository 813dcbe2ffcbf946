import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTime } from '../../../../src-renderer/widgets/time-input.ts'
import { formatTime } from '../../../../src-renderer/widgets/time.ts'

const nowMs = Date.UTC(2026, 10, 20, 13, 3, 0)
const berlin = (text: string) => {
  const parsed = parseTime(text, 'Europe/Berlin', nowMs)
  return 'timestampMs' in parsed ? new Date(parsed.timestampMs).toISOString() : parsed.problem
}

describe('typed times', () => {
  it.each([
    ['2026-11-20 14:03', '2026-11-20T13:03:00.000Z'],
    ['2026-11-20T14:03:00.012', '2026-11-20T13:03:00.012Z'],
    ['2026-11-20', '2026-11-19T23:00:00.000Z'],
    ['2026-07-01 12:00', '2026-07-01T10:00:00.000Z'],
    ['2026-10-25 01:30', '2026-10-24T23:30:00.000Z'],
    ['2026-10-25 03:30', '2026-10-25T02:30:00.000Z'],
    ['2026-03-29 03:30', '2026-03-29T01:30:00.000Z'],
    ['14:03:07', '2026-11-20T13:03:07.000Z'],
    ['2026-11-20T14:03:00Z', '2026-11-20T14:03:00.000Z'],
    ['2026-11-20 14:03:00+0530', '2026-11-20T08:33:00.000Z'],
    ['1763643780', '2025-11-20T13:03:00.000Z'],
    ['1763643780000', '2025-11-20T13:03:00.000Z'],
    ['-15m', '2026-11-20T12:48:00.000Z'],
    ['- 1.5h', '2026-11-20T11:33:00.000Z'],
    ['now', '2026-11-20T13:03:00.000Z'],
  ])('%s in Berlin is %s', (text, expected) => {
    expect(berlin(text)).toBe(expected)
  })

  it('a time that the change of the clocks leaves out moves over the gap; of one that comes twice the first is meant', () => {
    expect(berlin('2026-03-29 02:30')).toBe('2026-03-29T01:30:00.000Z')
    expect(berlin('2026-10-25 02:30')).toBe('2026-10-25T00:30:00.000Z')
  })

  it.each([
    '',
    '1969-12-31',
    'yesterday',
    '2026-13-01',
    '2026-02-30',
    '25:00',
    '12:61',
    '-5 parsecs',
    '99999999999999999999',
    '<script>',
  ])('%s is refused with a reason', text => {
    expect(parseTime(text, 'UTC', nowMs)).toHaveProperty('problem')
  })

  it('what the window writes it understands again, in every zone', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), zones, (ms, zone) => {
        const parsed = parseTime(formatTime(ms, zone), zone, nowMs)
        const back = 'timestampMs' in parsed ? parsed.timestampMs : Number.NaN
        // In the hour that comes twice, the text names two moments.
        expect(formatTime(back, zone)).toBe(formatTime(ms, zone))
      }),
    )
  })
})
