import type { TopicPartitions } from '../../coordinator/transactions/transaction.ts'
import type { TransactionCoordinator } from '../../coordinator/transactions/transaction-coordinator.ts'
import { isInternalTopic } from '../../model/internal-topics.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { addPartitionsToTxn } from '../../protocol/messages/24-add-partitions-to-txn.ts'
import { fencedError } from '../fenced-error.ts'
import { handler, type Handler } from '../handler.ts'
import type { TopicNames } from '../topic-address.ts'

type Request = RequestOf<typeof addPartitionsToTxn>
type Transaction = Request['transactions'][number]
type Response = ResponseOf<typeof addPartitionsToTxn>
type TopicResult = Response['resultsByTopicV3AndBelow'][number]

const batchesSince = 4
const producerFencedSince = 2
const abortableSince = 5

interface Deps {
  readonly transactions: Pick<TransactionCoordinator, 'addPartitions' | 'verifyPartitions'>
  readonly topics: Pick<TopicNames, 'topic'>
}

/** AddPartitionsToTxn v0-5: TXN-06; from version 4 on for brokers, several transactions and verification (TXN-07, TXN-20). */
export function addPartitionsToTxnHandler(deps: Deps): Handler<typeof addPartitionsToTxn> {
  return handler(addPartitionsToTxn, async (request, { apiVersion }) => {
    if (apiVersion < batchesSince) {
      const transaction: Transaction = {
        transactionalId: request.v3AndBelowTransactionalId,
        producerId: request.v3AndBelowProducerId,
        producerEpoch: request.v3AndBelowProducerEpoch,
        verifyOnly: false,
        topics: request.v3AndBelowTopics,
      }
      return {
        ...addPartitionsToTxn.response.zero,
        resultsByTopicV3AndBelow: await oneTransaction(deps, transaction, apiVersion),
      }
    }
    const resultsByTransaction = await Promise.all(
      request.transactions.map(async transaction => ({
        transactionalId: transaction.transactionalId,
        topicResults: await oneTransaction(deps, transaction, apiVersion),
      })),
    )
    return { ...addPartitionsToTxn.response.zero, resultsByTransaction }
  })
}

async function oneTransaction(deps: Deps, transaction: Transaction, apiVersion: number): Promise<readonly TopicResult[]> {
  const refusalOf = (topic: string, partition: number): KafkaErrorName | undefined => {
    // Clients have their offsets added by AddOffsetsToTxn; brokers know what they do.
    if (apiVersion < batchesSince && isInternalTopic(topic)) return 'TOPIC_AUTHORIZATION_FAILED'
    const count = deps.topics.topic(topic)?.partitionCount ?? 0
    return partition >= 0 && partition < count ? undefined : 'UNKNOWN_TOPIC_OR_PARTITION'
  }
  const isRefused = transaction.topics.some(({ name, partitions }) => partitions.some(partition => refusalOf(name, partition)))
  if (isRefused) {
    return results(transaction.topics, (topic, partition) => refusalOf(topic, partition) ?? 'OPERATION_NOT_ATTEMPTED')
  }
  const reply = await asked(deps, transaction, apiVersion)
  let next = 0
  return results(transaction.topics, () => {
    const error = typeof reply === 'string' ? reply : (reply[next++] ?? 'UNKNOWN_SERVER_ERROR')
    if (error === 'TRANSACTION_ABORTABLE' && apiVersion < abortableSince) return 'INVALID_TXN_STATE'
    return fencedError(error, apiVersion, producerFencedSince)
  })
}

function asked(
  { transactions }: Deps,
  { transactionalId, producerId, producerEpoch, verifyOnly, topics }: Transaction,
  apiVersion: number,
): Promise<KafkaErrorName | readonly KafkaErrorName[]> {
  const wanted: TopicPartitions[] = topics.map(({ name, partitions }) => ({ topic: name, partitions }))
  const common = { transactionalId, producerId, producerEpoch, topics: wanted }
  if (verifyOnly) return transactions.verifyPartitions(common)
  // Clients that no longer ask themselves leave it to the broker that they produce to (TXN-22).
  return transactions.addPartitions({ ...common, clientVersion: apiVersion >= batchesSince ? 2 : 0 })
}

const results = (
  topics: Transaction['topics'],
  errorOf: (topic: string, partition: number) => KafkaErrorName,
): readonly TopicResult[] =>
  topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map(partitionIndex => ({
      partitionIndex,
      partitionErrorCode: errorCode(errorOf(name, partitionIndex)),
    })),
  }))
