import type { Compression, Crc32c } from '../../env/codec.ts'
import { encodeBatch, type RecordToWrite } from '../../records/batch-writer.ts'
import { encodeTransactionMarker } from '../../records/control-records.ts'
import type { FactProducer, PersistedFact, PersistedMarker, PersistedRecord } from './machine.ts'

interface BatchContext {
  readonly crc32c: Crc32c
  readonly compression: Compression
}

/** Upper bound of what a record adds to a batch beside key and value: seven varints at their longest. */
const recordOverheadBytes = 32
const batchOverheadBytes = 64

export const factBytes = (fact: PersistedFact): number =>
  fact.kind === 'marker' ? batchOverheadBytes : recordOverheadBytes + fact.key.length + (fact.value?.length ?? 0)

/**
 * Gathers facts of several commands into as few record batches as their order allows: a batch ends where the producer changes, where
 * a marker stands, or at the size that the log takes.
 */
export class FactBatches {
  readonly #batchBytesMax: number
  #open: PersistedRecord[] = []
  #openBytes = 0
  #closed: (readonly PersistedRecord[] | PersistedMarker)[] = []
  readonly #markers = new Map<number, PersistedMarker>()

  constructor(batchBytesMax: number) {
    this.#batchBytesMax = batchBytesMax - batchOverheadBytes
  }

  /** False for a fact that no batch can hold. */
  fits(fact: PersistedFact): boolean {
    return factBytes(fact) <= this.#batchBytesMax
  }

  /** The last marker of a producer that waits to be written: the log does not know of it yet. */
  markerOf(producerId: number): PersistedMarker | undefined {
    return this.#markers.get(producerId)
  }

  add(fact: PersistedFact): void {
    if (fact.kind === 'marker') {
      this.#close()
      this.#closed.push(fact)
      this.#markers.set(fact.producer.producerId, fact)
      return
    }
    const bytes = factBytes(fact)
    if (this.#openBytes + bytes > this.#batchBytesMax || !sameProducer(this.#open[0]?.producer, fact.producer)) this.#close()
    this.#open.push(fact)
    this.#openBytes += bytes
  }

  /** The batches in order; empty afterwards. */
  take(timestampMs: number, context: BatchContext): Uint8Array[] {
    this.#close()
    const closed = this.#closed
    this.#closed = []
    this.#markers.clear()
    return closed.map(part =>
      'kind' in part ? encodeMarker(part, timestampMs, context) : encodeRecords(part, timestampMs, context),
    )
  }

  #close(): void {
    if (this.#open.length === 0) return
    this.#closed.push(this.#open)
    this.#open = []
    this.#openBytes = 0
  }
}

const sameProducer = (left: FactProducer | undefined, right: FactProducer | undefined): boolean =>
  left?.producerId === right?.producerId && left?.producerEpoch === right?.producerEpoch

function encodeRecords(records: readonly PersistedRecord[], timestampMs: number, context: BatchContext): Uint8Array {
  const toWrite: RecordToWrite[] = records.map(record => ({ timestampMs, key: record.key, value: record.value }))
  const producer = records[0]?.producer
  return encodeBatch(
    producer === undefined ? { records: toWrite } : { records: toWrite, ...producer, transactional: true },
    context,
  )
}

const encodeMarker = (marker: PersistedMarker, timestampMs: number, context: BatchContext): Uint8Array =>
  encodeTransactionMarker(
    { ...marker.producer, coordinatorEpoch: marker.coordinatorEpoch, committed: marker.committed, timestampMs },
    context,
  )
