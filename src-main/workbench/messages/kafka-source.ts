import { zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { offsetRanges } from '../../../broker-core/client/admin/offsets.ts'
import { KafkaClientError, throwOnError } from '../../../broker-core/client/client-error.ts'
import type { ResponseOf } from '../../../broker-core/protocol/api.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { notFound } from '../failures.ts'
import { readBatches } from './batch-records.ts'
import { levelOf } from './partition-source.ts'
import type { Isolation, PartitionSource, ReadLimits, ReadResult } from './partition-source.ts'

type PartitionAnswer = ResponseOf<typeof fetch>['responses'][number]['partitions'][number]

/** Single batches beyond this are refused by the client: 100 times the default message.max.bytes. */
export const oneBatchBytesMax = 104_857_600

export interface FetchOrder extends ReadLimits {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly isolation: Isolation
  /** How long the broker may wait for a first byte; 0 answers at once. */
  readonly maxWaitMs?: number
  readonly lane?: string
  /** For several orders that belong together. Throws NOT_FOUND when the name means another topic by now. */
  readonly known?: KnownTopic
}

/** Which topic it is that a name means, from the first answer on; brokers before Kafka 2.8 do not tell. */
export interface KnownTopic {
  id: string | undefined
}

/** Offsets of a topic that was deleted mean nothing in the one that has its name now. */
export function checkSameTopic(known: KnownTopic, topic: string, topicId: string): void {
  if (known.id === undefined || topicId === zeroUuid || known.id === topicId) return
  throw notFound(`${topic} was deleted and created anew; open it again`)
}

/** One answer of the leader with its bytes as they lie in the log. Retries what passes; throws KafkaClientError. */
export async function fetchPartition(client: KafkaClient, order: FetchOrder): Promise<PartitionAnswer> {
  const { topic, partition, signal } = order
  return await client.retry(
    async () => {
      const { topicId } = await client.topic(topic, { signal })
      if (order.known !== undefined) checkSameTopic(order.known, topic, topicId)
      const maxWaitMs = order.maxWaitMs ?? 0
      const request = {
        ...fetch.request.zero,
        replicaId: -1,
        maxWaitMs,
        minBytes: maxWaitMs > 0 ? 1 : 0,
        maxBytes: order.bytesMax,
        isolationLevel: order.isolation === 'read-committed' ? 1 : 0,
        sessionEpoch: -1,
        topics: [
          {
            topic,
            topicId,
            partitions: [{ ...partitionZero, partition, fetchOffset: order.offset, partitionMaxBytes: order.bytesMax }],
          },
        ],
      }
      // Later versions know topics by their ids only, which older clusters have none of.
      const versions = topicId === zeroUuid ? { versionMax: 12 } : {}
      const options = { signal, ...versions, ...(order.lane === undefined ? {} : { lane: order.lane }) }
      const answer = await client.send(fetch, request, { to: 'leader', topic, partition }, options)
      throwOnError(answer.errorCode, { topic, partition })
      const found = answer.responses[0]?.partitions[0]
      // A broker that throttles answers for none of the partitions (KIP-219); the next attempt waits as long as it said.
      if (found === undefined && answer.throttleTimeMs > 0)
        throw new KafkaClientError('THROTTLING_QUOTA_EXCEEDED', { topic, partition })
      if (found === undefined) throw new Error('the leader answered for another partition')
      throwOnError(found.errorCode, { topic, partition })
      if (order.known !== undefined && topicId !== zeroUuid) order.known.id ??= topicId
      return found
    },
    { signal, timeoutMs: retryMs + (order.maxWaitMs ?? 0) },
  )
}

/** A page waits this long for a partition that has no leader, then shows what the others have. */
const retryMs = 3_000

const partitionZero = {
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
  logStartOffset: -1,
  replicaDirectoryId: zeroUuid,
  highWatermark: Number.POSITIVE_INFINITY,
}

/**
 * The records of one topic. Uncommitted reading asks below the last stable offset as a committed reader would, because only such
 * answers tell which transactions were aborted; what lies behind it is undecided.
 */
export function kafkaSource(client: KafkaClient, topic: string, isolation: Isolation): PartitionSource {
  const { compression } = client.env
  const known: KnownTopic = { id: undefined }
  const read = async (partition: number, offset: number, limits: ReadLimits, level: Isolation): Promise<ReadResult> => {
    const answer = await fetchPartition(client, { topic, partition, offset, isolation: level, known, ...limits })
    const bytes = recordBytes(answer)
    const stableOffset = answer.lastStableOffset < 0 ? answer.highWatermark : answer.lastStableOffset
    const aborted = answer.abortedTransactions ?? []
    const { records, nextOffset } = readBatches(bytes, { compression, from: offset, aborted, stableOffset })
    return {
      records: isolation === 'read-committed' ? records.filter(record => record.transaction === null) : records,
      nextOffset,
      startOffset: Math.max(0, answer.logStartOffset),
      endOffset: isolation === 'read-committed' ? stableOffset : answer.highWatermark,
      bytes: bytes.length,
    }
  }
  const readAt = async (partition: number, offset: number, limits: ReadLimits): Promise<ReadResult> => {
    const result = await read(partition, offset, limits, 'read-committed')
    const isBehindStable = result.nextOffset === offset && offset < result.endOffset
    return isolation === 'read-uncommitted' && isBehindStable ? await read(partition, offset, limits, isolation) : result
  }
  return {
    async read(partition, offset, limits) {
      try {
        return await readAt(partition, offset, limits)
      } catch (error) {
        if (!(error instanceof KafkaClientError) || error.code !== 'OFFSET_OUT_OF_RANGE') throw error
        const bounds = await boundsOf(client, { topic, partition, isolation, signal: limits.signal })
        // Retention, or somebody who emptied the topic, was faster than the reader; or the log was cut at its end.
        if (offset < bounds.startOffset) return await readAt(partition, bounds.startOffset, limits)
        return { records: [], nextOffset: offset, bytes: 0, ...bounds }
      }
    },
  }
}

type Bounded = Pick<FetchOrder, 'topic' | 'partition' | 'isolation' | 'signal'>

/** With OFFSET_OUT_OF_RANGE brokers do not say what the range is. */
async function boundsOf(
  client: KafkaClient,
  { topic, partition, isolation, signal }: Bounded,
): Promise<Pick<ReadResult, 'startOffset' | 'endOffset'>> {
  const options = { isolation: levelOf(isolation), signal, timeoutMs: retryMs }
  const [range] = await offsetRanges(client, [{ topic, partition }], options)
  return { startOffset: range?.startOffset ?? 0, endOffset: range?.endOffset ?? 0 }
}

export function recordBytes(answer: PartitionAnswer): Uint8Array {
  const chunks = answer.records?.chunks ?? []
  const [only] = chunks
  if (only === undefined) return new Uint8Array(0)
  if (chunks.length === 1) return only
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
