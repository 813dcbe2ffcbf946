export interface TextPart {
  readonly at: number
  readonly text: string
  readonly isHit: boolean
}

/** Marks in one cell: more would only cost time. */
const hitsMax = 20

/** A text cut where the pattern matches. Empty matches are none. */
export function markParts(text: string, pattern: RegExp): TextPart[] {
  const search = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`)
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(search)) {
    if (match[0] === '') continue
    if (match.index > from) parts.push({ at: from, text: text.slice(from, match.index), isHit: false })
    parts.push({ at: match.index, text: match[0], isHit: true })
    from = match.index + match[0].length
    if (parts.length > hitsMax * 2) break
  }
  if (from < text.length) parts.push({ at: from, text: text.slice(from), isHit: false })
  return parts
}

/** A plain text as a pattern that finds it in any case; null for none. */
export function textPattern(text: string): RegExp | null {
  const plain = text.trim()
  return plain === '' ? null : new RegExp(plain.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'gi')
}
