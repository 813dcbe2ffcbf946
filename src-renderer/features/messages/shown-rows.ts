import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { headersText } from './columns.tsx'

/** Rows in whose shown text every word occurs, whatever the case. */
export function rowsMatching(rows: readonly RecordRow[], text: string): readonly RecordRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(row => {
    const all = [row.partition, row.offset, row.key?.text, row.value?.text, headersText(row), ...row.fields]
      .join('\u0000')
      .toLowerCase()
    return words.every(word => all.includes(word))
  })
}

/** Whether the rows are all of one day of the zone that is also today: their times need no date. */
export function isAllToday(rows: readonly RecordRow[], nowMs: number, offsetMs: number): boolean {
  const day = (ms: number) => Math.floor((ms + offsetMs) / 86_400_000)
  return rows.length > 0 && rows.every(row => day(row.timestampMs) === day(nowMs))
}
