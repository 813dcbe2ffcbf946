import { formatTime } from '../time.ts'
import type { Column } from './column.ts'

/** When something happened: the time of day, or the date too; copied and sorted as milliseconds since 1970. */
export function timeColumn<Row extends { readonly atMs: number }>(timeZone: string, withDate = false): Column<Row> {
  return {
    id: 'time',
    title: 'Time',
    widthPx: withDate ? 186 : 108,
    mono: true,
    value: row => row.atMs,
    render: ({ atMs }) =>
      withDate ? (
        formatTime(atMs, timeZone)
      ) : (
        <span title={formatTime(atMs, timeZone)}>{formatTime(atMs, timeZone, 'time')}</span>
      ),
  }
}
