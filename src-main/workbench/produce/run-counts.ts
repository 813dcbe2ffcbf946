import type { Delivery } from '../../../broker-core/client/producing/producer-options.ts'
import type { ProduceProgress } from '../../contract/views/records.ts'

const latenciesMax = 2_000

/** What is counted of a run. Latencies are those of its last records. */
export interface RunCounts {
  /** Counts the record as sent now, as acknowledged when it is. */
  sent(delivery: Promise<Delivery>, bytes: number): Promise<Delivery>
  progress(about: Pick<ProduceProgress, 'run' | 'state' | 'total' | 'outcome'>): ProduceProgress
}

export function runCounts(monotonicMs: () => number): RunCounts {
  const startMs = monotonicMs()
  const latencies: number[] = []
  let sent = 0
  let acked = 0
  let bytes = 0
  let last: ProduceProgress['last'] = null
  let lastAckMs = startMs
  return {
    async sent(delivery, size) {
      const sentMs = monotonicMs()
      sent += 1
      bytes += size
      const done = await delivery
      lastAckMs = monotonicMs()
      latencies[acked % latenciesMax] = lastAckMs - sentMs
      acked += 1
      last = { partition: done.partition, offset: done.offset }
      return done
    },
    progress(about) {
      const seconds = Math.max(lastAckMs - startMs, 1) / 1_000
      const tookMs = monotonicMs() - startMs
      return { ...about, sent, acked, bytes, ratePerSecond: acked / seconds, latencyMs: percentiles(latencies), last, tookMs }
    },
  }
}

function percentiles(latencies: readonly number[]): ProduceProgress['latencyMs'] {
  if (latencies.length === 0) return null
  const sorted = [...latencies].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number
  return { median: at(0.5), p99: at(0.99) }
}
