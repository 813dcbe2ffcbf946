import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { metadata } from '../../broker-core/protocol/messages/03-metadata.ts'

/** What one broker says of one partition. */
export interface PartitionView {
  readonly partition: number
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly isr: readonly number[]
}

const viewTimeoutMs = 500

/** Asks every broker what it knows of a topic; undefined for those that do not answer. */
export function viewsOf(
  client: KafkaClient,
  ids: readonly number[],
  topic: string,
): Promise<(readonly PartitionView[] | undefined)[]> {
  const body = {
    ...metadata.request.zero,
    topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name: topic }],
    allowAutoTopicCreation: false,
  }
  const ask = async (nodeId: number): Promise<readonly PartitionView[] | undefined> => {
    const options = { timeoutMs: viewTimeoutMs, lane: 'views' }
    const answer = await client.send(metadata, body, { to: 'broker', nodeId }, options).catch(() => undefined)
    return answer?.topics[0]?.partitions.map(it => ({
      partition: it.partitionIndex,
      leaderId: it.leaderId,
      leaderEpoch: it.leaderEpoch,
      isr: it.isrNodes,
    }))
  }
  return Promise.all(ids.map(ask))
}

/** One view has all replicas of all partitions in sync. */
export const isWholeView = (view: readonly PartitionView[] | undefined, partitions: number, replicas: number): boolean =>
  view !== undefined && view.length === partitions && view.every(it => it.isr.length === replicas && it.leaderId >= 0)

export const viewText = (view: readonly PartitionView[] | undefined): string =>
  view?.map(it => `${it.partition}: leader ${it.leaderId} epoch ${it.leaderEpoch} isr ${it.isr.join('/')}`).join(', ') ?? 'silent'
