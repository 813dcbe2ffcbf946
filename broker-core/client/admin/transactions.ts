import type { TopicPartition } from '../../model/ids.ts'
import { errorName } from '../../model/kafka-errors.ts'
import { writeTxnMarkers } from '../../protocol/messages/27-write-txn-markers.ts'
import { describeProducers as describeProducersApi } from '../../protocol/messages/61-describe-producers.ts'
import { describeTransactions } from '../../protocol/messages/65-describe-transactions.ts'
import { listTransactions as listTransactionsApi } from '../../protocol/messages/66-list-transactions.ts'
import { throwOnError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { signalOf } from './controller-call.ts'

export interface ListedTransaction {
  readonly transactionalId: string
  readonly producerId: number
  /** `Empty`, `Ongoing`, `PrepareCommit`, `PrepareAbort`, `CompleteCommit`, `CompleteAbort`, `Dead`, … */
  readonly state: string
  readonly coordinatorId: number
}

/** All transactional ids: every broker is asked for those that it coordinates (KIP-664). */
export async function listTransactions(
  client: KafkaClient,
  options: RetryOptions & { readonly states?: readonly string[]; readonly producerIds?: readonly number[] } = {},
): Promise<readonly ListedTransaction[]> {
  const { brokers } = await client.refresh([], options)
  const body = {
    ...listTransactionsApi.request.zero,
    stateFilters: options.states ?? [],
    producerIdFilters: options.producerIds ?? [],
  }
  const asked = [...brokers.keys()].map(coordinatorId =>
    client.retry(async () => {
      const reply = await client.send(listTransactionsApi, body, { to: 'broker', nodeId: coordinatorId }, signalOf(options))
      throwOnError(reply.errorCode, { api: listTransactionsApi.name, broker: `broker ${coordinatorId}` })
      return reply.transactionStates.map(({ transactionState, ...rest }) => ({ ...rest, state: transactionState, coordinatorId }))
    }, options),
  )
  const all = (await Promise.all(asked)).flat()
  return all.sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1))
}

export interface TransactionDescription {
  readonly transactionalId: string
  readonly state: string
  readonly timeoutMs: number
  /** Wall clock of the coordinator; -1: none is open. */
  readonly startTimestampMs: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly partitions: readonly TopicPartition[]
}

/** Throws TRANSACTIONAL_ID_NOT_FOUND. */
export async function describeTransaction(
  client: KafkaClient,
  transactionalId: string,
  options: RetryOptions = {},
): Promise<TransactionDescription> {
  return client.retry(async () => {
    const destination = { to: 'coordinator', of: 'transaction', key: transactionalId } as const
    const reply = await client.send(describeTransactions, { transactionalIds: [transactionalId] }, destination, signalOf(options))
    const found = reply.transactionStates[0]
    throwOnError(found?.errorCode ?? -1, { api: describeTransactions.name, transactionalId })
    const state = found as NonNullable<typeof found>
    return {
      transactionalId,
      state: state.transactionState,
      timeoutMs: state.transactionTimeoutMs,
      startTimestampMs: state.transactionStartTimeMs,
      producerId: state.producerId,
      producerEpoch: state.producerEpoch,
      partitions: state.topics.flatMap(({ topic, partitions }) => partitions.map(partition => ({ topic, partition }))),
    }
  }, options)
}

export interface ActiveProducer {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestampMs: number
  readonly coordinatorEpoch: number
  /** -1: no transaction is open. */
  readonly transactionStartOffset: number
}

/** Producers with state in a partition, as its leader sees them (KIP-664). */
export async function describeProducers(
  client: KafkaClient,
  { topic, partition }: TopicPartition,
  options: RetryOptions = {},
): Promise<readonly ActiveProducer[]> {
  return client.retry(async () => {
    const body = { topics: [{ name: topic, partitionIndexes: [partition] }] }
    const reply = await client.send(describeProducersApi, body, { to: 'leader', topic, partition }, signalOf(options))
    const found = reply.topics[0]?.partitions[0]
    throwOnError(found?.errorCode ?? -1, { api: describeProducersApi.name, topic, partition }, found?.errorMessage)
    return (found?.activeProducers ?? []).map(it => ({
      producerId: it.producerId,
      producerEpoch: it.producerEpoch,
      lastSequence: it.lastSequence,
      lastTimestampMs: it.lastTimestamp,
      coordinatorEpoch: it.coordinatorEpoch,
      transactionStartOffset: it.currentTxnStartOffset,
    }))
  }, options)
}

/** Aborts a hanging transaction in one partition by an ABORT marker (KIP-664): its coordinator knows nothing of it any more. */
export async function abortHangingTransaction(
  client: KafkaClient,
  { topic, partition }: TopicPartition,
  producer: Pick<ActiveProducer, 'producerId' | 'producerEpoch' | 'coordinatorEpoch'>,
  options: RetryOptions = {},
): Promise<void> {
  const marker = {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    transactionResult: false,
    topics: [{ name: topic, partitionIndexes: [partition] }],
    coordinatorEpoch: Math.max(producer.coordinatorEpoch, 0),
    transactionVersion: 0,
  }
  await client.retry(async () => {
    const reply = await client.send(writeTxnMarkers, { markers: [marker] }, { to: 'leader', topic, partition }, signalOf(options))
    const code = reply.markers[0]?.topics[0]?.partitions[0]?.errorCode ?? -1
    throwOnError(code, { api: writeTxnMarkers.name, topic, partition }, code === -1 ? errorName(code) : undefined)
  }, options)
}
