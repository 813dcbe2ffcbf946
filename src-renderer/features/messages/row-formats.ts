import type { Preview, RecordRow } from '../../../src-main/contract/views/records.ts'
import { decoderTitle } from '../../places/decoder-titles.ts'

/** How keys or values were read, and why. */
export interface PartFormat {
  readonly title: string
  readonly reason: string
}

export interface RowFormats {
  readonly key: PartFormat | null
  readonly value: PartFormat | null
}

/** Rows looked at: a topic holds one kind, or its kinds soon show. */
const rowsAsked = 50

/** Of the rows that have the part; when they differ, the most frequent first. Null when none has it. */
export function formatOf(rows: readonly RecordRow[], part: 'key' | 'value'): PartFormat | null {
  const previews = rows.map(row => (row.control === null ? row[part] : null)).filter(it => it !== null && it.decoder !== 'empty')
  const asked = previews.slice(0, rowsAsked) as Preview[]
  const counts = new Map<string, number>()
  for (const { decoder } of asked) counts.set(decoder, (counts.get(decoder) ?? 0) + 1)
  const names = [...counts].toSorted((a, b) => b[1] - a[1]).map(([name]) => name)
  const [first] = names
  if (first === undefined) return null
  const reason = asked.find(({ decoder }) => decoder === first)?.reason ?? ''
  const title = names.map(decoderTitle).join(', ')
  return { title, reason: `Read as ${title}: ${reason}` }
}

export const formatsOf = (rows: readonly RecordRow[]): RowFormats => ({
  key: formatOf(rows, 'key'),
  value: formatOf(rows, 'value'),
})
