import type { RebalanceEvent } from '../../../src-main/contract/views/groups.ts'
import type { ChartMarker, ChartPoint, ChartSeries } from '../../charts/series.ts'
import { partitionColour } from '../../widgets/marks.tsx'
import type { MergedLag } from './lag-feed.ts'
import { placeText } from './lag-text.ts'

/** One line per partition, in records. */
export function countSeries({ partitions, moments }: MergedLag): readonly ChartSeries[] {
  const hasOneTopic = new Set(partitions.map(it => it.topic)).size === 1
  return partitions.map((at, index) => ({
    id: placeText(at),
    name: hasOneTopic ? `Partition ${at.partition}` : placeText(at),
    colour: partitionColour(at.partition),
    points: moments.map(
      (moment): ChartPoint => ({
        atMs: moment.atMs,
        value: 'isGap' in moment ? null : (moment.lags[index] ?? null),
      }),
    ),
  }))
}

/** One line: the age of the oldest record still to be read. The sampler keeps no age per partition. */
export const ageSeries = ({ moments }: MergedLag): readonly ChartSeries[] => [
  {
    id: 'age',
    name: 'Oldest unread',
    colour: 'var(--accent)',
    points: moments.map(moment => ({ atMs: moment.atMs, value: 'isGap' in moment ? null : moment.lagMs })),
  },
]

/** Where this app was started anew, and where the group shared out its partitions anew: the time it was seen unsettled, else a line. */
export const lagMarkers = (
  restartsAtMs: readonly number[],
  rebalances: readonly Pick<RebalanceEvent, 'atMs' | 'unsettledMs' | 'reason'>[],
): readonly ChartMarker[] =>
  [
    ...restartsAtMs.map((atMs): ChartMarker => ({ atMs, text: 'workbench started' })),
    ...rebalances.map(({ atMs, unsettledMs, reason }): ChartMarker => {
      const text = `rebalance: ${reason}`
      return unsettledMs === null || unsettledMs === 0 ? { atMs, text } : { atMs: atMs - unsettledMs, toMs: atMs, text }
    }),
  ].sort((a, b) => a.atMs - b.atMs)
