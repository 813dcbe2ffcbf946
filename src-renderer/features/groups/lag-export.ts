import { csvCell } from '../../widgets/table/copy-rows.ts'
import { placeText } from './lag-text.ts'
import type { MergedLag } from './lag-feed.ts'

/** One line per sample; times in ISO 8601 and in milliseconds since 1970. Gaps have no line. */
export function lagAsCsv({ partitions, moments }: MergedLag): string {
  const head = ['time', 'time_ms', 'lag', 'lag_ms', 'committed_per_second', 'appended_per_second', ...partitions.map(placeText)]
  const lines = moments.flatMap(moment =>
    'isGap' in moment
      ? []
      : [
          [
            new Date(moment.atMs).toISOString(),
            moment.atMs,
            moment.totalLag,
            moment.lagMs,
            moment.committedPerSecond,
            moment.appendedPerSecond,
            ...moment.lags,
          ],
        ],
  )
  return `${[head, ...lines].map(cells => cells.map(csvCell).join(',')).join('\r\n')}\r\n`
}

export function lagAsJson(group: string, { partitions, moments, restartsAtMs }: MergedLag): string {
  const samples = moments.filter(moment => !('isGap' in moment))
  return `${JSON.stringify({ group, partitions, restartsAtMs, samples }, null, 1)}\n`
}
