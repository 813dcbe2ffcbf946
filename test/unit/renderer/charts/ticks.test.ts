import { describe, expect, it } from 'vitest'
import { bandPath, linePath, linearScale } from '../../../../src-renderer/charts/paths.ts'
import { tickText, ticksThatFit, timeTicks, valueTicks } from '../../../../src-renderer/charts/ticks.ts'
import { keyedTime } from '../../../../src-renderer/charts/use-chart-cursor.ts'

const utc = (text: string) => Date.parse(`${text}Z`)

describe('timeTicks', () => {
  it('stand on round times of the zone', () => {
    const range = { fromMs: utc('2026-11-20T13:41:07'), toMs: utc('2026-11-20T14:11:07') }
    const texts = timeTicks(range, 'Asia/Kolkata', 6).map(atMs => tickText(atMs, range, 'Asia/Kolkata'))
    expect(texts).toEqual(['19:15', '19:20', '19:25', '19:30', '19:35', '19:40'])
  })

  it('stay round over a change of clocks, and name the day at midnight', () => {
    const range = { fromMs: utc('2026-10-24T10:30:00'), toMs: utc('2026-10-26T10:00:00') }
    const texts = timeTicks(range, 'Europe/Berlin', 6).map(atMs => tickText(atMs, range, 'Europe/Berlin'))
    expect(texts).toEqual(['10-25', '12:00', '10-26'])
  })

  it('are at most as many as asked for, whatever the range', () => {
    for (const spanMs of [900, 60_000, 900_000, 86_400_000, 14 * 86_400_000, 900 * 86_400_000])
      expect(timeTicks({ fromMs: 1_000_000, toMs: 1_000_000 + spanMs }, 'UTC', 8).length).toBeLessThanOrEqual(9)
    expect(timeTicks({ fromMs: 5, toMs: 5 }, 'UTC', 8)).toEqual([])
  })
})

describe('ticksThatFit', () => {
  it('leaves out those whose words would be cut off at either edge', () => {
    const around = { xOf: (tick: number) => tick, widthPx: 100 }
    expect(ticksThatFit([0, 10, 14, 50, 86, 90, 100], () => '1234', around)).toEqual([14, 50, 86])
  })
})

describe('valueTicks', () => {
  it('are round numbers from 0 to at or above the greatest', () => {
    expect(valueTicks(3_411)).toEqual([0, 1_000, 2_000, 3_000, 4_000])
    expect(valueTicks(0.3)).toEqual([0, 0.1, 0.2, 0.3])
    expect(valueTicks(0)).toEqual([0, 1, 2, 3, 4])
  })

  it('are round durations for times', () => {
    expect(valueTicks(252_000, 'milliseconds')).toEqual([0, 60_000, 120_000, 180_000, 240_000, 300_000])
    expect(valueTicks(0, 'milliseconds').at(-1)).toBe(1_000)
  })
})

describe('paths', () => {
  const scale = linearScale({ x: 10, y: 0, width: 100, height: 50 }, { fromMs: 0, toMs: 100 }, 50)

  it('break at unknown values, and show a value alone as a dot', () => {
    const points = [0, 10, null, 20, null].map((value, at) => ({ atMs: at * 10, value }))
    expect(linePath(points, scale)).toBe('M10 50L20 40M40 30h0.1')
  })

  it('close a band around each part of it', () => {
    const slot = (atMs: number) => ({ atMs, least: 0, greatest: 50 })
    expect(bandPath([slot(0), slot(10), slot(90), slot(100)], scale, 20)).toBe(
      'M10 0L20 0L20 50L10 50ZM100 0L110 0L110 50L100 50Z',
    )
  })
})

describe('keyedTime', () => {
  const points = [0, 10, 20, 30, 40].map(atMs => ({ atMs, value: 1 }))
  const range = { fromMs: 10, toMs: 30 }

  it('begins at the end, moves by samples and stays within the range', () => {
    expect(keyedTime('ArrowLeft', points, null, range)).toBe(30)
    expect(keyedTime('ArrowLeft', points, 30, range)).toBe(20)
    expect(keyedTime('ArrowRight', points, 30, range)).toBe(30)
    expect(keyedTime('Home', points, 30, range)).toBe(10)
    expect(keyedTime('PageUp', points, 30, range)).toBe(10)
  })

  it('leaves other keys, and a chart without points, alone', () => {
    expect(keyedTime('a', points, null, range)).toBeUndefined()
    expect(keyedTime('End', [], null, range)).toBeUndefined()
  })
})
