import { useRef } from 'react'
import type { PointerEvent, ReactNode } from 'react'
import { isNumber, useRemembered } from '../preferences/use-remembered.ts'

const [minPx, firstPx, keyStepPx] = [110, 280, 24]

export interface SplitBelowProps {
  readonly storageKey: string
  readonly top: ReactNode
  /** Null: the top has all the room. */
  readonly bottom: ReactNode | null
}

/** Two parts above each other; the edge between them can be moved, and stays where it was. */
export function SplitBelow({ storageKey, top, bottom }: SplitBelowProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [heightPx, keep] = useRemembered(`split.${storageKey}`, firstPx, isNumber)
  const resize = (next: number) => {
    const maxPx = (frame.current?.clientHeight ?? 600) - minPx
    keep(Math.max(minPx, Math.min(maxPx, Math.round(next))))
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget
    const startY = event.clientY
    handle.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => resize(heightPx - moved.clientY + startY)
    handle.addEventListener('pointermove', move)
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), { once: true })
  }
  return (
    <div ref={frame} style={{ display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0 }}>
      <div style={{ display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0 }}>{top}</div>
      {bottom !== null && (
        <>
          <div
            role="separator"
            aria-orientation="horizontal"
            aria-label="Height of the inspector"
            aria-valuenow={heightPx}
            tabIndex={0}
            style={{ height: 5, margin: '-2px 0', cursor: 'row-resize', zIndex: 3, touchAction: 'none', flex: 'none' }}
            onPointerDown={onPointerDown}
            onKeyDown={event => {
              const step = event.key === 'ArrowUp' ? keyStepPx : event.key === 'ArrowDown' ? -keyStepPx : 0
              if (step !== 0) resize(heightPx + step)
            }}
          />
          <div
            style={{ height: heightPx, maxHeight: '75%', flex: 'none', minHeight: 0, display: 'flex', flexDirection: 'column' }}
          >
            {bottom}
          </div>
        </>
      )}
    </div>
  )
}
