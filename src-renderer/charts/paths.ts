import { firstAtOrAfter } from './series.ts'
import type { ChartPoint, ChartSeries, TimeRange } from './series.ts'

/** From values to pixels. */
export interface Scale {
  readonly x: (atMs: number) => number
  readonly y: (value: number) => number
}

export interface PlotBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export function linearScale(box: PlotBox, { fromMs, toMs }: TimeRange, valueMax: number): Scale {
  const perMs = box.width / Math.max(1, toMs - fromMs)
  const perValue = box.height / Math.max(Number.MIN_VALUE, valueMax)
  return {
    x: atMs => box.x + (atMs - fromMs) * perMs,
    y: value => box.y + box.height - value * perValue,
  }
}

const rounded = (pixels: number): string => String(Math.round(pixels * 10) / 10)

/** An SVG path; it breaks at unknown values, and a value alone between two breaks is a dot. */
export function linePath(points: readonly ChartPoint[], scale: Scale): string {
  let path = ''
  let isOpen = false
  for (const [at, { atMs, value }] of points.entries()) {
    if (value === null) {
      isOpen = false
      continue
    }
    path += `${isOpen ? 'L' : 'M'}${rounded(scale.x(atMs))} ${rounded(scale.y(value))}`
    if (!isOpen && (points[at + 1]?.value ?? null) === null) path += 'h0.1'
    isOpen = true
  }
  return path
}

/** Least and greatest of many series in each slot of time. */
export interface BandSlot {
  readonly atMs: number
  readonly least: number
  readonly greatest: number
}

export function bandOf(series: readonly ChartSeries[], range: TimeRange, slotCount: number): readonly BandSlot[] {
  const slotMs = Math.max(1, (range.toMs - range.fromMs) / slotCount)
  const least = new Float64Array(slotCount + 1).fill(Number.POSITIVE_INFINITY)
  const greatest = new Float64Array(slotCount + 1).fill(Number.NEGATIVE_INFINITY)
  for (const { points } of series) {
    for (let at = firstAtOrAfter(points, range.fromMs); at < points.length; at += 1) {
      const { atMs, value } = points[at] as ChartPoint
      if (atMs > range.toMs) break
      if (value === null) continue
      const slot = Math.floor((atMs - range.fromMs) / slotMs)
      if (value < (least[slot] as number)) least[slot] = value
      if (value > (greatest[slot] as number)) greatest[slot] = value
    }
  }
  const slots: BandSlot[] = []
  for (let slot = 0; slot <= slotCount; slot += 1) {
    const [low, high] = [least[slot] as number, greatest[slot] as number]
    if (low <= high) slots.push({ atMs: range.fromMs + (slot + 0.5) * slotMs, least: low, greatest: high })
  }
  return slots
}

/** A closed SVG path around the band; it parts where more than `gapMs` have no value. */
export function bandPath(slots: readonly BandSlot[], scale: Scale, gapMs: number): string {
  let path = ''
  let start = 0
  for (let at = 1; at <= slots.length; at += 1) {
    const isPart = at === slots.length || (slots[at] as BandSlot).atMs - (slots[at - 1] as BandSlot).atMs > gapMs
    if (!isPart) continue
    path += partPath(slots.slice(start, at), scale)
    start = at
  }
  return path
}

function partPath(slots: readonly BandSlot[], scale: Scale): string {
  const point = (atMs: number, value: number) => `${rounded(scale.x(atMs))} ${rounded(scale.y(value))}`
  const over = slots.map(slot => point(slot.atMs, slot.greatest))
  const under = slots.toReversed().map(slot => point(slot.atMs, slot.least))
  return `M${[...over, ...under].join('L')}Z`
}
