import type { RateSample } from '../../../src-main/contract/views/cluster.ts'
import type { ChartSeries } from '../../charts/series.ts'

export type RateKind = 'records' | 'bytes'

/** One line per broker; null where a broker does not tell, so that its line breaks while it is gone. */
export function rateSeries(
  samples: readonly RateSample[],
  kind: RateKind,
  colourOf: (brokerId: number) => string,
): ChartSeries[] {
  const ids = [...new Set(samples.flatMap(sample => sample.brokers.map(broker => broker.brokerId)))].sort((a, b) => a - b)
  return ids.map(brokerId => ({
    id: String(brokerId),
    name: `broker ${brokerId}`,
    colour: colourOf(brokerId),
    points: samples.map(({ atMs, brokers }) => {
      const rate = brokers.find(broker => broker.brokerId === brokerId)
      const value = kind === 'records' ? rate?.recordsInPerSecond : rate?.bytesInPerSecond
      return { atMs, value: value ?? null }
    }),
  }))
}
