import {
  batchBaseOffset,
  batchBaseSequence,
  batchIsControl,
  batchIsTransactional,
  batchLastOffset,
  batchLastOffsetDelta,
  batchLastSequence,
  batchMaxTimestamp,
  batchProducerEpoch,
  batchProducerId,
} from '../records/batch-header.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { ProducerStateView } from './partition-log.ts'

/** IDEM-03: so many batches of a producer are remembered. */
export const rememberedBatchesMax = 5

/** A batch as its producer may send it again. */
export interface RememberedBatch {
  readonly lastSequence: number
  readonly lastOffset: number
  /** Last minus first, of offsets and sequences alike. */
  readonly offsetDelta: number
  readonly timestampMs: number
}

export interface ProducerEntry {
  readonly producerId: number
  producerEpoch: number
  coordinatorEpoch: number
  lastTimestampMs: number
  /** -1: no transaction is open. */
  currentTransactionFirstOffset: number
  /** Oldest first. */
  batches: RememberedBatch[]
}

export interface CompletedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Offset of the marker. */
  readonly lastOffset: number
  readonly isAborted: boolean
}

export type SequenceVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly batch: RememberedBatch }
  | { readonly kind: 'refused'; readonly error: KafkaErrorName; readonly message: string }

const append: SequenceVerdict = { kind: 'append' }

export const firstSequenceOf = (batch: RememberedBatch): number => {
  const first = batch.lastSequence - batch.offsetDelta
  return first >= 0 ? first : first + 2147483648
}

const isInSequence = (last: number, next: number): boolean => next === last + 1 || (next === 0 && last === 2147483647)

/** What an idempotent producer's batch means to what is known of it (IDEM-02 to IDEM-07). Pure. */
export function judgeSequence(
  entry: ProducerEntry | undefined,
  bytes: Uint8Array,
  at: number,
  mustStartAtZero: boolean,
): SequenceVerdict {
  const epoch = batchProducerEpoch(bytes, at)
  const firstSequence = batchBaseSequence(bytes, at)
  if (entry === undefined) {
    return mustStartAtZero && firstSequence !== 0
      ? outOfOrder(bytes, at, 'an unknown producer must begin with sequence 0')
      : append
  }
  if (epoch < entry.producerEpoch) {
    return {
      kind: 'refused',
      error: 'INVALID_PRODUCER_EPOCH',
      message: `Epoch ${epoch} of producer ${entry.producerId} is older than the last seen ${entry.producerEpoch}`,
    }
  }
  if (epoch > entry.producerEpoch) {
    const isFresh = firstSequence === 0 || entry.producerEpoch === -1
    return isFresh ? transactionVerdict(entry, bytes, at) : outOfOrder(bytes, at, `a new epoch must begin with sequence 0`)
  }
  const lastSequence = batchLastSequence(bytes, at)
  const duplicate = entry.batches.find(one => one.lastSequence === lastSequence && firstSequenceOf(one) === firstSequence)
  if (duplicate !== undefined) return { kind: 'duplicate', batch: duplicate }
  const last = entry.batches[entry.batches.length - 1]?.lastSequence ?? -1
  if (!isInSequence(last, firstSequence)) return outOfOrder(bytes, at, `the last sequence is ${last}`)
  return transactionVerdict(entry, bytes, at)
}

function outOfOrder(bytes: Uint8Array, at: number, why: string): SequenceVerdict {
  return {
    kind: 'refused',
    error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    message: `Out of order sequence number ${batchBaseSequence(bytes, at)} of producer ${batchProducerId(bytes, at)}: ${why}`,
  }
}

/** A producer inside a transaction may not write outside of it. */
function transactionVerdict(entry: ProducerEntry, bytes: Uint8Array, at: number): SequenceVerdict {
  if (entry.currentTransactionFirstOffset < 0 || batchIsTransactional(bytes, at)) return append
  return {
    kind: 'refused',
    error: 'INVALID_TXN_STATE',
    message: `Expected a transactional write from producer ${entry.producerId}`,
  }
}

/** What is known of all producers of a partition, and its transactions that are open or not yet below the high watermark. */
export class ProducerStates {
  readonly #producers = new Map<number, ProducerEntry>()
  /** By first offset, ascending: transactions begin in the order of the log. */
  readonly #ongoing = new Map<number, number>()
  /** Ended, but the marker is not below the high watermark yet (TXN-30). */
  #unreplicated: CompletedTransaction[] = []

  get size(): number {
    return this.#producers.size
  }
  get(producerId: number): ProducerEntry | undefined {
    return this.#producers.get(producerId)
  }
  entries(): Iterable<ProducerEntry> {
    return this.#producers.values()
  }

  clear(): void {
    this.#producers.clear()
    this.#ongoing.clear()
    this.#unreplicated = []
  }

