import { zeroUuid } from '../base/bytes/uuid.ts'
import { errorName } from '../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import { fetch } from '../protocol/messages/01-fetch.ts'
import { listOffsets } from '../protocol/messages/02-list-offsets.ts'
import type {
  FollowerFetch,
  FollowerFetchAnswer,
  FollowerPartitionAnswer,
  FollowerPosition,
  LeaderEndpoint,
  LeaderLogBounds,
} from '../replication/ports.ts'
import type { OutboundConnection } from '../wire/outbound-connection.ts'

export interface LeaderEndpointOptions {
  readonly brokerId: number
  brokerEpoch(): number
  readonly connection: OutboundConnection
}

type FetchRequest = RequestOf<typeof fetch>
type FetchResponse = ResponseOf<typeof fetch>
type FetchTopic = FetchRequest['topics'][number]
type PartitionResponse = FetchResponse['responses'][number]['partitions'][number]

const fetchVersion = fetch.versions[1]
const listOffsetsVersion = listOffsets.versions[1]
const latest = -1
const earliest = -2

/** A leader on another broker, over one connection of the follower's own. */
export function leaderEndpoint(options: LeaderEndpointOptions): LeaderEndpoint {
  const { connection } = options
  return {
    async fetch(request) {
      return fetchAnswer(await connection.call(fetch, fetchVersion, fetchRequest(options, request)))
    },
    async logBounds(position) {
      const [first, last] = await Promise.all([offsetAt(options, position, earliest), offsetAt(options, position, latest)])
      if (typeof first === 'string') return { error: first }
      if (typeof last === 'string') return { error: last }
      return { error: 'NONE', logStartOffset: first, logEndOffset: last } satisfies LeaderLogBounds
    },
    close: () => connection.close(),
  }
}

function fetchRequest(options: LeaderEndpointOptions, ask: FollowerFetch): FetchRequest {
  const topics = new Map<string, FetchTopic & { partitions: FetchTopic['partitions'][number][] }>()
  for (const position of ask.positions) {
    let topic = topics.get(position.topicId)
    if (topic === undefined) {
      topic = { topic: position.topic, topicId: position.topicId, partitions: [] }
      topics.set(position.topicId, topic)
    }
    topic.partitions.push({
      partition: position.partition,
      currentLeaderEpoch: position.currentLeaderEpoch,
      fetchOffset: position.fetchOffset,
      lastFetchedEpoch: position.lastFetchedEpoch,
      logStartOffset: position.logStartOffset,
      partitionMaxBytes: position.maxBytes,
      replicaDirectoryId: zeroUuid,
      // Infinity: not to be woken by it. The leader's data brings it along (KAFKA-9731).
      highWatermark: Number.POSITIVE_INFINITY,
    })
  }
  return {
    ...fetch.request.zero,
    replicaState: { replicaId: options.brokerId, replicaEpoch: options.brokerEpoch() },
    maxWaitMs: ask.maxWaitMs,
    minBytes: ask.minBytes,
    maxBytes: ask.maxBytes,
    sessionId: ask.sessionId,
    sessionEpoch: ask.sessionEpoch,
    topics: [...topics.values()],
    forgottenTopicsData: forgottenTopics(ask),
  }
}

function forgottenTopics(ask: FollowerFetch): FetchRequest['forgottenTopicsData'] {
  const topics = new Map<string, { topic: string; topicId: string; partitions: number[] }>()
  for (const { topic, topicId, partition } of ask.forgotten) {
    const known = topics.get(topicId)
    if (known === undefined) topics.set(topicId, { topic, topicId, partitions: [partition] })
    else known.partitions.push(partition)
  }
  return [...topics.values()]
}

function fetchAnswer(response: FetchResponse): FollowerFetchAnswer {
  return {
    error: errorName(response.errorCode),
    sessionId: response.sessionId,
    partitions: response.responses.flatMap(topic => topic.partitions.map(partition => partitionAnswer(topic.topicId, partition))),
  }
}

function partitionAnswer(topicId: string, partition: PartitionResponse): FollowerPartitionAnswer {
  const { divergingEpoch, records } = partition
  return {
    topicId,
    partition: partition.partitionIndex,
    error: errorName(partition.errorCode),
    highWatermark: partition.highWatermark,
    logStartOffset: partition.logStartOffset,
    ...(divergingEpoch.epoch < 0 ? {} : { divergingEpoch: { epoch: divergingEpoch.epoch, endOffset: divergingEpoch.endOffset } }),
    records: records?.chunks ?? [],
    recordsSizeBytes: records?.sizeBytes ?? 0,
  }
}

/** The offset, or the name of the error. */
async function offsetAt(options: LeaderEndpointOptions, position: FollowerPosition, timestamp: number): Promise<number | string> {
  const { topic, partition: partitionIndex, currentLeaderEpoch } = position
  const response = await options.connection.call(listOffsets, listOffsetsVersion, {
    replicaId: options.brokerId,
    isolationLevel: 0,
    topics: [{ name: topic, partitions: [{ partitionIndex, currentLeaderEpoch, timestamp }] }],
    timeoutMs: 0,
  })
  const answer = response.topics[0]?.partitions[0]
  if (answer === undefined) return 'UNKNOWN_SERVER_ERROR'
  return answer.errorCode === 0 ? answer.offset : errorName(answer.errorCode)
}
