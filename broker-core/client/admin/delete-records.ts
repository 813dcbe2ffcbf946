import { errorName } from '../../model/kafka-errors.ts'
import type { TopicPartition } from '../../model/ids.ts'
import { deleteRecords as deleteRecordsApi } from '../../protocol/messages/21-delete-records.ts'
import { type Outcome, KafkaClientError, outcomeOf } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { changesLane, signalOf } from './controller-call.ts'

export interface RecordsToDelete extends TopicPartition {
  /** Records below go; -1: all there are. */
  readonly beforeOffset: number
}

export interface RecordsDeleted extends TopicPartition, Outcome {
  /** The start of the log afterwards. */
  readonly logStartOffset: number
}

/** Moves the start of partitions forward, each at its leader. Cannot be undone. */
export function deleteRecords(
  client: KafkaClient,
  partitions: readonly RecordsToDelete[],
  options: RetryOptions = {},
): Promise<readonly RecordsDeleted[]> {
  return Promise.all(partitions.map(it => deleteBefore(client, it, options)))
}

async function deleteBefore(
  client: KafkaClient,
  { topic, partition, beforeOffset }: RecordsToDelete,
  options: RetryOptions,
): Promise<RecordsDeleted> {
  const timeoutMs = client.settings.requestTimeoutMs
  const body = { topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset: beforeOffset }] }], timeoutMs }
  try {
    return await client.retry(async () => {
      const sendOptions = { timeoutMs: timeoutMs + 5_000, lane: changesLane, ...signalOf(options) }
      const reply = await client.send(deleteRecordsApi, body, { to: 'leader', topic, partition }, sendOptions)
      const result = reply.topics[0]?.partitions[0]
      const failure = new KafkaClientError(errorName(result?.errorCode ?? -1), { api: deleteRecordsApi.name, topic, partition })
      if (failure.retriable) throw failure
      return { topic, partition, logStartOffset: result?.lowWatermark ?? -1, ...outcomeOf(result?.errorCode ?? -1) }
    }, options)
  } catch (error) {
    if (!(error instanceof KafkaClientError) || ['CANCELLED', 'CLOSED'].includes(error.code)) throw error
    const last = error.cause instanceof KafkaClientError ? error.cause : error
    return { topic, partition, logStartOffset: -1, error: errorNameOf(last), message: error.message }
  }
}

/** Failures on the way show as what Kafka's own clients call them. */
function errorNameOf(error: KafkaClientError): Outcome['error'] {
  if (error.code === 'CONNECTION_FAILED') return 'NETWORK_EXCEPTION'
  return error.code === 'TIMED_OUT' || error.code === 'OVERLOADED' ? 'REQUEST_TIMED_OUT' : (error.code as Outcome['error'])
}
