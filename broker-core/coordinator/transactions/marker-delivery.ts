import type { Timers } from '../../env/clock.ts'
import type { LogSink } from '../../env/log-sink.ts'
import { errorName, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import type { writeTxnMarkers } from '../../protocol/messages/27-write-txn-markers.ts'
import type { CoordinatorMetadata, MarkerSender } from '../ports.ts'
import type { Transaction } from './transaction.ts'

type Marker = RequestOf<typeof writeTxnMarkers>['markers'][number]

export interface MarkerDeliveryPorts {
  readonly metadata: Pick<CoordinatorMetadata, 'partitionLeader'>
  readonly markers: MarkerSender
  readonly timers: Timers
  readonly log: LogSink
}

/** A prepared transaction whose markers are under way, for one leadership of its coordinator partition. */
interface Delivery {
  readonly transaction: Transaction
  readonly coordinatorEpoch: number
  /** Markers that are not known to be written. */
  outstanding: number
  isStopped: boolean
  /** Tells the coordinator; false: try again later. */
  readonly complete: () => Promise<boolean>
  readonly waiting: (() => void)[]
}

interface Parcel {
  readonly delivery: Delivery
  readonly topic: string
  readonly partition: number
  attempts: number
}

/** Where a parcel stands after its broker answered. */
type Receipt = 'written' | 'retry' | 'fenced'

const retryMs = 100
/** A topic that stays unknown for this many attempts is deleted: there is nothing to write a marker to. */
const unknownAttemptsMax = 5
const parcelsPerRequestMax = 5_000
/** So that transactions on healthy partitions do not wait behind one whose partition is not replicated. */
const requestsPerNodeMax = 5

/**
 * TXN-10: markers of prepared transactions to the leaders of their partitions, retried until written. A few requests per broker are under
 * way at a time; the next one carries what has gathered meanwhile. Queues are bounded by the transactions that are prepared, each of which is here once.
 */
export class MarkerDelivery {
  readonly #ports: MarkerDeliveryPorts
  readonly #deliveries = new Map<string, Delivery>()
  readonly #queues = new Map<number, Parcel[]>()
  readonly #underWay = new Map<number, number>()
  #isClosed = false

  constructor(ports: MarkerDeliveryPorts) {
    this.#ports = ports
  }

  get size(): number {
    return this.#deliveries.size
  }

  send(transaction: Transaction, coordinatorEpoch: number, complete: () => Promise<boolean>): void {
    const earlier = this.#deliveries.get(transaction.transactionalId)
    if (earlier !== undefined) this.#finish(earlier)
    const delivery: Delivery = {
      transaction,
      coordinatorEpoch,
      outstanding: 0,
      isStopped: false,
      complete,
      waiting: earlier?.waiting.splice(0) ?? [],
    }
    this.#deliveries.set(transaction.transactionalId, delivery)
    const parcels: Parcel[] = []
    for (const [topic, partitions] of transaction.partitions) {
      for (const partition of partitions) parcels.push({ delivery, topic, partition, attempts: 0 })
    }
    delivery.outstanding = parcels.length
    if (parcels.length === 0) this.#completed(delivery)
    else this.#dispatch(parcels)
  }

  /** Resolves when no markers of the id are under way (any more), or after `timeoutMs`. */
  settled(transactionalId: string, timeoutMs: number): Promise<void> {
    const delivery = this.#deliveries.get(transactionalId)
    if (delivery === undefined) return Promise.resolve()
    return new Promise(resolve => {
      const cancel = this.#ports.timers.after(timeoutMs, resolve)
      delivery.waiting.push(() => {
        cancel()
        resolve()
      })
    })
  }

  /** The partition of the coordinator moved away: its new leader sends the markers (TXN-15). */
  stop(isAffected: (transactionalId: string) => boolean): void {
    for (const [transactionalId, delivery] of this.#deliveries) if (isAffected(transactionalId)) this.#finish(delivery)
  }

  close(): void {
    this.#isClosed = true
    this.stop(() => true)
    this.#queues.clear()
  }

  #dispatch(parcels: readonly Parcel[]): void {
    const later: Parcel[] = []
    const nodes = new Set<number>()
    for (const parcel of parcels) {
      if (parcel.delivery.isStopped) continue
      const leader = this.#ports.metadata.partitionLeader(parcel.topic, parcel.partition)
      if (leader === undefined && ++parcel.attempts >= unknownAttemptsMax) {
        this.#received(parcel, 'written', later)
      } else if (leader === undefined || leader < 0) {
        later.push(parcel)
      } else {
        queueOf(this.#queues, leader).push(parcel)
        nodes.add(leader)
      }
    }
    this.#retry(later)
    for (const nodeId of nodes) this.#pump(nodeId)
  }

  #pump(nodeId: number): void {
    const underWay = this.#underWay.get(nodeId) ?? 0
    if (underWay >= requestsPerNodeMax || this.#isClosed) return
    const waiting = this.#queues.get(nodeId)?.splice(0, parcelsPerRequestMax) ?? []
    const parcels = waiting.filter(parcel => !parcel.delivery.isStopped)
    if (parcels.length === 0) return
    this.#underWay.set(nodeId, underWay + 1)
    void this.#ask(nodeId, parcels).then(receipts => {
      this.#underWay.set(nodeId, (this.#underWay.get(nodeId) ?? 1) - 1)
      const later: Parcel[] = []
      for (const [index, parcel] of parcels.entries()) this.#received(parcel, receipts[index] ?? 'retry', later)
      this.#retry(later)
      this.#pump(nodeId)
    })
  }

  async #ask(nodeId: number, parcels: readonly Parcel[]): Promise<readonly Receipt[]> {
    const { log, markers } = this.#ports
    try {
      const answer = await markers.send(nodeId, { markers: markersOf(parcels) })
      const errors = new Map<string, KafkaErrorName>()
      for (const { producerId, topics } of answer.markers) {
        for (const { name, partitions } of topics) {
          for (const { partitionIndex, errorCode } of partitions) {
            errors.set(`${producerId}\0${name}\0${partitionIndex}`, errorName(errorCode))
          }
        }
      }
      return parcels.map(({ delivery, topic, partition }) =>
        receiptOf(errors.get(`${delivery.transaction.producerId}\0${topic}\0${partition}`)),
      )
    } catch (error) {
      log.write('debug', 'transaction.markers-not-sent', { nodeId, count: parcels.length, error: String(error) })
      return parcels.map(() => 'retry')
    }
  }

  #received({ delivery, topic, partition, attempts }: Parcel, receipt: Receipt, later: Parcel[]): void {
    if (delivery.isStopped) return
    if (receipt === 'retry') {
      later.push({ delivery, topic, partition, attempts })
    } else if (receipt === 'fenced') {
      const { transactionalId, producerId, producerEpoch } = delivery.transaction
      this.#ports.log.write('warn', 'transaction.markers-fenced', {
        transactionalId,
        producerId,
        producerEpoch,
        topic,
        partition,
      })
      this.#finish(delivery)
    } else if (--delivery.outstanding === 0) {
      this.#completed(delivery)
    }
  }

  #completed(delivery: Delivery): void {
    void delivery.complete().then(isDone => {
      if (delivery.isStopped) return
      if (isDone) this.#finish(delivery)
      else this.#ports.timers.after(retryMs, () => delivery.isStopped || this.#completed(delivery))
    })
  }

  #finish(delivery: Delivery): void {
    delivery.isStopped = true
    if (this.#deliveries.get(delivery.transaction.transactionalId) === delivery) {
      this.#deliveries.delete(delivery.transaction.transactionalId)
    }
    for (const resolve of delivery.waiting.splice(0)) resolve()
  }

  #retry(parcels: readonly Parcel[]): void {
    if (parcels.length === 0 || this.#isClosed) return
    this.#ports.timers.after(retryMs, () => this.#dispatch(parcels))
  }
}

