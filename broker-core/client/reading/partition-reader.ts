import type { TopicPartition } from '../../model/ids.ts'
import { batchIsTransactional } from '../../records/batch-header.ts'
import { batchesIn } from '../../records/batch-iterator.ts'
import { offsetRanges, type IsolationLevel } from '../admin/offsets.ts'
import type { CancelSignal } from '../cancel.ts'
import { atPlace, KafkaClientError } from '../client-error.ts'
import type { KafkaClient } from '../kafka-client.ts'
import { BatchCursor, batchesOf, type FetchedBatch, type ReadRecord } from './fetched-batch.ts'
import { type FetchedPartition, fetchPartitions } from './fetch-partitions.ts'

export interface ReaderOptions extends TopicPartition {
  readonly offset: number
  readonly isolation?: IsolationLevel
  /** With read_uncommitted: also find out what became of transactions, for a second fetch where there are any. Default true. */
  readonly outcomes?: boolean
  /** Markers of transactions too. Default false. */
  readonly controlRecords?: boolean
  /** Asked for at once; one batch may be larger. Default 1 MiB. */
  readonly fetchBytesMax?: number
  /** A connection of its own, for readers that wait. */
  readonly lane?: string
}

export interface ReadOptions {
  /** At most so many records, and none once there are `bytesMax` of keys and values. */
  readonly recordsMax: number
  readonly bytesMax?: number
  /** Reads below this offset only. */
  readonly endOffset?: number
  /** How long to wait for the first record at the end of the partition. Default 0; give the reader a lane for more. */
  readonly waitMs?: number
  readonly signal?: CancelSignal
}

export interface PartitionPage {
  readonly records: readonly ReadRecord[]
  /** Where the next read begins; beyond the last record when what follows was aborted, compacted away or control records. */
  readonly nextOffset: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** Nothing more to read now (below `endOffset`). */
  readonly isAtEnd: boolean
  /** Retention removed what was to be read: it went on at the start of the log. */
  readonly skippedFrom?: number
}

export interface PartitionReader {
  position(): number
  seek(offset: number): void
  /**
   * The next records. Leaders that move are followed, retriable errors repeated. Throws OFFSET_OUT_OF_RANGE behind the end of the log
   * (it was truncated), INCONSISTENT_TOPIC_ID when the topic was
   * deleted and created anew, UNKNOWN_TOPIC_OR_PARTITION, authorization errors, CorruptRecords, CANCELLED.
   */
  read(options: ReadOptions): Promise<PartitionPage>
  /** The same without opening batches, for scans: whole batches, of which the first may begin below the position. */
  readBatches(options: Omit<ReadOptions, 'recordsMax' | 'bytesMax'>): Promise<BatchPage>
}

export interface BatchPage extends Omit<PartitionPage, 'records'> {
  readonly batches: readonly FetchedBatch[]
}

const fetchBytesDefault = 1024 * 1024

export function openPartitionReader(client: KafkaClient, options: ReaderOptions): PartitionReader {
  return new Reader(client, options)
}

/** One read at a time. Batches that were fetched and not yet read stay for the next read: at most one response. */
class Reader implements PartitionReader {
  readonly #client: KafkaClient
  readonly #options: ReaderOptions
  readonly #isolation: IsolationLevel
  #position: number
  /** Of the topic that the position belongs to; undefined before the first fetch. */
  #topicId: string | undefined
  /** What was fetched; up to `#next` it was read. */
  #ahead: readonly FetchedBatch[] = []
  #next = 0
  /** Into the batch at `#next`, when its records are being read. */
  #cursor: BatchCursor | undefined
  #ends = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1 }
  #skippedFrom: number | undefined

  constructor(client: KafkaClient, options: ReaderOptions) {
    this.#client = client
    this.#options = options
    this.#isolation = options.isolation ?? 'read_uncommitted'
    this.#position = options.offset
  }

  position(): number {
    return this.#position
  }

  seek(offset: number): void {
    this.#position = offset
    this.#ahead = []
    this.#next = 0
    this.#cursor = undefined
  }

  async readBatches(options: Omit<ReadOptions, 'recordsMax' | 'bytesMax'>): Promise<BatchPage> {
    await this.#fill(options)
    const endOffset = options.endOffset ?? Number.POSITIVE_INFINITY
    const batches = this.#ahead.slice(this.#next).filter(it => it.header.baseOffset < endOffset)
    const last = batches.at(-1)
    if (last !== undefined) this.#passBatches(batches.length, last.lastOffset + 1)
    return { batches, ...this.#pageEnds(endOffset) }
  }

  async read(options: ReadOptions): Promise<PartitionPage> {
    const endOffset = options.endOffset ?? Number.POSITIVE_INFINITY
    const bytesMax = options.bytesMax ?? Number.POSITIVE_INFINITY
    const records: ReadRecord[] = []
    let bytes = 0
    while (records.length < options.recordsMax && bytes < bytesMax && this.#position < endOffset) {
      // Waiting is for the first record only.
      await this.#fill(records.length === 0 ? options : { ...options, waitMs: 0 })
      if (this.#next === this.#ahead.length) break
      while (records.length < options.recordsMax && bytes < bytesMax && this.#moveToRecord(endOffset)) {
        const record = (this.#cursor as BatchCursor).record()
        this.#position = record.offset + 1
        records.push(record)
        bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0)
      }
    }
    return { records, ...this.#pageEnds(endOffset) }
  }

  /** False when what was fetched has no further record below `endOffset`; the position is behind it then. */
  #moveToRecord(endOffset: number): boolean {
    for (let batch = this.#ahead[this.#next]; batch !== undefined; batch = this.#ahead[this.#next]) {
      if (batch.header.baseOffset >= endOffset) return this.#stopAt(endOffset)
      if (this.#isWanted(batch)) {
        this.#cursor ??= new BatchCursor(batch, this.#options, this.#client.env)
        if (this.#cursor.next(this.#position)) return this.#cursor.offset() < endOffset || this.#stopAt(endOffset)
      }
      this.#passBatches(1, batch.lastOffset + 1)
    }
    return false
  }

  /** The record that the cursor moved to is not given out: the next read opens its batch again. */
  #stopAt(endOffset: number): false {
    this.#cursor = undefined
    this.#position = Math.max(this.#position, endOffset)
    return false
  }

  #passBatches(count: number, position: number): void {
    this.#cursor = undefined
    this.#next += count
    this.#position = Math.max(this.#position, position)
  }

  #isWanted(batch: FetchedBatch): boolean {
    if (batch.header.recordCount === 0) return false
    const isControl = (batch.header.attributes & controlBit) !== 0
    if (isControl) return this.#options.controlRecords ?? false
    return this.#isolation === 'read_uncommitted' || batch.outcome !== 'aborted'
  }

