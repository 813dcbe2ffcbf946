import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { TopicPartition } from '../../model/ids.ts'
import { errorName, type KafkaErrorName } from '../../model/kafka-errors.ts'
import { fetch } from '../../protocol/messages/01-fetch.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { groupByTopic } from '../admin/group-by-topic.ts'
import { isolationCodes, type IsolationLevel } from '../admin/offsets.ts'
import { throwOnError } from '../client-error.ts'
import type { KafkaClient, SendOptions } from '../kafka-client.ts'

export interface FetchPosition extends TopicPartition {
  readonly offset: number
  /** The first batch comes whole whatever its size. */
  readonly bytesMax: number
  /** As known when the leader was chosen: a broker that knows a newer one then says so, instead of answering as a lagging follower. */
  readonly leaderEpoch?: number
}

export interface FetchedPartition extends TopicPartition {
  readonly error: KafkaErrorName
  readonly highWatermark: number
  /** -1: not told. */
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** With read_committed: aborted transactions in the range of `records`. */
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[]
  /** Whole batches and perhaps a part of one; a view on the response. */
  readonly records: Uint8Array
}

export interface FetchOptions extends Pick<SendOptions, 'lane' | 'signal'> {
  readonly isolation: IsolationLevel
  /** How long the broker may wait for something to send; such calls need a lane of their own. */
  readonly waitMs: number
  /** Of all partitions together. */
  readonly bytesMax: number
}

/** Last version that names topics; later ones only have their ids (KIP-516). */
const lastVersionWithNames = 12

/**
 * One Fetch at one broker, without a fetch session. Leaders that the reply names are noted. Throws when there is no reply; what is
 * wrong with a partition stands in its result.
 */
export async function fetchPartitions(
  client: KafkaClient,
  nodeId: number,
  positions: readonly FetchPosition[],
  options: FetchOptions,
): Promise<readonly FetchedPartition[]> {
  const topicIds = new Map(positions.map(({ topic }) => [topic, client.cluster().topics.get(topic)?.topicId ?? zeroUuid]))
  const { lane, signal } = options
  const reply = await client.send(
    fetch,
    fetchRequest(positions, topicIds, options),
    { to: 'broker', nodeId },
    {
      timeoutMs: options.waitMs + client.settings.requestTimeoutMs,
      ...([...topicIds.values()].includes(zeroUuid) ? { versionMax: lastVersionWithNames } : {}),
      ...(lane === undefined ? {} : { lane }),
      ...(signal === undefined ? {} : { signal }),
    },
  )
  throwOnError(reply.errorCode, { api: fetch.name, broker: `broker ${nodeId}` })
  const names = new Map([...topicIds].map(([name, id]) => [id, name]))
  const partitions = reply.responses.flatMap(topic => {
    const name = topic.topic === '' ? names.get(topic.topicId) : topic.topic
    return name === undefined ? [] : topic.partitions.map(it => ({ at: { topic: name, partition: it.partitionIndex }, data: it }))
  })
  for (const { at, data } of partitions) client.noteLeader(at, data.currentLeader, reply.nodeEndpoints)
  return partitions.map(({ at, data }) => fetchedPartition(at, data))
}

function fetchRequest(
  positions: readonly FetchPosition[],
  topicIds: ReadonlyMap<string, string>,
  options: FetchOptions,
): RequestOf<typeof fetch> {
  return {
    ...fetch.request.zero,
    maxWaitMs: options.waitMs,
    minBytes: 1,
    maxBytes: options.bytesMax,
    isolationLevel: isolationCodes[options.isolation],
    topics: groupByTopic(positions).map(([topic, some]) => ({
      topic,
      topicId: topicIds.get(topic) ?? zeroUuid,
      partitions: some.map(it => ({
        ...partitionZero,
        partition: it.partition,
        currentLeaderEpoch: it.leaderEpoch ?? -1,
        fetchOffset: it.offset,
        partitionMaxBytes: it.bytesMax,
      })),
    })),
  }
}

const partitionZero = {
  lastFetchedEpoch: -1,
  logStartOffset: -1,
  replicaDirectoryId: zeroUuid,
  highWatermark: Number.POSITIVE_INFINITY,
}

const noBytes = new Uint8Array(0)

type PartitionData = ResponseOf<typeof fetch>['responses'][number]['partitions'][number]

function fetchedPartition(at: TopicPartition, data: PartitionData): FetchedPartition {
  return {
    ...at,
    error: errorName(data.errorCode),
    highWatermark: data.highWatermark,
    lastStableOffset: data.lastStableOffset,
    logStartOffset: data.logStartOffset,
    aborted: data.abortedTransactions ?? [],
    records: data.records?.chunks[0] ?? noBytes,
  }
}
