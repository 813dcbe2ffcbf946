import type { KeyboardEvent } from 'react'

/** A line break in a key or header is hardly ever meant: it takes Shift. Fields of one line would change texts that have some. */
export function holdEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && !event.shiftKey) event.preventDefault()
}
