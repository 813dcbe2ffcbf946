import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { CoordinatorPorts, PartitionLeadership } from '../ports.ts'
import { type ProducerIds, producerIds } from '../producer-ids.ts'
import type { Ticket } from '../runtime/machine.ts'
import { partitionFor } from '../runtime/partitioner.ts'
import { Shards } from '../runtime/shards.ts'
import type {
  AddPartitionsCommand,
  EndCommand,
  EndReply,
  InitReply,
  ProducerIdentity,
  SendMarkers,
  TransactionCommand,
  TransactionFact,
  TransactionsState,
  VerifyCommand,
} from './commands.ts'
import {
  type DescribedTransaction,
  describeTransactionIn,
  type ListedTransaction,
  listTransactionsIn,
  type TransactionFilters,
} from './describe.ts'
import { refusedEnd } from './end.ts'
import { refusedInit } from './init-producer-id.ts'
import { transactionMachine } from './machine.ts'
import { MarkerDelivery } from './marker-delivery.ts'
import { defaultTransactionSettings, type TransactionSettings } from './settings.ts'

export interface InitProducerIdRequest {
  /** Null: an idempotent producer without transactions (IDEM-01). */
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  /** What the client has; -1 for nothing (TXN-03). */
  readonly producerId: number
  readonly producerEpoch: number
}

export interface ProducerIdReply extends ProducerIdentity {
  readonly error: KafkaErrorName
}

type Asked<Command> = Omit<Command, 'kind' | 'ticket' | 'freshProducerId'>

/** The transactional ids whose partition of `__transaction_state` this broker leads, for everybody else NOT_COORDINATOR. */
export interface TransactionCoordinator {
  readonly leadership: PartitionLeadership
  /** INT-02; undefined while the topic does not exist. */
  partitionOf(transactionalId: string): number | undefined
  initProducerId(request: InitProducerIdRequest): Promise<ProducerIdReply>
  addPartitions(request: Asked<AddPartitionsCommand>): Promise<KafkaErrorName>
  /** One error for all, or one for each partition in order (TXN-20). */
  verifyPartitions(request: Asked<VerifyCommand>): Promise<KafkaErrorName | readonly KafkaErrorName[]>
  endTransaction(request: Asked<EndCommand>): Promise<ProducerIdReply>
  /** Undefined: there is no such transactional id. */
  describeTransaction(transactionalId: string): Promise<DescribedTransaction | KafkaErrorName | undefined>
  /** With an error when a partition led here is still loading. */
  listTransactions(
    filters: TransactionFilters,
  ): Promise<{ readonly error: KafkaErrorName; readonly transactions: readonly ListedTransaction[] }>
  close(): void
}

type TransactionShards = Shards<TransactionsState, TransactionCommand, TransactionFact, SendMarkers>

/**
 * How long a request waits for the markers of the transaction before, rather than have its client come back a little later (TXN-25).
 */
const concurrentWaitMs = 500

export function startTransactionCoordinator(
  ports: CoordinatorPorts,
  settings: TransactionSettings = defaultTransactionSettings,
): TransactionCoordinator {
  const machine = transactionMachine(settings)
  const delivery = new MarkerDelivery(ports)
  const partitionOf = (transactionalId: string): number | undefined => {
    const topic = ports.metadata.topic('__transaction_state')
    return topic && partitionFor(transactionalId, topic.partitionCount)
  }
  const shards: TransactionShards = new Shards({
    machine: () => machine,
    ports,
    partitionOf,
    perform({ transaction: prepared }, shard) {
      delivery.send(prepared, shard.leaderEpoch, async () => {
        const error = await shard.ask<KafkaErrorName>(ticket => ({ kind: 'complete', ticket, prepared }), same)
        return error === 'NONE' || error === 'NOT_COORDINATOR'
      })
    },
  })
  return {
    leadership: {
      elected: log => shards.elected(log),
      resigned(partition, leaderEpoch) {
        shards.resigned(partition, leaderEpoch)
        if (shards.shard(partition) === undefined) delivery.stop(transactionalId => partitionOf(transactionalId) === partition)
      },
    },
    partitionOf,
    ...transactionRequests(shards, delivery, producerIds(ports.producerIds), settings),
    ...transactionQueries(shards),
    close() {
      delivery.close()
      shards.close()
    },
  }
}

const same = (error: KafkaErrorName): KafkaErrorName => error

