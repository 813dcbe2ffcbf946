import type { TopicPartition } from '../../model/ids.ts'
import { KafkaClientError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import {
  type ActiveProducer,
  describeProducers,
  describeTransaction,
  listTransactions,
  type TransactionDescription,
} from './transactions.ts'

/** A transaction that a partition has open. */
export interface OpenTransaction extends TopicPartition, ActiveProducer {}

/** Kafka's longest transaction, `transaction.max.timeout.ms`: after that its coordinator has ended what it knows of. */
const quietMsDefault = 900_000

/**
 * Open transactions whose coordinator does not know that they are in the partition: nobody will ever write their marker, and the last
 * stable offset stands still (KIP-664, as `kafka-transactions find-hanging`). The partitions are asked first, then the coordinators, so
 * one that ends meanwhile looks hanging: only those count whose producer has been quiet for `quietMs`.
 */
export async function findHangingTransactions(
  client: KafkaClient,
  partitions: readonly TopicPartition[],
  options: RetryOptions & { readonly quietMs?: number } = {},
): Promise<readonly OpenTransaction[]> {
  const open = (await Promise.all(partitions.map(partition => openTransactions(client, partition, options)))).flat()
  const quietSinceMs = client.env.clock.nowMs() - (options.quietMs ?? quietMsDefault)
  const suspects = open.filter(({ lastTimestampMs }) => lastTimestampMs <= quietSinceMs)
  if (suspects.length === 0) return []
  const producerIds = [...new Set(suspects.map(({ producerId }) => producerId))]
  const listed = await listTransactions(client, { ...options, producerIds })
  const described = await Promise.all(listed.map(({ transactionalId }) => describeIfThere(client, transactionalId, options)))
  return hangingAmong(
    suspects,
    described.filter(one => one !== undefined),
  )
}

/** Those that no transaction of a coordinator accounts for. */
export function hangingAmong(
  open: readonly OpenTransaction[],
  coordinated: readonly Pick<TransactionDescription, 'producerId' | 'partitions'>[],
): readonly OpenTransaction[] {
  const known = new Set(
    coordinated.flatMap(({ producerId, partitions }) =>
      partitions.map(({ topic, partition }) => `${producerId} ${topic}-${partition}`),
    ),
  )
  return open.filter(({ producerId, topic, partition }) => !known.has(`${producerId} ${topic}-${partition}`))
}

async function openTransactions(
  client: KafkaClient,
  partition: TopicPartition,
  options: RetryOptions,
): Promise<readonly OpenTransaction[]> {
  const producers = await describeProducers(client, partition, options)
  return producers.filter(it => it.transactionStartOffset >= 0).map(it => ({ ...it, ...partition }))
}

/** An id may expire between the two questions. */
async function describeIfThere(client: KafkaClient, transactionalId: string, options: RetryOptions) {
  try {
    return await describeTransaction(client, transactionalId, options)
  } catch (error) {
    if (error instanceof KafkaClientError && error.code === 'TRANSACTIONAL_ID_NOT_FOUND') return undefined
    throw error
  }
}
