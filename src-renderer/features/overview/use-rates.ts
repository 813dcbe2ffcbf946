import { useState } from 'react'
import type { BrokerRate, RateSample } from '../../../src-main/contract/views/cluster.ts'
import { useStream } from '../../bridge/use-stream.ts'

/** 15 minutes of one sample a second; the oldest go. */
export const samplesMax = 900

/** What each broker takes in per second, remembered and as it comes. */
export function useRates(connection: string): readonly RateSample[] {
  const [samples, setSamples] = useState<readonly RateSample[]>([])
  useStream(
    'cluster.rates',
    { connection },
    more => setSamples(before => [...before, ...more].slice(-samplesMax)),
    () => setSamples([]),
  )
  return samples
}

/** Of the last sample, when it is not older than this. */
export function ratesNow(samples: readonly RateSample[], nowMs: number, maxAgeMs = 20_000): readonly BrokerRate[] {
  const last = samples.at(-1)
  return last === undefined || nowMs - last.atMs > maxAgeMs ? [] : last.brokers
}
