import { useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'

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
  readonly onNearStart: () => void
  readonly onNearEnd: () => void
  readonly onScrolledAway: () => void
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
  const before = useRef({ firstIndex, rowHeightPx, isOpened: false })

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null || rows.length === 0) return
    if (!before.current.isOpened) {
      before.current = { firstIndex, rowHeightPx, isOpened: true }
      element.scrollTop = openingTop(input.opensAt, rows.length, rowHeightPx, element.clientHeight)
    } else if (follows) element.scrollTop = rows.length * rowHeightPx
    else element.scrollTop += (before.current.firstIndex - firstIndex) * rowHeightPx
    before.current = { firstIndex, rowHeightPx, isOpened: true }
    setView({ topPx: element.scrollTop, heightPx: element.clientHeight })
  }, [frame, rows, firstIndex, rowHeightPx, follows, input.opensAt])

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setView({ topPx: element.scrollTop, heightPx: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame])

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
      if (top < nearRows) input.onNearStart()
      if (top + rowsVisible > rows.length - nearRows) input.onNearEnd()
    },
    reveal(index) {
      const element = frame.current
      if (element === null) return
      const [top, bottom] = [index * rowHeightPx, (index + 2) * rowHeightPx]
      if (top < element.scrollTop) element.scrollTop = top
      else if (bottom > element.scrollTop + element.clientHeight - 4) element.scrollTop = bottom - element.clientHeight + 4
    },
  }
}

export function openingTop(opensAt: 'start' | 'end' | number, rows: number, rowHeightPx: number, heightPx: number): number {
  if (opensAt === 'end') return rows * rowHeightPx
  if (opensAt === 'start') return 0
  return Math.max(0, Math.min(rows * rowHeightPx - heightPx, (opensAt - 2) * rowHeightPx))
}
