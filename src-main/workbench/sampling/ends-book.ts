import type { ClusterMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { RateSample } from '../../contract/views/cluster.ts'
import type { Ends } from './group-lag.ts'
import { offsetHistory } from './offset-history.ts'
import type { OffsetHistory } from './offset-history.ts'
import { keyOf } from './probe.ts'
import type { SampledGroup } from './probe.ts'
import { trend } from './trend.ts'
import type { Trend } from './trend.ts'

/** Partitions whose ends are remembered over time, for ages. Beyond it ages are unknown. */
const historiesMax = 5_000

export interface EndsBook extends Ends {
  add(atMs: number, cluster: ClusterMetadata, answered: ReadonlyMap<string, number>, groups: readonly SampledGroup[]): void
  byBroker(): RateSample['brokers']
  topicRate(topic: string): number | null
  total(): number | null
}

/** What came since the first look: ends as they are would jump where one is told later, and fall where a topic is made anew. */
interface Growth {
  readonly trend: Trend
  appended: number
}

const newGrowth = (): Growth => ({ trend: trend(3_000), appended: 0 })

/** Ends of all partitions, and what their growth says. */
export function endsBook(): EndsBook {
  const now = new Map<string, number>()
  const histories = new Map<string, OffsetHistory>()
  const topicTrends = new Map<string, Growth>()
  const brokerTrends = new Map<number, Growth>()
  const total = newGrowth()
  const forgetGone = (cluster: ClusterMetadata) => {
    for (const topic of topicTrends.keys()) if (!cluster.topics.has(topic)) topicTrends.delete(topic)
    for (const key of now.keys()) {
      if (cluster.topics.has(key.slice(0, key.lastIndexOf('/')))) continue
      now.delete(key)
      histories.delete(key)
    }
  }
  return {
    add(atMs, cluster, answered, groups) {
      forgetGone(cluster)
      const read = new Set(groups.flatMap(group => group.committed.map(it => keyOf(it.topic, it.partition))))
      for (const nodeId of cluster.brokers.keys()) if (!brokerTrends.has(nodeId)) brokerTrends.set(nodeId, newGrowth())
      for (const topic of cluster.topics.values()) {
        const ofTopic = topicTrends.get(topic.name) ?? newGrowth()
        topicTrends.set(topic.name, ofTopic)
        for (const { partition, leaderId } of topic.partitions) {
          const key = keyOf(topic.name, partition)
          const endOffset = answered.get(key)
          const before = now.get(key)
          if (endOffset === undefined) continue
          // A partition seen for the first time tells nothing of its growth yet.
          const grown = before === undefined ? 0 : Math.max(0, endOffset - before)
          const broker = brokerTrends.get(leaderId)
          if (broker !== undefined) broker.appended += grown
          ofTopic.appended += grown
          total.appended += grown
          now.set(key, endOffset)
          remember(histories, key, { atMs, endOffset }, read.has(key))
        }
        ofTopic.trend.add(atMs, ofTopic.appended)
      }
      for (const broker of brokerTrends.values()) broker.trend.add(atMs, broker.appended)
      total.trend.add(atMs, total.appended)
    },
    end: at => now.get(keyOf(at.topic, at.partition)),
    history: at => histories.get(keyOf(at.topic, at.partition)),
    topicRate: topic => topicTrends.get(topic)?.trend.perSecond() ?? null,
    total: () => total.trend.perSecond(),
    byBroker: () =>
      [...brokerTrends].map(([brokerId, broker]) => ({
        brokerId,
        recordsInPerSecond: broker.trend.perSecond() ?? 0,
        bytesInPerSecond: null,
      })),
  }
}

function remember(
  histories: Map<string, OffsetHistory>,
  key: string,
  at: { readonly atMs: number; readonly endOffset: number },
  isRead: boolean,
): void {
  let history = histories.get(key)
  if (history === undefined) {
    // Partitions that a group reads come first when there are too many.
    if (histories.size >= (isRead ? historiesMax : historiesMax / 2)) return
    history = offsetHistory()
    histories.set(key, history)
  }
  history.add(at.atMs, at.endOffset)
}
