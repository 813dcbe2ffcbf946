import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { metadata } from '../../broker-core/protocol/messages/03-metadata.ts'

/** What one broker says of one partition. */
export interface PartitionView {
  readonly topic: string
  readonly partition: number
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly isr: readonly number[]
  readonly replicas: number
}

export type TopicsView = readonly PartitionView[] | undefined

const viewTimeoutMs = 500

/** Asks every broker what it knows of some topics; undefined for those that do not answer. */
export function viewsOf(client: KafkaClient, ids: readonly number[], topics: readonly string[]): Promise<TopicsView[]> {
  const body = {
    ...metadata.request.zero,
    topics: topics.map(name => ({ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name })),
    allowAutoTopicCreation: false,
  }
  const ask = async (nodeId: number): Promise<TopicsView> => {
    const options = { timeoutMs: viewTimeoutMs, lane: 'views' }
    const answer = await client.send(metadata, body, { to: 'broker', nodeId }, options).catch(() => undefined)
    return answer?.topics.flatMap(topic =>
      topic.partitions.map(it => ({
        topic: topic.name ?? '',
        partition: it.partitionIndex,
        leaderId: it.leaderId,
        leaderEpoch: it.leaderEpoch,
        isr: it.isrNodes,
        replicas: it.replicaNodes.length,
      })),
    )
  }
  return Promise.all(ids.map(ask))
}

/** One view has all replicas of all its partitions in sync; `partitionsMin` of them at least are there. */
export const isWholeView = (view: TopicsView, partitionsMin: number): boolean =>
  view !== undefined && view.length >= partitionsMin && view.every(it => it.isr.length === it.replicas && it.leaderId >= 0)

export const viewText = (view: TopicsView): string =>
  view
    ?.map(it => `${it.topic}-${it.partition}: leader ${it.leaderId} epoch ${it.leaderEpoch} isr ${it.isr.join('/')}`)
    .join(', ') ?? 'silent'
