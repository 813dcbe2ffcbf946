import { sequenceAfter } from '../../records/batch-header.ts'
import type { RecordToWrite } from '../../records/batch-writer.ts'
import type { Delivery } from './producer-options.ts'

interface Waiting {
  readonly timestampMs: number
  resolve(delivery: Delivery): void
  reject(reason: unknown): void
}

/** Records that go, and if need be go again, as one batch. */
export interface PendingBatch {
  readonly records: RecordToWrite[]
  readonly waiting: Waiting[]
  /** About: before compression, without the header. */
  bytes: number
  readonly createdAtMs: number
  /** Set once: a repetition must carry the same (IDEM). */
  stamp: { readonly producerId: number; readonly producerEpoch: number; readonly baseSequence: number } | undefined
  encoded: Uint8Array | undefined
  attempts: number
  notBeforeMs: number
}

/** Upper bound of what a record adds to a batch beside key, value and headers. */
const recordOverheadBytes = 32

export function recordBytes(record: RecordToWrite): number {
  const headers = record.headers ?? []
  return headers.reduce(
    (sum, it) => sum + it.key.length * 3 + (it.value?.length ?? 0) + 10,
    recordOverheadBytes + (record.key?.length ?? 0) + (record.value?.length ?? 0),
  )
}

/** What waits for one partition, in order. One batch at a time is under way, so that repetitions cannot overtake. */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly #batchBytesMax: number
  #batches: PendingBatch[] = []
  #inFlight: PendingBatch | undefined

  constructor(topic: string, partition: number, batchBytesMax: number) {
    this.topic = topic
    this.partition = partition
    this.#batchBytesMax = batchBytesMax
  }

  /** Adds to the last batch when it is open and has room. Returns the record's bytes, which the batch counts from now on. */
  add(record: RecordToWrite, waiting: Waiting, nowMs: number): number {
    const bytes = recordBytes(record)
    const last = this.#batches.at(-1)
    const hasRoom =
      last !== undefined && last.stamp === undefined && last.encoded === undefined && last.bytes + bytes <= this.#batchBytesMax
    const batch = hasRoom ? last : this.#open(nowMs)
    batch.records.push(record)
    batch.waiting.push(waiting)
    batch.bytes += bytes
    return bytes
  }

  #open(nowMs: number): PendingBatch {
    const batch: PendingBatch = {
      records: [],
      waiting: [],
      bytes: 0,
      createdAtMs: nowMs,
      stamp: undefined,
      encoded: undefined,
      attempts: 0,
      notBeforeMs: 0,
    }
    this.#batches.push(batch)
    return batch
  }

  /** The batch that may go now, if any: see `dueAtMs`. */
  take(nowMs: number, lingerMs: number, isFlushing: boolean): PendingBatch | undefined {
    const first = this.#batches[0]
    if (first === undefined || this.dueAtMs(lingerMs, isFlushing) > nowMs) return undefined
    this.#batches.shift()
    this.#inFlight = first
    return first
  }

  /**
   * When the first batch may go: once nothing of the partition is under way (Infinity until then), and it is full, old enough, or must
   * not wait; a repetition after its pause.
   */
  dueAtMs(lingerMs: number, isFlushing: boolean): number {
    const first = this.#batches[0]
    if (first === undefined || this.#inFlight !== undefined) return Number.POSITIVE_INFINITY
    const mustNotWait = isFlushing || this.#batches.length > 1 || first.attempts > 0 || first.bytes >= this.#batchBytesMax
    return Math.max(first.notBeforeMs, mustNotWait ? 0 : first.createdAtMs + lingerMs)
  }

  /** It is done, one way or the other. */
  settle(): void {
    this.#inFlight = undefined
  }

  /** It goes again, before everything else. */
  putBack(batch: PendingBatch): void {
    this.#inFlight = undefined
    this.#batches.unshift(batch)
  }

  /** Too large for the broker as one: it goes as two, numbered as before. */
  putBackHalves(batch: PendingBatch): void {
    this.#inFlight = undefined
    const middle = Math.ceil(batch.records.length / 2)
    const half = (from: number, to: number): PendingBatch => {
      const records = batch.records.slice(from, to)
      const { stamp } = batch
      return {
        ...batch,
        records,
        waiting: batch.waiting.slice(from, to),
        bytes: records.reduce((sum, record) => sum + recordBytes(record), 0),
        stamp:
          stamp === undefined || stamp.baseSequence < 0
            ? stamp
            : { ...stamp, baseSequence: sequenceAfter(stamp.baseSequence, from) },
        encoded: undefined,
        attempts: batch.attempts + 1,
      }
    }
    this.#batches.unshift(half(0, middle), half(middle, batch.records.length))
  }

  isInFlight(batch: PendingBatch): boolean {
    return this.#inFlight === batch
  }

  /** Waiting batches are numbered anew: the producer goes on as somebody else. */
  forgetStamps(): void {
    for (const batch of this.#batches) {
      batch.stamp = undefined
      batch.encoded = undefined
    }
  }

  /** Batches that waited too long, or all; they leave the queue. */
  dropWhere(isDropped: (batch: PendingBatch) => boolean): readonly PendingBatch[] {
    const dropped = this.#batches.filter(isDropped)
    if (dropped.length > 0) this.#batches = this.#batches.filter(batch => !dropped.includes(batch))
    return dropped
  }

  isIdle(): boolean {
    return this.#batches.length === 0 && this.#inFlight === undefined
  }

  status() {
    return {
      topic: this.topic,
      partition: this.partition,
      queuedBatches: this.#batches.length,
      queuedRecords: this.#batches.reduce((sum, batch) => sum + batch.records.length, 0),
      inFlightRecords: this.#inFlight?.records.length ?? 0,
    }
  }
}
