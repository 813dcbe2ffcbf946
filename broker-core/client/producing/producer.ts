import type { CancelTimer } from '../../env/clock.ts'
import { partitionName } from '../../model/ids.ts'
import type { RecordToWrite } from '../../records/batch-writer.ts'
import { KafkaClientError } from '../client-error.ts'
import type { KafkaClient } from '../kafka-client.ts'
import type { TopicMetadata } from '../metadata/cluster-metadata.ts'
import { backoffMs } from '../retry.ts'
import { partitionOfKey, StickyPartitions } from './partitioner.ts'
import { PartitionQueue, type PendingBatch, recordBytes } from './partition-queue.ts'
import { type BatchResult, type BatchToSend, produceBatches } from './produce-batches.ts'
import { ProducerIdentity } from './producer-identity.ts'
import {
  type Delivery,
  type Producer,
  type ProducerOptions,
  type ProducerSettings,
  producerSettings,
  type ProducerStatus,
  type RecordToSend,
} from './producer-options.ts'

type PlainOptions = Omit<ProducerOptions, 'transactionalId'>

/** A producer without transactions. It asks the cluster nothing before the first record. */
export function createProducer(client: KafkaClient, options: PlainOptions = {}): Producer {
  const settings = producerSettings(options)
  return new RecordSender(client, settings, new ProducerIdentity(client, settings), noRules)
}

/** The same, with the identity that idempotence needs taken already: what the first record takes is its own way only. */
export async function readyProducer(client: KafkaClient, options: PlainOptions = {}): Promise<Producer> {
  const settings = producerSettings(options)
  const identity = new ProducerIdentity(client, settings)
  await identity.get()
  return new RecordSender(client, settings, identity, noRules)
}

/** What a transaction adds to sending. */
export interface SendRules {
  /** The reason why no record may be sent now. */
  allow(): KafkaClientError | undefined
  /** Before the first batch goes to partitions. */
  prepare(partitions: readonly { readonly topic: string; readonly partition: number }[]): Promise<void>
  /** A batch was given up. */
  failed(error: KafkaClientError): void
}

const noRules: SendRules = { allow: () => undefined, prepare: async () => {}, failed: () => {} }
const noHeaders: NonNullable<RecordToWrite['headers']> = []

export class RecordSender implements Producer {
  readonly #client: KafkaClient
  readonly #settings: ProducerSettings
  readonly #identity: ProducerIdentity
  readonly #rules: SendRules
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #sticky: StickyPartitions
  /** Records whose topic is being looked up go in order behind it. */
  readonly #lookups = new Map<string, Promise<TopicMetadata>>()
  #entering = 0
  #bufferedBytes = 0
  #flushing = 0
  #wakeAt: { readonly atMs: number; readonly cancel: CancelTimer } | undefined
  #idle: (() => void)[] = []
  #isClosed = false

  constructor(client: KafkaClient, settings: ProducerSettings, identity: ProducerIdentity, rules: SendRules) {
    this.#client = client
    this.#settings = settings
    this.#identity = identity
    this.#rules = rules
    this.#sticky = new StickyPartitions(settings.batchBytesMax, client.env.random)
  }

  send(record: RecordToSend): Promise<Delivery> {
    const refusal = this.#isClosed ? new KafkaClientError('CLOSED') : this.#rules.allow()
    if (refusal !== undefined) return Promise.reject(refusal)
    const timestampMs = record.timestampMs ?? this.#client.env.clock.nowMs()
    const toWrite: RecordToWrite = { timestampMs, key: record.key, value: record.value, headers: record.headers ?? noHeaders }
    const bytes = recordBytes(toWrite)
    if (this.#bufferedBytes + bytes > this.#settings.bufferBytesMax) {
      return Promise.reject(new KafkaClientError('OVERLOADED', { topic: record.topic }, 'too many records wait to be sent'))
    }
    const known = this.#lookups.has(record.topic) ? undefined : this.#client.cluster().topics.get(record.topic)
    if (known !== undefined && known.partitions.length > 0) return this.#enqueue(known, record, toWrite)
    return this.#sendAfterLookUp(record, toWrite, bytes)
  }

