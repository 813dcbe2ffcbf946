import { markParts } from './mark-parts.ts'

/** Text with what was looked for marked in it; always text, whatever it holds. */
export function Marked({ text, highlight }: { readonly text: string; readonly highlight: RegExp | null }) {
  if (highlight === null) return text
  return markParts(text, highlight).map(part =>
    part.isHit ? <mark key={part.at}>{part.text}</mark> : <span key={part.at}>{part.text}</span>,
  )
}
