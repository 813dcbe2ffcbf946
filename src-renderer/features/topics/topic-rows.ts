import type { TopicLags, TopicSummary } from '../../../src-main/contract/views/topics.ts'

/** A topic of the list, with what its groups say once that is known. */
export interface TopicRow {
  readonly topic: TopicSummary
  /** Null while unknown. */
  readonly groupCount: number | null
  readonly worstLag: number | null
  readonly worstGroup: string | null
}

const rowsKept = new WeakMap<TopicSummary, TopicRow>()

/** The same topic with the same lag is the same row, so that lists draw only what changed. */
export function topicRows(topics: readonly TopicSummary[], lags: TopicLags | undefined, showInternal: boolean): TopicRow[] {
  const byTopic = new Map(lags?.topics.map(it => [it.topic, it]))
  const rows: TopicRow[] = []
  for (const topic of topics) {
    if (topic.internal && !showInternal) continue
    const lag = byTopic.get(topic.name)
    const groupCount = lags === undefined ? null : (lag?.groupCount ?? 0)
    const [worstLag, worstGroup] = [lag?.worstLag ?? null, lag?.worstGroup ?? null]
    const kept = rowsKept.get(topic)
    if (kept !== undefined && kept.groupCount === groupCount && kept.worstLag === worstLag && kept.worstGroup === worstGroup) {
      rows.push(kept)
      continue
    }
    const row = { topic, groupCount, worstLag, worstGroup }
    rowsKept.set(topic, row)
    rows.push(row)
  }
  return rows
}