  #pageEnds(endOffset: number): Omit<PartitionPage, 'records'> {
    const end = this.#isolation === 'read_committed' ? this.#ends.lastStableOffset : this.#ends.highWatermark
    const skipped = this.#skippedFrom
    this.#skippedFrom = undefined
    return {
      ...this.#ends,
      nextOffset: this.#position,
      isAtEnd: this.#position >= Math.min(endOffset, end),
      ...(skipped === undefined ? {} : { skippedFrom: skipped }),
    }
  }

  /** Makes sure that something is ahead, unless the end is reached and the waiting over. */
  async #fill({ waitMs = 0, signal }: Pick<ReadOptions, 'waitMs' | 'signal'>): Promise<void> {
    if (this.#next < this.#ahead.length) return
    const retry = signal === undefined ? {} : { signal }
    await this.#client.retry(() => this.#fetch(waitMs, signal), {
      ...retry,
      timeoutMs: this.#client.settings.apiTimeoutMs + waitMs,
    })
  }

  async #fetch(waitMs: number, signal: CancelSignal | undefined): Promise<void> {
    const fetched = await this.#fetchAt(this.#isolation, waitMs, signal)
    if (fetched.error === 'OFFSET_OUT_OF_RANGE') return this.#backIntoRange(signal)
    const { highWatermark, logStartOffset } = fetched
    const judged = await this.#judged(fetched, signal)
    this.#ends = { highWatermark, logStartOffset, lastStableOffset: judged?.lastStableOffset ?? fetched.lastStableOffset }
    this.#ahead = batchesOf(fetched, this.#position, this.#client.env, judged)
    this.#next = 0
  }

  /** Where the outcomes of transactions come from: only read_committed tells them. */
  async #judged(fetched: FetchedPartition, signal: CancelSignal | undefined): Promise<FetchedPartition | undefined> {
    if (this.#isolation === 'read_committed') return fetched
    if (this.#options.outcomes === false || !hasTransactions(fetched.records)) return undefined
    return this.#fetchAt('read_committed', 0, signal)
  }

  async #fetchAt(isolation: IsolationLevel, waitMs: number, signal: CancelSignal | undefined): Promise<FetchedPartition> {
    const { topic, partition, lane, fetchBytesMax: bytesMax = fetchBytesDefault } = this.#options
    const place = { api: 'Fetch', topic, partition }
    const known = await this.#client.topic(topic, signal === undefined ? {} : { signal })
    this.#checkTopic(known.topicId)
    const { leaderId, leaderEpoch } = known.partitions[partition] ?? {}
    if (leaderId === undefined) throw new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION', place)
    if (leaderId < 0) throw new KafkaClientError('LEADER_NOT_AVAILABLE', place)
    const position = { topic, partition, offset: this.#position, bytesMax, leaderEpoch: leaderEpoch ?? -1 }
    const [fetched] = await fetchPartitions(this.#client, leaderId, [position], {
      isolation,
      waitMs,
      bytesMax,
      ...(lane === undefined ? {} : { lane }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw error instanceof KafkaClientError ? atPlace(error, place) : error
    })
    if (fetched === undefined) throw new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION', place)
    if (fetched.error !== 'NONE' && fetched.error !== 'OFFSET_OUT_OF_RANGE') throw new KafkaClientError(fetched.error, place)
    return fetched
  }

  /** Offsets of a topic that was deleted mean nothing in the one that has its name now. */
  #checkTopic(topicId: string): void {
    this.#topicId ??= topicId
    if (this.#topicId === topicId) return
    const { topic, partition } = this.#options
    throw new KafkaClientError('INCONSISTENT_TOPIC_ID', { topic, partition }, 'the topic was deleted and created anew')
  }

  async #backIntoRange(signal: CancelSignal | undefined): Promise<void> {
    const { topic, partition } = this.#options
    const [range] = await offsetRanges(this.#client, [{ topic, partition }], signal === undefined ? {} : { signal })
    if (range === undefined || this.#position >= range.startOffset) {
      const detail = `offset ${this.#position} is behind the end of the log at ${range?.endOffset}`
      throw new KafkaClientError('OFFSET_OUT_OF_RANGE', { topic, partition }, detail)
    }
    this.#skippedFrom = this.#position
    this.seek(range.startOffset)
    return this.#fetch(0, signal)
  }
}

const controlBit = 0b10_0000

function hasTransactions(records: Uint8Array): boolean {
  for (const batch of batchesIn(records)) if (batchIsTransactional(batch, 0)) return true
  return false
}
