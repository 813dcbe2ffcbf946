import { useState } from 'react'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { useStream } from '../../bridge/use-stream.ts'
import { noFeed, takeLagItem } from './lag-feed.ts'
import type { LagFeed } from './lag-feed.ts'

/** The lag of one group as the sampler sees it, sample by sample. */
export function useLagFeed(connection: string, group: string): LagFeed & { readonly failure: Failure | undefined } {
  const [feed, setFeed] = useState(noFeed)
  const { failure } = useStream('groups.lag', { connection, group }, item => setFeed(before => takeLagItem(before, item)))
  return { ...feed, failure }
}
