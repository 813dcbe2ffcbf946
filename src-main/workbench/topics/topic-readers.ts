import type { TopicConsumer, TopicLags } from '../../contract/views/topics.ts'
import type { GroupLagBook, PartitionLag } from '../sampling/group-lag.ts'
import type { SampledGroup } from '../sampling/probe.ts'

export interface ReadersSample {
  readonly groups: readonly SampledGroup[]
  book(group: string): Pick<GroupLagBook, 'now'> | undefined
}

/** Groups that have committed something of the topic, those that lag most first. */
export function topicConsumers(topic: string, { groups, book }: ReadersSample): TopicConsumer[] {
  const readers = groups.flatMap(group => {
    const lags = (book(group.group)?.now.partitions ?? []).filter(it => it.topic === topic)
    return lags.length === 0 ? [] : [consumerOf(group, lags)]
  })
  return readers.sort((a, b) => (b.totalLag ?? -1) - (a.totalLag ?? -1) || (a.group < b.group ? -1 : 1))
}

function consumerOf(group: SampledGroup, lags: readonly PartitionLag[]): TopicConsumer {
  const ages = lags.map(it => it.lagMs)
  return {
    group: group.group,
    state: group.state === '' ? 'Unknown' : group.state,
    type: group.type,
    totalLag: totalOf(lags),
    worstLag: lags.reduce<number | null>((worst, { lag }) => (lag === null ? worst : Math.max(worst ?? 0, lag)), null),
    lagMs: ages.includes(null) ? null : Math.max(...ages.map(age => age ?? 0)),
    partitions: lags.map(({ partition, offset, endOffset, lag, lagMs }) => ({
      partition,
      committed: offset,
      endOffset,
      lag,
      lagMs,
    })),
  }
}

/** Of what is known; null when nothing is. */
function totalOf(lags: readonly PartitionLag[]): number | null {
  return lags.reduce<number | null>((total, { lag }) => (lag === null ? total : (total ?? 0) + lag), null)
}

/** One walk over what all groups have committed. */
export function topicLags({ groups, book }: ReadersSample): TopicLags['topics'] {
  const topics = new Map<string, { groupCount: number; worstLag: number | null; worstGroup: string | null }>()
  for (const { group } of groups) {
    for (const [topic, lag] of lagByTopic(book(group)?.now.partitions ?? [])) {
      const known = topics.get(topic) ?? { groupCount: 0, worstLag: null, worstGroup: null }
      topics.set(topic, known)
      known.groupCount += 1
      if (lag === null || (known.worstLag !== null && lag <= known.worstLag)) continue
      known.worstLag = lag
      known.worstGroup = group
    }
  }
  return [...topics].map(([topic, facts]) => ({ topic, ...facts }))
}

function lagByTopic(partitions: readonly PartitionLag[]): Map<string, number | null> {
  const lags = new Map<string, number | null>()
  for (const { topic, lag } of partitions) {
    const known = lags.get(topic) ?? null
    lags.set(topic, lag === null ? known : (known ?? 0) + lag)
  }
  return lags
}
