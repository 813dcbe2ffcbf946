import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { useCurrent } from '../../bridge/use-current.ts'
import { expectedTop, isAtBottom, isNearEnd, isNearStart, openingTop, revealingTop, rowsInView } from './scroll-places.ts'
import type { MeasuredFrame, ScrollShape } from './scroll-places.ts'

/** At the end of what is known, more is asked for so often while the end is on screen. */
const askAgainMs = 2_000

export interface ScrollInput {
  readonly rows: readonly RecordRow[]
  readonly firstIndex: number
  readonly rowHeightPx: number
  readonly opensAt: 'start' | 'end' | number
  readonly selectedAt: number
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
  readonly isAtBottom: boolean
  readonly scrolled: () => void
  readonly reveal: (index: number) => void
  readonly toBottom: () => void
}

/** Which rows are on screen. What is read stays where it is when rows come or go in front of it, and when the frame gets smaller. */
export function useScrollWindow(input: ScrollInput): readonly [RefObject<HTMLDivElement | null>, ScrollView] {
  const { rows, firstIndex, rowHeightPx, follows } = input
  const frame = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<MeasuredFrame>({ topPx: 0, heightPx: 600, firstIndex: null })
  const shape = {
    topPx: expectedTop(view, { ...input, rows: rows.length }),
    heightPx: view.heightPx,
    rowHeightPx,
    rows: rows.length,
  }
  const latest = useCurrent({ ...input, shape })
  const before = useRef({ firstIndex, isOpened: false })

  const measure = useCallback(() => {
    const element = frame.current
    // A tab in the background has no height: what it showed stays known.
    if (element === null || element.clientHeight === 0) return
    const { firstIndex: shown, isOpened } = before.current
    if (isOpened) keepInView(element, latest.current)
    const next = { topPx: element.scrollTop, heightPx: element.clientHeight, firstIndex: isOpened ? shown : null }
    setView(known => (isSame(known, next) ? known : next))
  }, [frame, latest])

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null || rows.length === 0) return
    const move = (before.current.firstIndex - firstIndex) * rowHeightPx
    if (!before.current.isOpened) element.scrollTop = openingTop(input.opensAt, rows.length, rowHeightPx, element.clientHeight)
    else if (follows) element.scrollTop = element.scrollHeight
    else if (move !== 0) element.scrollTop += move
    before.current = { firstIndex, isOpened: true }
    measure()
  }, [frame, rows, firstIndex, rowHeightPx, follows, input.opensAt, measure])

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame, measure])

  useAsking(frame, rows, latest)
  const result: ScrollView = {
    ...rowsInView(shape),
    isAtBottom: isAtBottom(shape),
    scrolled() {
      const element = frame.current
      if (element === null) return
      if (follows && element.scrollTop < view.topPx - 1) input.onScrolledAway()
      measure()
      askNear(element, latest.current)
    },
    reveal(index) {
      const element = frame.current
      if (element !== null) element.scrollTop = revealingTop(index, rowHeightPx, element.scrollTop, element.clientHeight)
    },
    toBottom() {
      if (frame.current !== null) frame.current.scrollTop = frame.current.scrollHeight
    },
  }
  return [frame, result]
}

const isSame = (one: MeasuredFrame, other: MeasuredFrame): boolean =>
  one.topPx === other.topPx && one.heightPx === other.heightPx && one.firstIndex === other.firstIndex

type Latest = ScrollInput & { readonly shape: ScrollShape }

/** Rows that came may leave the reader still near an edge; and at the end new ones are asked for while it is on screen. */
function useAsking(frame: RefObject<HTMLDivElement | null>, rows: readonly RecordRow[], latest: RefObject<Latest>): void {
  useEffect(() => {
    const ask = () => frame.current !== null && document.visibilityState === 'visible' && askNear(frame.current, latest.current)
    ask()
    const timer = setInterval(ask, askAgainMs)
    return () => clearInterval(timer)
  }, [frame, rows, latest])
}

function askNear(element: HTMLElement, { rows, rowHeightPx, onNearStart, onNearEnd }: Latest): void {
  if (element.clientHeight === 0) return
  // An empty topic is at its end: its first record is asked for like any other.
  if (rows.length === 0) return onNearEnd()
  const shape = { topPx: element.scrollTop, heightPx: element.clientHeight, rowHeightPx, rows: rows.length }
  if (isNearStart(shape)) onNearStart()
  if (isNearEnd(shape)) onNearEnd()
}

/** When the inspector opens below: the end stays the end, and the row that was chosen stays to be seen. */
function keepInView(element: HTMLElement, { shape, rowHeightPx, selectedAt }: Latest): void {
  if (element.clientHeight === shape.heightPx) return
  const rowPx = selectedAt * rowHeightPx
  const wasSeen = rowPx >= shape.topPx - rowHeightPx && rowPx <= shape.topPx + shape.heightPx
  if (isAtBottom(shape)) element.scrollTop = element.scrollHeight
  if (selectedAt >= 0 && wasSeen)
    element.scrollTop = revealingTop(selectedAt, rowHeightPx, element.scrollTop, element.clientHeight)
}
