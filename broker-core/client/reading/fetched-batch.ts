import {
  batchBaseOffset,
  batchCrcIsValid,
  batchIsControl,
  batchIsLogAppendTime,
  batchIsTransactional,
  batchLastOffset,
  batchMagic,
  batchProducerId,
  currentMagic,
  readBatchHeader,
  sequenceAfter,
  type BatchHeader,
} from '../../records/batch-header.ts'
import { batchesIn } from '../../records/batch-iterator.ts'
import { controlTypeOf, controlTypes } from '../../records/control-records.ts'
import { CorruptRecords, openRecords, type RecordCursor, recordsOf, type RecordView } from '../../records/record-reader.ts'
import type { ClientEnv } from '../client-options.ts'
import type { FetchedPartition } from './fetch-partitions.ts'

/** What became of the transaction that a batch is part of; `none`: it is part of none. `unknown`: nobody asked. */
export type TransactionOutcome = 'none' | 'committed' | 'aborted' | 'open' | 'unknown'

export interface FetchedBatch {
  readonly header: BatchHeader
  readonly lastOffset: number
  /** The whole batch, a view on the response. */
  readonly bytes: Uint8Array
  readonly outcome: TransactionOutcome
}

/** One record where it lies. Key, value and headers are views that keep the whole response in memory: copy what is kept for long. */
export interface ReadRecord extends RecordView {
  readonly topic: string
  readonly partition: number
  readonly batch: FetchedBatch
  /** Markers of transactions and of the metadata quorum: type of the control record (0 abort, 1 commit, …). */
  readonly controlType?: number
}

/**
 * The whole batches at and above `fromOffset`. Outcomes need the answer of a fetch with read_committed over the same range (`committed`);
 * without one, transactional batches are `unknown`. Ends before a batch whose CRC is wrong; throws CorruptRecords when that is the
 * first, for formats before v2 and for lengths that cannot be.
 */
export function batchesOf(
  fetched: FetchedPartition,
  fromOffset: number,
  env: Pick<ClientEnv, 'compression' | 'crc32c'>,
  committed: Pick<FetchedPartition, 'aborted' | 'lastStableOffset'> | undefined,
): readonly FetchedBatch[] {
  const judge = committed === undefined ? undefined : new OutcomeJudge(committed, env)
  const batches: FetchedBatch[] = []
  for (const bytes of batchesIn(fetched.records)) {
    if (batchMagic(bytes, 0) !== currentMagic) throw new CorruptRecords(`record format v${batchMagic(bytes, 0)} is not read`)
    if (!batchCrcIsValid(bytes, 0, env.crc32c)) {
      if (batches.length > 0) return batches
      const { topic, partition } = fetched
      throw new CorruptRecords(`${topic}-${partition}: CRC of the batch at offset ${batchBaseOffset(bytes, 0)} is wrong`)
    }
    // Batches below the wanted offset still count for the outcomes.
    const outcome = judge?.outcomeOf(bytes) ?? (batchIsTransactional(bytes, 0) ? 'unknown' : 'none')
    const lastOffset = batchLastOffset(bytes, 0)
    if (lastOffset >= fromOffset) batches.push({ header: readBatchHeader(bytes), lastOffset, bytes, outcome })
  }
  return batches
}

/** TXN rules of readers: a producer's batches are aborted from the first offset of its transaction to its ABORT marker. */
class OutcomeJudge {
  readonly #upcoming: readonly { readonly producerId: number; readonly firstOffset: number }[]
  readonly #lastStableOffset: number
  readonly #aborting = new Set<number>()
  readonly #env: Pick<ClientEnv, 'compression'>
  #next = 0

  constructor(committed: Pick<FetchedPartition, 'aborted' | 'lastStableOffset'>, env: Pick<ClientEnv, 'compression'>) {
    this.#upcoming = [...committed.aborted].sort((a, b) => a.firstOffset - b.firstOffset)
    this.#lastStableOffset = committed.lastStableOffset
    this.#env = env
  }

  /** Batches must come in order. */
  outcomeOf(batch: Uint8Array): TransactionOutcome {
    const lastOffset = batchLastOffset(batch, 0)
    const producerId = batchProducerId(batch, 0)
    for (
      let it = this.#upcoming[this.#next];
      it !== undefined && it.firstOffset <= lastOffset;
      it = this.#upcoming[++this.#next]
    ) {
      this.#aborting.add(it.producerId)
    }
    if (!batchIsTransactional(batch, 0)) return 'none'
    if (batchIsControl(batch, 0)) return this.#markerOutcome(batch, producerId)
    if (this.#aborting.has(producerId)) return 'aborted'
    return lastOffset >= this.#lastStableOffset ? 'open' : 'committed'
  }

  #markerOutcome(batch: Uint8Array, producerId: number): TransactionOutcome {
    for (const { key } of recordsOf(batch, this.#env.compression)) {
      if (controlTypeOf(key) === controlTypes.commit) return 'committed'
      this.#aborting.delete(producerId)
    }
    return 'aborted'
  }
}

/** Opens a batch once and gives its records one after the other; a reader keeps it between two pages. */
export class BatchCursor {
  readonly batch: FetchedBatch
  readonly #at: { readonly topic: string; readonly partition: number }
  readonly #records: RecordCursor
  readonly #isControl: boolean
  readonly #appendTimeMs: number | undefined

  /** Throws CorruptRecords or CompressionError. */
  constructor(
    batch: FetchedBatch,
    at: { readonly topic: string; readonly partition: number },
    env: Pick<ClientEnv, 'compression'>,
  ) {
    this.batch = batch
    this.#at = at
    this.#records = openRecords(batch.bytes, 0, env.compression)
    this.#isControl = batchIsControl(batch.bytes, 0)
    this.#appendTimeMs = batchIsLogAppendTime(batch.bytes, 0) ? batch.header.maxTimestampMs : undefined
  }

  /** Moves to the next record at or above `fromOffset`; false behind the last one. Throws CorruptRecords. */
  next(fromOffset: number): boolean {
    while (this.#records.next()) if (this.offset() >= fromOffset) return true
    return false
  }

  offset(): number {
    return this.batch.header.baseOffset + this.#records.offsetDelta
  }

  /** The present record as a value. */
  record(): ReadRecord {
    const { header } = this.batch
    const { offsetDelta, timestampDelta } = this.#records
    const key = this.#records.key()
    const record = {
      topic: this.#at.topic,
      partition: this.#at.partition,
      offset: header.baseOffset + offsetDelta,
      timestampMs: this.#appendTimeMs ?? header.baseTimestampMs + timestampDelta,
      sequence: header.baseSequence < 0 ? -1 : sequenceAfter(header.baseSequence, offsetDelta),
      key,
      value: this.#records.value(),
      headers: this.#records.headers(),
      batch: this.batch,
    }
    const controlType = this.#isControl ? controlTypeOf(key) : undefined
    return controlType === undefined ? record : { ...record, controlType }
  }
}

/** The records of a batch at and above `fromOffset`, opened one after the other. Throws CorruptRecords or CompressionError. */
export function* readRecordsOf(
  batch: FetchedBatch,
  at: { readonly topic: string; readonly partition: number },
  fromOffset: number,
  env: Pick<ClientEnv, 'compression'>,
): Generator<ReadRecord> {
  const cursor = new BatchCursor(batch, at, env)
  while (cursor.next(fromOffset)) yield cursor.record()
}
