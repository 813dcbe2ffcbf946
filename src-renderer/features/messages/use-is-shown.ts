import { useEffect, useState } from 'react'
import type { RefObject } from 'react'

/** Whether an element has room on screen: a tab in the background keeps what it shows, but asks for nothing and takes no keys. */
export function useIsShown(element: RefObject<HTMLElement | null>): boolean {
  const [isShown, setShown] = useState(true)
  useEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const observer = new ResizeObserver(() => setShown(current.clientHeight > 0))
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return isShown
}
