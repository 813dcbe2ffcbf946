import { useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { useCurrent } from '../../bridge/use-current.ts'

const overscanRows = 14
/** Rows from the edge at which the next page is asked for. */
const nearRows = 60

export interface ScrollInput {
  readonly frame: RefObject<HTMLDivElement | null>
  readonly rows: readonly RecordRow[]
  readonly firstIndex: number
  readonly rowHeightPx: number
  readonly opensAt: 'start' | 'end' | number
  readonly follows: boolean
  /** After each scroll. */
  readonly onEdges: (edges: { readonly nearStart: boolean; readonly nearEnd: boolean }) => void
  readonly onScrolledAway: () => void
  /** Stays on screen when the frame becomes smaller; -1: none. */
  readonly selectedAt: number
}

export interface ScrollView {
  /** Rows to draw, `to` exclusive. */
  readonly from: number
  readonly to: number
  readonly rowsVisible: number
  readonly scrolled: (frame: HTMLElement) => void
  readonly reveal: (index: number) => void
}

/** Which rows are on screen. What is read stays where it is when rows come or go in front of it. */
export function useScrollWindow(input: ScrollInput): ScrollView {
  const { frame, rows, firstIndex, rowHeightPx, follows } = input
  const [view, setView] = useState({ topPx: 0, heightPx: 600 })
  const latest = useCurrent(input)
  const before = useRef({ firstIndex, rowHeightPx, isOpened: false })

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null || rows.length === 0) return
    if (!before.current.isOpened) {
      before.current = { firstIndex, rowHeightPx, isOpened: true }
      scrollTo(element, openingTop(input.opensAt, rows.length, rowHeightPx, element.clientHeight))
    } else if (follows) scrollTo(element, rows.length * rowHeightPx)
    else scrollTo(element, element.scrollTop + (before.current.firstIndex - firstIndex) * rowHeightPx)
    before.current = { firstIndex, rowHeightPx, isOpened: true }
    setView({ topPx: element.scrollTop, heightPx: element.clientHeight })
  }, [frame, rows, firstIndex, rowHeightPx, follows, input.opensAt])

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => {
      const { selectedAt: at, rowHeightPx: height } = latest.current
      if (at >= 0) revealRow(element, at, height)
      setView({ topPx: element.scrollTop, heightPx: element.clientHeight })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame, latest])

  const rowsVisible = Math.ceil(view.heightPx / rowHeightPx)
  const first = Math.floor(view.topPx / rowHeightPx)
  return {
    from: Math.max(0, Math.min(rows.length, first) - overscanRows),
    to: Math.min(rows.length, first + rowsVisible + overscanRows),
    rowsVisible,
    scrolled(element) {
      const movedUp = element.scrollTop < view.topPx - 1
      setView({ topPx: element.scrollTop, heightPx: element.clientHeight })
      if (follows && movedUp) input.onScrolledAway()
      const top = element.scrollTop / rowHeightPx
      input.onEdges({ nearStart: top < nearRows, nearEnd: top + rowsVisible > rows.length - nearRows })
    },
    reveal(index) {
      if (frame.current !== null) revealRow(frame.current, index, rowHeightPx)
    },
  }
}

/** Brings a row on screen: below the titles, above the lower edge. */
function revealRow(element: HTMLElement, index: number, rowHeightPx: number): void {
  const [top, bottom] = [index * rowHeightPx, (index + 2) * rowHeightPx + 4]
  if (top < element.scrollTop) scrollTo(element, top)
  else if (bottom > element.scrollTop + element.clientHeight) scrollTo(element, bottom - element.clientHeight)
}

export function openingTop(opensAt: 'start' | 'end' | number, rows: number, rowHeightPx: number, heightPx: number): number {
  if (opensAt === 'end') return rows * rowHeightPx
  if (opensAt === 'start') return 0
  return Math.max(0, Math.min(rows * rowHeightPx - heightPx, (opensAt - 2) * rowHeightPx))
}

function scrollTo(element: HTMLElement, topPx: number): void {
  if (Math.abs(element.scrollTop - topPx) >= 1) element.scrollTo({ top: topPx })
}
