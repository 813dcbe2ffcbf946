import type { CompressionName } from '../../env/codec.ts'

export interface RecordToSend {
  readonly topic: string
  /** Chosen by key, or for want of one by turns, when absent. */
  readonly partition?: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  /** Wall clock when absent. */
  readonly timestampMs?: number
}

export interface Delivery {
  readonly topic: string
  readonly partition: number
  /** -1: not told (acks=0, or a repetition that the broker knew already). */
  readonly offset: number
  /** What the record carries: its own time, or the broker's with LogAppendTime. */
  readonly timestampMs: number
}

export interface ProducerOptions {
  /** -1: all in-sync replicas (default), 1: the leader, 0: nobody, the record may be lost unnoticed. */
  readonly acks?: -1 | 0 | 1
  readonly compression?: CompressionName
  /** How long a batch waits to fill. Default 5. */
  readonly lingerMs?: number
  /** A batch is sent when it has so many bytes before compression. Default 256 KiB. */
  readonly batchBytesMax?: number
  /** Records that wait or are on their way; more are refused with OVERLOADED. Default 64 MiB. */
  readonly bufferBytesMax?: number
  /** No duplicates and no changed order when batches are repeated (KIP-98). Default: true with acks=-1. */
  readonly idempotent?: boolean
  /** From `send` to the last repetition. Default 60 s. */
  readonly deliveryTimeoutMs?: number
  /** All records belong to transactions of this id. */
  readonly transactionalId?: string
  readonly transactionTimeoutMs?: number
}

export type ProducerSettings = Required<Omit<ProducerOptions, 'transactionalId'>> & { readonly transactionalId: string | null }

export function producerSettings(options: ProducerOptions): ProducerSettings {
  const acks = options.acks ?? -1
  const transactionalId = options.transactionalId ?? null
  const idempotent = options.idempotent ?? acks === -1
  if ((idempotent || transactionalId !== null) && acks !== -1) throw new TypeError('idempotence and transactions need acks=-1')
  return {
    acks,
    compression: options.compression ?? 'none',
    lingerMs: options.lingerMs ?? 5,
    batchBytesMax: options.batchBytesMax ?? 256 * 1024,
    bufferBytesMax: options.bufferBytesMax ?? 64 * 1024 * 1024,
    idempotent: idempotent || transactionalId !== null,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 60_000,
    transactionalId,
    transactionTimeoutMs: options.transactionTimeoutMs ?? 60_000,
  }
}

/** What is in the producer now, for people who watch it. */
export interface ProducerStatus {
  readonly partitions: readonly {
    readonly topic: string
    readonly partition: number
    readonly queuedBatches: number
    readonly queuedRecords: number
    readonly inFlightRecords: number
  }[]
  readonly bufferedBytes: number
  readonly producerId: number
  readonly producerEpoch: number
}

export interface Producer {
  /**
   * Puts the record into the batch of its partition and resolves when the cluster has it. Order holds within a partition. Rejects with
   * OVERLOADED, MESSAGE_TOO_LARGE, UNKNOWN_TOPIC_OR_PARTITION, what the broker says, TIMED_OUT, CLOSED.
   */
  send(record: RecordToSend): Promise<Delivery>
  /** Sends what waits; resolves when nothing is under way any more, whatever became of it. */
  flush(): Promise<void>
  status(): ProducerStatus
  /** Flushes, then refuses further records. */
  close(): Promise<void>
}

/** Offsets that a transaction commits for a group, read-process-write (KIP-447). */
export interface TransactionOffsets {
  readonly groupId: string
  readonly offsets: readonly {
    readonly topic: string
    readonly partition: number
    readonly offset: number
    readonly metadata?: string
  }[]
  readonly member?: { readonly memberId: string; readonly generationOrEpoch: number; readonly instanceId?: string | null }
}

/** One transaction at a time. After an error of `send` or `commit` the transaction can only be aborted; PRODUCER_FENCED ends the producer. */
export interface TransactionalProducer extends Producer {
  begin(): void
  sendOffsets(offsets: TransactionOffsets): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
}
