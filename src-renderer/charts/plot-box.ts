import type { PlotBox } from './paths.ts'

export const marginPx = { top: 10, right: 14, bottom: 24 } as const
const characterPx = 6.6
const axisGapPx = 20

/** Where the lines are drawn: what the words of the axes leave. */
export function plotBoxOf(widthPx: number, heightPx: number, valueTexts: readonly string[]): PlotBox {
  const left = Math.ceil(Math.max(0, ...valueTexts.map(text => text.length)) * characterPx + axisGapPx)
  return {
    x: left,
    y: marginPx.top,
    width: Math.max(1, widthPx - left - marginPx.right),
    height: Math.max(1, heightPx - marginPx.top - marginPx.bottom),
  }
}
