import { useLayoutEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** What the latest render was given, for effects and listeners that outlive it. */
export function useCurrent<T>(value: T): RefObject<T> {
  const current = useRef(value)
  useLayoutEffect(() => {
    current.current = value
  })
  return current
}
