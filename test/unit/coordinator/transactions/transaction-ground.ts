import {
  defaultTransactionSettings,
  type TransactionSettings,
} from '../../../../broker-core/coordinator/transactions/settings.ts'
import type { Transaction, TransactionVersion } from '../../../../broker-core/coordinator/transactions/transaction.ts'
import {
  type ProducerIdReply,
  startTransactionCoordinator,
  type TransactionCoordinator,
} from '../../../../broker-core/coordinator/transactions/transaction-coordinator.ts'
import { factsIn } from '../../../../broker-core/coordinator/runtime/fact-reader.ts'
import { decodeTransactionFact } from '../../../../broker-core/coordinator/transactions/records.ts'
import { errorCode, type KafkaErrorName } from '../../../../broker-core/model/kafka-errors.ts'
import type { RequestOf } from '../../../../broker-core/protocol/api.ts'
import type { writeTxnMarkers } from '../../../../broker-core/protocol/messages/27-write-txn-markers.ts'
import { type Ground, ground, MemoryFactLog } from '../ground.ts'

export const id = 'payments-1'

type MarkerRequest = RequestOf<typeof writeTxnMarkers>

export interface TransactionGround extends Omit<Ground, 'log'> {
  readonly settings: TransactionSettings
  facts: MemoryFactLog
  coordinator: TransactionCoordinator
  /** Marker requests that brokers received, in order. */
  readonly received: { readonly nodeId: number; readonly request: MarkerRequest }[]
  /** What brokers answer for a partition. */
  markerError: (topic: string, partition: number) => KafkaErrorName | 'no answer'
  /** Markers are answered only when the test releases them. */
  holdMarkers: boolean
  releaseMarkers(): Promise<void>
  failover(options?: { readonly withUncommitted: boolean }): Promise<void>
  /** States that the log holds for the id, in order. */
  history(): (Transaction | undefined)[]
}

export async function transactionGround(settings: Partial<TransactionSettings> = {}): Promise<TransactionGround> {
  const received: TransactionGround['received'] = []
  const held: (() => void)[] = []
  const base = ground({
    markers: {
      async send(nodeId, request) {
        received.push({ nodeId, request })
        if (it.holdMarkers) await new Promise<void>(resolve => held.push(resolve))
        return answerOf(request)
      },
    },
  })
  base.metadata.put('orders', 3)
  base.metadata.put('bills', 2)
  const all = { ...defaultTransactionSettings, ...settings }
  const start = async (facts: MemoryFactLog): Promise<TransactionCoordinator> => {
    const coordinator = startTransactionCoordinator(base, all)
    coordinator.leadership.elected(facts)
    await base.time.settle()
    return coordinator
  }
  const answerOf = (request: MarkerRequest) => ({
    markers: request.markers.map(({ producerId, topics }) => ({
      producerId,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map(partitionIndex => {
          const error = it.markerError(name, partitionIndex)
          if (error === 'no answer') throw new Error('the connection broke')
          return { partitionIndex, errorCode: errorCode(error) }
        }),
      })),
    })),
  })
  const facts = new MemoryFactLog(0, 1)
  const it: TransactionGround = {
    ...base,
    settings: all,
    facts,
    received,
    markerError: () => 'NONE',
    holdMarkers: false,
    coordinator: undefined as unknown as TransactionCoordinator,
    async releaseMarkers() {
      it.holdMarkers = false
      for (const release of held.splice(0)) release()
      await base.time.settle()
    },
    async failover(options) {
      it.coordinator.leadership.resigned(0, it.facts.leaderEpoch)
      it.coordinator.close()
      it.facts = it.facts.successor(options)
      it.coordinator = await start(it.facts)
    },
    history: () =>
      it.facts.batches
        .flatMap(batch => [...factsIn(batch, base.compression)])
        .map(({ persisted }) => decodeTransactionFact(persisted)?.transaction),
  }
  it.coordinator = await start(facts)
  return it
}

export async function now<T>(at: { readonly time: Ground['time'] }, promise: Promise<T>): Promise<T> {
  const seen: { value?: T; isThere: boolean } = { isThere: false }
  void promise.then(value => Object.assign(seen, { value, isThere: true }))
  await at.time.settle()
  if (!seen.isThere) throw new Error('no answer yet')
  return seen.value as T
}

/** Lets requests wait for what they wait for at most. */
export async function later<T>(at: { readonly time: Ground['time'] }, promise: Promise<T>, ms = 1_000): Promise<T> {
  await at.time.advance(ms)
  return promise
}

export interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

export const init = (
  at: TransactionGround,
  expected: Producer = { producerId: -1, producerEpoch: -1 },
  options: { readonly transactionalId?: string; readonly timeoutMs?: number } = {},
): Promise<ProducerIdReply> =>
  at.coordinator.initProducerId({
    transactionalId: options.transactionalId ?? id,
    transactionTimeoutMs: options.timeoutMs ?? 60_000,
    ...producerOf(expected),
  })

const producerOf = ({ producerId, producerEpoch }: Producer): Producer => ({ producerId, producerEpoch })

export const add = (
  at: TransactionGround,
  producer: Producer,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] = [{ topic: 'orders', partitions: [0] }],
  clientVersion: TransactionVersion = 0,
): Promise<KafkaErrorName> =>
  at.coordinator.addPartitions({ transactionalId: id, ...producerOf(producer), topics, clientVersion })

export const end = (
  at: TransactionGround,
  producer: Producer,
  committed: boolean,
  clientVersion: TransactionVersion = 0,
): Promise<ProducerIdReply> =>
  at.coordinator.endTransaction({ transactionalId: id, ...producerOf(producer), committed, clientVersion })

export async function statusOf(at: TransactionGround): Promise<string> {
  const described = await now(at, at.coordinator.describeTransaction(id))
  if (described === undefined) return 'none'
  return typeof described === 'string' ? described : described.status
}