function receiptOf(error: KafkaErrorName | undefined): Receipt {
  switch (error) {
    case 'NONE':
    // A partition of old records has no transactions.
    case 'UNSUPPORTED_FOR_MESSAGE_FORMAT':
      return 'written'
    case 'INVALID_PRODUCER_EPOCH':
    case 'PRODUCER_FENCED':
    case 'TRANSACTION_COORDINATOR_FENCED':
      return 'fenced'
    default:
      return 'retry'
  }
}

function markersOf(parcels: readonly Parcel[]): Marker[] {
  const byDelivery = new Map<Delivery, Map<string, number[]>>()
  for (const { delivery, topic, partition } of parcels) {
    const topics = byDelivery.get(delivery) ?? new Map<string, number[]>()
    byDelivery.set(delivery, topics)
    topics.set(topic, [...(topics.get(topic) ?? []), partition])
  }
  return [...byDelivery].map(([{ transaction, coordinatorEpoch }, topics]) => ({
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    transactionResult: transaction.status === 'PrepareCommit',
    topics: [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
    coordinatorEpoch,
    transactionVersion: transaction.clientVersion,
  }))
}

function queueOf(queues: Map<number, Parcel[]>, nodeId: number): Parcel[] {
  let queue = queues.get(nodeId)
  if (queue === undefined) queues.set(nodeId, (queue = []))
  return queue
}
