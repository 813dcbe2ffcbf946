import type { BatchRejection } from '../records/batch-validation.ts'

/**
 * What the layers above see of one partition's bytes. All calls are synchronous and made from the broker's own thread; the
 * implementation is `storage/log.ts`. Disk trouble is thrown as StorageFailure and takes the log directory offline (DISK-38).
 */
export interface PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  /** Directory of this partition, for people. */
  readonly directory: string
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly highWatermark: number
  /** TXN-30; equals the high watermark when no transaction is open below it. */
  readonly lastStableOffset: number
  readonly sizeBytes: number
  readonly latestEpoch: number | undefined

  /** Leader append: validates (PROD-01..06), detects duplicates (IDEM-), stamps offsets and epoch in place, one write. */
  appendAsLeader(batches: Uint8Array, options: LeaderAppend): AppendResult
  /**
   * Follower append: bytes as the leader sent them; offsets must follow on (IDEM-09). A trailing partial batch is ignored. Throws
   * CorruptRecords for a wrong CRC or offset; nothing is appended then.
   */
  appendAsFollower(batches: Uint8Array, options: { leaderEpochMax: number }): { lastOffset: number; batchCount: number }
  /** Whole batches from the one containing `fromOffset` (FETCH-03), below `maxOffsetExclusive`; views, not copies, where they are in memory. */
  read(query: ReadQuery): ReadResult
  /** Never back on a leader; clamps to [start, end]. Returns true when it moved. */
  advanceHighWatermark(to: number): boolean
  /** DeleteRecords and followers taking over the leader's start offset. */
  advanceLogStartOffset(to: number, reason: 'delete-records' | 'leader' | 'retention'): boolean
  /** REPL-13: drops everything at and above `offset`. */
  truncateTo(offset: number): void
  /** REPL-14: drops everything and starts an empty log at `offset`. */
  truncateFullyAndStartAt(offset: number): void
  /** REPL-11: notes that `epoch` starts at the log end; idempotent. */
  beginLeaderEpoch(epoch: number): void
  /** REPL-12: largest known epoch <= `epoch` and its end offset; (-1, -1) unknown. */
  endOffsetOfEpoch(epoch: number): { epoch: number; endOffset: number }
  epochOfOffset(offset: number): number | undefined
  /** LO-05: first record with timestamp >= `timestampMs` below `belowOffset`. */
  offsetForTime(timestampMs: number, belowOffset: number): TimedOffset | undefined
  /** -3 MAX_TIMESTAMP. */
  offsetOfMaxTimestamp(belowOffset: number): TimedOffset | undefined
  /** TXN-31/32. */
  abortedTransactions(fromOffset: number, toOffset: number): readonly { producerId: number; firstOffset: number }[]
  producers(): readonly ProducerStateView[]
  /** The newest that the log knows; undefined: nothing of this producer. */
  producerEpoch(producerId: number): number | undefined
  /** New topic configuration takes effect at once. */
  reconfigure(config: LogConfigInput): void
  flush(): void
  close(): void
}

export interface LeaderAppend {
  readonly leaderEpoch: number
  readonly origin: 'client' | 'coordinator' | 'replication' | 'raft'
  /** Wire version of Produce, for rules that depend on it. */
  readonly produceVersion?: number
  /** Of the producer whose marker this is: since 2 a marker that ends an open transaction has a higher epoch than its data (TXN-12). */
  readonly transactionVersion?: number
}

export type AppendResult =
  | {
      readonly ok: true
      readonly firstOffset: number
      readonly lastOffset: number
      /** -1 unless the topic stamps log append time (PROD-05). */
      readonly logAppendTimeMs: number
      /** IDEM-03: nothing was written, the first answer is repeated. */
      readonly duplicate: boolean
      readonly appendedBytes: number
    }
  | { readonly ok: false; readonly rejection: BatchRejection }

export interface ReadQuery {
  readonly fromOffset: number
  readonly maxBytes: number
  /** Exclusive upper offset: high watermark, last stable offset, or log end. */
  readonly belowOffset: number
  /** FETCH-05: return the first batch even when it is larger than `maxBytes`. */
  readonly atLeastOneBatch: boolean
}

export interface ReadResult {
  readonly chunks: readonly Uint8Array[]
  readonly sizeBytes: number
  /** Base offset of the first batch returned, -1 when none. */
  readonly firstBatchBaseOffset: number
  /** Offset after the last batch returned, or `fromOffset`. */
  readonly nextOffset: number
  /** FETCH-04: there is more below `belowOffset` and room for it, but in the next segment: waiting brings no more of this one. */
  readonly endsAtSegment?: boolean
}

export interface TimedOffset {
  readonly offset: number
  readonly timestampMs: number
  readonly leaderEpoch: number
}

/** IDEM-11. */
export interface ProducerStateView {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestampMs: number
  readonly coordinatorEpoch: number
  readonly currentTransactionStartOffset: number
}

/** Kafka's topic configuration names with their values as text; unknown names are ignored here. */
export type LogConfigInput = Readonly<Record<string, string>>

export class StorageFailure extends Error {
  override readonly name = 'StorageFailure'
  readonly directory: string
  constructor(directory: string, detail: string, options?: { cause?: unknown }) {
    super(`storage failed in ${directory}: ${detail}`, options)
    this.directory = directory
  }
}