  async #sendAfterLookUp(record: RecordToSend, toWrite: RecordToWrite, bytes: number): Promise<Delivery> {
    const delivery = await this.#enter(record, toWrite, bytes)
    return delivery.promise
  }

  /** `promise` in an object, so that awaiting the queue does not await the delivery. */
  async #enter(record: RecordToSend, toWrite: RecordToWrite, bytes: number): Promise<{ readonly promise: Promise<Delivery> }> {
    this.#entering++
    // Records that wait for their topic count too; from the queue on their batch has them.
    this.#bufferedBytes += bytes
    try {
      const topic = await this.#lookUp(record.topic)
      return { promise: this.#enqueue(topic, record, toWrite) }
    } finally {
      this.#bufferedBytes -= bytes
      this.#entering--
      // A flush may wait for this record alone.
      if (this.#flushing > 0) this.#wakeIn(0)
    }
  }

  async #lookUp(name: string): Promise<TopicMetadata> {
    const running = this.#lookups.get(name) ?? this.#client.topic(name)
    this.#lookups.set(name, running)
    try {
      return await running
    } finally {
      this.#lookups.delete(name)
    }
  }

  #enqueue(topic: TopicMetadata, record: RecordToSend, toWrite: RecordToWrite): Promise<Delivery> {
    const partition = record.partition ?? this.#choose(topic, toWrite)
    if (topic.partitions[partition] === undefined) {
      return Promise.reject(new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION', { topic: topic.name, partition }))
    }
    const queue = this.#queueOf(topic.name, partition)
    return new Promise((resolve, reject) => {
      const waiting = { timestampMs: toWrite.timestampMs, resolve, reject }
      this.#bufferedBytes += queue.add(toWrite, waiting, this.#client.env.clock.monotonicMs())
      this.#wakeIn(this.#flushing > 0 ? 0 : this.#settings.lingerMs)
    })
  }

  #choose(topic: TopicMetadata, record: RecordToWrite): number {
    if (record.key !== null) return partitionOfKey(record.key, topic.partitions.length)
    return this.#sticky.choose(topic, recordBytes(record))
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    const name = partitionName(topic, partition)
    const known = this.#queues.get(name) ?? new PartitionQueue(topic, partition, this.#settings.batchBytesMax)
    this.#queues.set(name, known)
    return known
  }

  async flush(): Promise<void> {
    this.#flushing++
    try {
      this.#wakeIn(0)
      if (!this.#isIdle()) await new Promise<void>(resolve => this.#idle.push(resolve))
    } finally {
      this.#flushing--
    }
  }

  #isIdle(): boolean {
    return this.#entering === 0 && [...this.#queues.values()].every(queue => queue.isIdle())
  }

  status(): ProducerStatus {
    const partitions = [...this.#queues.values()].map(queue => queue.status())
    return { partitions, bufferedBytes: this.#bufferedBytes, ...this.#identity.known() }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.flush()
    this.#wakeAt?.cancel()
  }

  /** Gives up what waits and was not sent: the transaction is over. */
  dropWaiting(reason: KafkaClientError): void {
    for (const queue of this.#queues.values()) for (const batch of queue.dropWhere(() => true)) this.#reject(batch, reason)
    this.#tellIdle()
  }

  /** One timer, for the earliest time at which something can be done. */
  #wakeIn(delayMs: number): void {
    const atMs = this.#client.env.clock.monotonicMs() + delayMs
    if (this.#wakeAt !== undefined && this.#wakeAt.atMs <= atMs) return
    this.#wakeAt?.cancel()
    const { timers } = this.#client.env
    const wake = () => {
      this.#wakeAt = undefined
      this.#drain()
    }
    this.#wakeAt = { atMs, cancel: delayMs <= 0 ? timers.soon(wake) : timers.after(delayMs, wake) }
  }

  #drain(): void {
    const nowMs = this.#client.env.clock.monotonicMs()
    const ready: BatchToSend[] = []
    for (const queue of this.#queues.values()) {
      const batch = queue.take(nowMs, this.#settings.lingerMs, this.#flushing > 0)
      if (batch !== undefined) ready.push({ queue, batch })
    }
    if (ready.length > 0) void this.#sendAll(ready)
    this.#wakeWhenDue(nowMs)
    this.#tellIdle()
  }

  /** What is under way wakes the producer itself when it is settled. */
  #wakeWhenDue(nowMs: number): void {
    let dueAtMs = Number.POSITIVE_INFINITY
    for (const queue of this.#queues.values()) {
      dueAtMs = Math.min(dueAtMs, queue.dueAtMs(this.#settings.lingerMs, this.#flushing > 0))
    }
    if (dueAtMs !== Number.POSITIVE_INFINITY) this.#wakeIn(dueAtMs - nowMs)
  }

  #tellIdle(): void {
    if (this.#idle.length === 0 || !this.#isIdle()) return
    for (const tell of this.#idle.splice(0)) tell()
  }

  async #sendAll(ready: readonly BatchToSend[]): Promise<void> {
    try {
      await this.#rules.prepare(ready.map(({ queue }) => queue))
      await produceBatches(this.#client, this.#settings, this.#identity, ready, (item, result) => this.#settled(item, result))
    } catch (error) {
      const failure =
        error instanceof KafkaClientError ? error : new KafkaClientError('UNKNOWN_SERVER_ERROR', {}, String(error), error)
      for (const item of ready) if (item.queue.isInFlight(item.batch)) this.#settled(item, { error: failure })
    }
  }

  #settled({ queue, batch }: BatchToSend, result: BatchResult): void {
    if (!('error' in result)) {
      queue.settle()
      this.#resolve(queue, batch, result)
    } else if (result.error.code === 'MESSAGE_TOO_LARGE' && batch.records.length > 1) {
      queue.putBackHalves(batch)
    } else if (this.#mayRepeat(batch, result.error)) {
      this.#repeat(queue, batch, result.hasNewLeader === true)
    } else {
      this.#giveUp(queue, batch, result.error)
    }
    this.#wakeIn(0)
    this.#tellIdle()
  }

  #repeat(queue: PartitionQueue, batch: PendingBatch, hasNewLeader: boolean): void {
    batch.attempts++
    const pauseMs = hasNewLeader ? 0 : backoffMs(batch.attempts, this.#client.env.random)
    batch.notBeforeMs = this.#client.env.clock.monotonicMs() + pauseMs
    queue.putBack(batch)
  }

  #mayRepeat(batch: PendingBatch, error: KafkaClientError): boolean {
    const ageMs = this.#client.env.clock.monotonicMs() - batch.createdAtMs
    return error.retriable && ageMs < this.#settings.deliveryTimeoutMs && !this.#isHopeless(batch, error)
  }

  /** A topic that is not there after some attempts was deleted. */
  #isHopeless(batch: PendingBatch, error: KafkaClientError): boolean {
    return error.code === 'UNKNOWN_TOPIC_OR_PARTITION' && batch.attempts > 3
  }

  #giveUp(queue: PartitionQueue, batch: PendingBatch, error: KafkaClientError): void {
    queue.settle()
    // Its numbers may be missing at the broker now: what follows must not look like a gap.
    if (batch.stamp !== undefined) {
      this.#identity.renew()
      queue.forgetStamps()
    }
    this.#rules.failed(error)
    this.#reject(batch, error)
  }

  #resolve(
    queue: PartitionQueue,
    batch: PendingBatch,
    done: { readonly baseOffset: number; readonly appendTimeMs: number },
  ): void {
    this.#bufferedBytes -= batch.bytes
    const { topic, partition } = queue
    batch.waiting.forEach((waiting, index) =>
      waiting.resolve({
        topic,
        partition,
        offset: done.baseOffset < 0 ? -1 : done.baseOffset + index,
        timestampMs: done.appendTimeMs >= 0 ? done.appendTimeMs : waiting.timestampMs,
      }),
    )
  }

  #reject(batch: PendingBatch, error: KafkaClientError): void {
    this.#bufferedBytes -= batch.bytes
    for (const waiting of batch.waiting) waiting.reject(error)
  }
}