function transactionRequests(
  shards: TransactionShards,
  delivery: MarkerDelivery,
  ids: ProducerIds,
  settings: TransactionSettings,
) {
  const init = (transactionalId: string, request: InitProducerIdRequest, freshProducerId?: number): Promise<InitReply> => {
    const { producerId, producerEpoch, transactionTimeoutMs: timeoutMs } = request
    const expected = producerId < 0 ? undefined : { producerId, producerEpoch }
    return shards.ask(
      transactionalId,
      (ticket: Ticket<InitReply>) => ({ kind: 'init', ticket, transactionalId, timeoutMs, expected, freshProducerId }),
      refusedInit,
    )
  }
  const end = (request: Asked<EndCommand>, freshProducerId?: number): Promise<EndReply> =>
    shards.ask(
      request.transactionalId,
      (ticket: Ticket<EndReply>) => ({ ...request, kind: 'end', ticket, freshProducerId }),
      refusedEnd,
    )
  const add = (request: Asked<AddPartitionsCommand>): Promise<KafkaErrorName> =>
    shards.ask(
      request.transactionalId,
      (ticket: Ticket<KafkaErrorName>) => ({ ...request, kind: 'add-partitions', ticket }),
      same,
    )
  return {
    async initProducerId(request: InitProducerIdRequest): Promise<ProducerIdReply> {
      const { transactionalId } = request
      const refusal = initRefusal(request, settings)
      if (refusal !== undefined) return refusedInit(refusal)
      if (transactionalId === null) return idempotentProducer(ids)
      const reply = await withFreshId(ids, freshId => init(transactionalId, request, freshId))
      if (reply.error !== 'CONCURRENT_TRANSACTIONS') return reply
      await delivery.settled(transactionalId, concurrentWaitMs)
      return withFreshId(ids, freshId => init(transactionalId, request, freshId))
    },
    async addPartitions(request: Asked<AddPartitionsCommand>): Promise<KafkaErrorName> {
      if (request.transactionalId === '') return 'INVALID_REQUEST'
      const error = await add(request)
      if (error !== 'CONCURRENT_TRANSACTIONS') return error
      await delivery.settled(request.transactionalId, concurrentWaitMs)
      return add(request)
    },
    verifyPartitions: (request: Asked<VerifyCommand>): Promise<KafkaErrorName | readonly KafkaErrorName[]> =>
      shards.ask(
        request.transactionalId,
        (ticket: Ticket<KafkaErrorName | readonly KafkaErrorName[]>) => ({ ...request, kind: 'verify', ticket }),
        same,
      ),
    async endTransaction(request: Asked<EndCommand>): Promise<ProducerIdReply> {
      if (request.transactionalId === '') return refusedEnd('INVALID_REQUEST')
      return withFreshId(ids, freshId => end(request, freshId))
    },
  }
}

function transactionQueries(shards: TransactionShards) {
  return {
    describeTransaction: (transactionalId: string): Promise<DescribedTransaction | KafkaErrorName | undefined> =>
      shards.query<DescribedTransaction | KafkaErrorName | undefined>(
        transactionalId,
        state => describeTransactionIn(state, transactionalId),
        same,
      ),
    async listTransactions(filters: TransactionFilters) {
      const lists = await Promise.all(
        shards
          .all()
          .map(shard =>
            shard.query<ListedTransaction[] | KafkaErrorName>((state, nowMs) => listTransactionsIn(state, filters, nowMs), same),
          ),
      )
      const isLoading = lists.includes('COORDINATOR_LOAD_IN_PROGRESS')
      const error: KafkaErrorName = isLoading ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NONE'
      return { error, transactions: lists.flatMap(list => (typeof list === 'string' ? [] : list)) }
    },
  }
}

/** Asks; where the decision takes a producer id that nobody had before, asks again with one. */
async function withFreshId(
  ids: ProducerIds,
  ask: (freshProducerId?: number) => Promise<InitReply | EndReply>,
): Promise<ProducerIdReply> {
  let reply = await ask()
  if (reply.needsProducerId === true) {
    const freshId = await ids.next()
    if (typeof freshId === 'string') return refusedInit(freshId)
    reply = await ask(freshId)
  }
  const { error, producerId, producerEpoch } = reply
  return { error, producerId, producerEpoch }
}

async function idempotentProducer(ids: ProducerIds): Promise<ProducerIdReply> {
  const producerId = await ids.next()
  return typeof producerId === 'string' ? refusedInit(producerId) : { error: 'NONE', producerId, producerEpoch: 0 }
}

/** TXN-01 */
function initRefusal(request: InitProducerIdRequest, settings: TransactionSettings): KafkaErrorName | undefined {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
  if (transactionalId === '') return 'INVALID_REQUEST'
  if (producerId < 0 !== producerEpoch < 0) return 'INVALID_REQUEST'
  if (transactionalId === null) return undefined
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > settings.timeoutMsMax) return 'INVALID_TRANSACTION_TIMEOUT'
  return undefined
}