  /** Takes an entry of a snapshot. */
  load(entry: ProducerEntry): void {
    this.#producers.set(entry.producerId, entry)
    if (entry.currentTransactionFirstOffset < 0) return
    this.#ongoing.set(entry.currentTransactionFirstOffset, entry.producerId)
    // A snapshot has its producers in any order.
    const ascending = [...this.#ongoing].sort(([one], [other]) => one - other)
    this.#ongoing.clear()
    for (const [firstOffset, producerId] of ascending) this.#ongoing.set(firstOffset, producerId)
  }

  /** Takes a data batch with its final offset; never refuses (IDEM-09). */
  noteBatch(bytes: Uint8Array, at: number): void {
    const producerId = batchProducerId(bytes, at)
    if (producerId < 0 || batchIsControl(bytes, at)) return
    const entry = this.#entryFor(producerId, batchProducerEpoch(bytes, at))
    const offsetDelta = batchLastOffsetDelta(bytes, at)
    entry.batches.push({
      lastSequence: batchLastSequence(bytes, at),
      lastOffset: batchLastOffset(bytes, at),
      offsetDelta,
      timestampMs: batchMaxTimestamp(bytes, at),
    })
    if (entry.batches.length > rememberedBatchesMax) entry.batches.shift()
    entry.lastTimestampMs = batchMaxTimestamp(bytes, at)
    if (batchIsTransactional(bytes, at) && entry.currentTransactionFirstOffset < 0) {
      entry.currentTransactionFirstOffset = batchBaseOffset(bytes, at)
      this.#ongoing.set(entry.currentTransactionFirstOffset, producerId)
    }
  }

  /** Takes a transaction marker. Returns the transaction that it ends; undefined when none was open. */
  noteMarker(marker: {
    readonly producerId: number
    readonly producerEpoch: number
    readonly coordinatorEpoch: number
    readonly isAbort: boolean
    readonly offset: number
    readonly timestampMs: number
  }): CompletedTransaction | undefined {
    const entry = this.#entryFor(marker.producerId, marker.producerEpoch)
    const firstOffset = entry.currentTransactionFirstOffset
    entry.coordinatorEpoch = marker.coordinatorEpoch
    entry.lastTimestampMs = marker.timestampMs
    entry.currentTransactionFirstOffset = -1
    if (firstOffset < 0) return undefined
    return { producerId: marker.producerId, firstOffset, lastOffset: marker.offset, isAborted: marker.isAbort }
  }

  /** The LSO once `transaction` has ended, as the transaction index records it (SEMANTICS 2.6). */
  lastStableOffsetAfter(transaction: CompletedTransaction): number {
    for (const firstOffset of this.#ongoing.keys()) if (firstOffset !== transaction.firstOffset) return firstOffset
    return transaction.lastOffset + 1
  }

  completed(transaction: CompletedTransaction): void {
    this.#ongoing.delete(transaction.firstOffset)
    this.#unreplicated.push(transaction)
  }

  highWatermarkMoved(highWatermark: number): void {
    if (this.#unreplicated.length === 0) return
    this.#unreplicated = this.#unreplicated.filter(transaction => transaction.lastOffset >= highWatermark)
  }

  /** TXN-30: first offset of the earliest transaction that is open or whose marker is not replicated. */
  firstUnstableOffset(): number | undefined {
    let first: number | undefined
    for (const offset of this.#ongoing.keys()) {
      first = offset
      break
    }
    for (const transaction of this.#unreplicated) {
      if (first === undefined || transaction.firstOffset < first) first = transaction.firstOffset
    }
    return first
  }

  /** IDEM-08. Returns how many went. */
  expire(nowMs: number, expirationMs: number): number {
    let count = 0
    for (const entry of this.#producers.values()) {
      if (entry.currentTransactionFirstOffset >= 0 || nowMs - entry.lastTimestampMs < expirationMs) continue
      this.#producers.delete(entry.producerId)
      count++
    }
    return count
  }

  views(): ProducerStateView[] {
    return [...this.#producers.values()].map(entry => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.batches[entry.batches.length - 1]?.lastSequence ?? -1,
      lastTimestampMs: entry.lastTimestampMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: entry.currentTransactionFirstOffset,
    }))
  }

  /** IDEM-05: a new epoch drops the batches of the old one. */
  #entryFor(producerId: number, producerEpoch: number): ProducerEntry {
    let entry = this.#producers.get(producerId)
    if (entry === undefined) {
      entry = {
        producerId,
        producerEpoch,
        coordinatorEpoch: -1,
        lastTimestampMs: -1,
        currentTransactionFirstOffset: -1,
        batches: [],
      }
      this.#producers.set(producerId, entry)
    } else if (entry.producerEpoch !== producerEpoch) {
      entry.producerEpoch = producerEpoch
      entry.batches = []
    }
    return entry
  }
}
