import type { PointerEvent } from 'react'
import { isNumber, useRemembered } from '../preferences/use-remembered.ts'
import styles from './app.module.css'

const [minPx, maxPx, firstPx, keyStepPx] = [160, 480, 232, 16]

export function useSideWidth(): readonly [number, (widthPx: number) => void] {
  const [widthPx, keep] = useRemembered('side.width', firstPx, isNumber)
  return [clamp(widthPx), next => keep(clamp(next))]
}

const clamp = (widthPx: number): number => Math.max(minPx, Math.min(maxPx, Math.round(widthPx)))

/** The edge between the tree and the tabs. */
export function Resizer({ widthPx, onResize }: { readonly widthPx: number; readonly onResize: (widthPx: number) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget
    const startX = event.clientX
    handle.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => onResize(widthPx + moved.clientX - startX)
    handle.addEventListener('pointermove', move)
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), { once: true })
  }
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the tree"
      aria-valuenow={widthPx}
      aria-valuemin={minPx}
      aria-valuemax={maxPx}
      tabIndex={0}
      className={styles.resizer}
      onPointerDown={onPointerDown}
      onKeyDown={event => {
        const step = event.key === 'ArrowRight' ? keyStepPx : event.key === 'ArrowLeft' ? -keyStepPx : 0
        if (step !== 0) onResize(widthPx + step)
      }}
    />
  )
}
