import type { CancelTimer } from '../../env/clock.ts'
import { partitionName, type TopicPartition } from '../../model/ids.ts'
import { alterGroupOffsets, type CommittedOffset, committedOffsets } from '../admin/group-offsets.ts'
import { listOffsets } from '../admin/offsets.ts'
import { KafkaClientError } from '../client-error.ts'
import type { KafkaClient } from '../kafka-client.ts'
import { type TailBatches, tailPartitions } from '../reading/topic-tail.ts'
import { Canceller } from './canceller.ts'
import { ClassicMembership } from './classic-membership.ts'
import {
  type ConsumerHandler,
  type ConsumerOptions,
  type ConsumerSettings,
  consumerSettings,
  type ConsumerState,
  type ConsumerStatus,
  type GroupConsumer,
} from './consumer-options.ts'
import { ConsumerMembership } from './consumer-membership.ts'
import type { Membership } from './membership.ts'

/** Joins a group and receives its share of the topics until `leave` or `crash`. At least once: what was received and not committed comes again. */
export function consumeAsGroup(client: KafkaClient, options: ConsumerOptions, handler: ConsumerHandler): GroupConsumer {
  const consumer = new Consumer(client, consumerSettings(options), handler)
  consumer.start()
  return consumer
}

let consumers = 0

/** The topic was deleted. */
const goneErrors: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])

class Consumer implements GroupConsumer {
  readonly stopped: Promise<void>
  readonly #client: KafkaClient
  readonly #settings: ConsumerSettings
  readonly #handler: ConsumerHandler
  readonly #membership: Membership
  readonly #lane: string
  readonly #cancel = new Canceller()
  readonly #positions = new Map<string, TopicPartition & { offset: number }>()
  readonly #committed = new Map<string, number>()
  #assignment: readonly TopicPartition[] = []
  #state: ConsumerState = 'joining'
  #reading: { readonly cancel: Canceller; readonly ended: Promise<void> } | undefined
  #isPaused = false
  #cancelCommit: CancelTimer | undefined
  #settle: { resolve(): void; reject(reason: unknown): void } = { resolve() {}, reject() {} }

  constructor(client: KafkaClient, settings: ConsumerSettings, handler: ConsumerHandler) {
    this.#client = client
    this.#settings = settings
    this.#handler = handler
    this.#lane = `group ${settings.groupId} ${++consumers}`
    const wire = { client, settings, lane: this.#lane }
    this.#membership = settings.protocol === 'consumer' ? new ConsumerMembership(wire) : new ClassicMembership(wire)
    this.stopped = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    // Whoever does not look at `stopped` learns of the failure by `trouble`.
    this.stopped.catch(() => undefined)
  }

  start(): void {
    this.#commitLater()
    void this.#membership
      .run({
        signal: this.#cancel.signal,
        joining: () => (this.#state = this.#state === 'joining' ? 'joining' : 'rebalancing'),
        assigned: partitions => this.#assigned(partitions),
        revoke: partitions => this.#revoked(partitions),
        lose: partitions => this.#lost(partitions),
        trouble: error => this.#handler.trouble?.(error),
      })
      .catch((error: unknown) => this.#fail(error))
  }

  status(): ConsumerStatus {
    const { memberId, generation, assignor, isLeader } = this.#membership.identity()
    const positions = [...this.#positions.values()].map(it => ({ ...it }))
    return { state: this.#state, memberId, generation, assignor, isLeader, assignment: this.#assignment, positions }
  }

  async commit(): Promise<void> {
    await this.#commit([...this.#positions.values()])
  }

  pause(): void {
    this.#isPaused = true
    void this.#stopReading()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#state !== 'stopped') this.#startReading()
  }

  async leave(): Promise<void> {
    if (this.#state === 'stopped') return
    await this.#stopReading()
    if (this.#settings.commit === 'auto') await this.commit().catch((error: unknown) => this.#tell(error))
    this.#stop()
    this.#client.closeLane(this.#lane)
    await this.#membership.leave().catch((error: unknown) => this.#tell(error))
    this.#settle.resolve()
  }

  crash(): void {
    if (this.#state === 'stopped') return
    this.#stop()
    this.#client.closeLane(this.#lane)
    this.#settle.resolve()
  }

  #stop(): void {
    this.#state = 'stopped'
    this.#cancelCommit?.()
    this.#reading?.cancel.abort()
    this.#cancel.abort()
  }

  #fail(error: unknown): void {
    if (this.#state === 'stopped') return
    this.#stop()
    this.#client.closeLane(this.#lane)
    this.#tell(error)
    this.#settle.reject(error)
  }

  #tell(error: unknown): void {
    if (error instanceof KafkaClientError && error.code !== 'CANCELLED') this.#handler.trouble?.(error)
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#stopReading()
    const known = new Set(partitions.map(it => partitionName(it.topic, it.partition)))
    for (const name of this.#positions.keys()) if (!known.has(name)) this.#forget(name)
    const added = partitions.filter(it => !this.#positions.has(partitionName(it.topic, it.partition)))
    if (added.length > 0) await this.#findPositions(added)
    this.#assignment = partitions
    this.#state = 'stable'
    await this.#handler.assigned?.(partitions, this.#membership.identity().generation)
    if (!this.#isPaused) this.#startReading()
  }

  #forget(name: string): void {
    this.#positions.delete(name)
    this.#committed.delete(name)
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#stopReading()
    await this.#handler.revoked?.(partitions)
    const held = partitions.flatMap(it => this.#positions.get(partitionName(it.topic, it.partition)) ?? [])
    if (this.#settings.commit === 'auto') await this.#commit(held).catch((error: unknown) => this.#tell(error))
    for (const it of partitions) this.#forget(partitionName(it.topic, it.partition))
    this.#assignment = this.#assignment.filter(it => this.#positions.has(partitionName(it.topic, it.partition)))
    // What stays is read on while the group rebalances.
    if (this.#assignment.length > 0 && !this.#isPaused) this.#startReading()
  }

  async #lost(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#stopReading()
    for (const it of partitions) this.#forget(partitionName(it.topic, it.partition))
    this.#assignment = []
    await this.#handler.lost?.(partitions)
  }

  /** From the committed offset, or where the options say without one. Partitions of a topic that is gone have none. */
  async #findPositions(partitions: readonly TopicPartition[]): Promise<void> {
    const plain = partitions.map(({ topic, partition }) => ({ topic, partition }))
    const forEver = { signal: this.#cancel.signal, timeoutMs: Number.POSITIVE_INFINITY }
    const committed = await this.#client.retry(() => this.#committedOf(plain), forEver)
    const missing = committed.filter(it => it.offset < 0)
    const starts = missing.length === 0 ? [] : await this.#client.retry(() => this.#startsOf(missing), forEver)
    for (const { topic, partition, offset } of [...committed.filter(it => it.offset >= 0), ...starts]) {
      this.#positions.set(partitionName(topic, partition), { topic, partition, offset })
    }
  }

  /** Offsets that a transaction is about to commit are waited for (UNSTABLE_OFFSET_COMMIT, KIP-447), as is what else stands in the way. */
  async #committedOf(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    const { groupId } = this.#settings
    const options = { partitions, requireStable: true, signal: this.#cancel.signal }
    const committed = await committedOffsets(this.#client, groupId, options)
    const refused = committed.find(it => it.error !== 'NONE' && !goneErrors.has(it.error))
    if (refused === undefined) return committed.filter(it => it.error === 'NONE')
    throw new KafkaClientError(refused.error, { group: groupId, topic: refused.topic, partition: refused.partition })
  }

  /** Beginning somewhere else for want of an answer would skip records, or read all of them again: it waits for the answer. */
  async #startsOf(partitions: readonly TopicPartition[]): Promise<readonly (TopicPartition & { readonly offset: number })[]> {
    const questions = partitions.map(({ topic, partition }) => ({ topic, partition, at: this.#settings.offsetReset }))
    const answers = await listOffsets(this.#client, questions, { signal: this.#cancel.signal })
    const unanswered = answers.find(it => it.error !== 'NONE' && !goneErrors.has(it.error))
    if (unanswered !== undefined) {
      const { error, topic, partition } = unanswered
      throw new KafkaClientError(error, { topic, partition })
    }
    return answers.filter(it => it.error === 'NONE')
  }

  #startReading(): void {
    if (this.#reading !== undefined || this.#positions.size === 0) return
    const cancel = new Canceller()
    const ended = tailPartitions(
      this.#client,
      {
        positions: [...this.#positions.values()],
        isolation: this.#settings.isolation,
        lane: `${this.#lane} fetch`,
        signal: cancel.signal,
        waitMs: this.#settings.fetchWaitMs,
        fetchBytesMax: this.#settings.fetchBytesMax,
      },
      batches => this.#receive(batches),
      error => this.#handler.trouble?.(error),
    ).catch((error: unknown) => {
      // The group assigns anew when topics come and go; until then there is nothing to read.
      if (error instanceof KafkaClientError && goneErrors.has(error.code)) this.#tell(error)
      else this.#fail(error)
    })
    this.#reading = { cancel, ended }
  }

  async #receive(batches: TailBatches): Promise<void> {
    await this.#handler.receive(batches)
    const position = this.#positions.get(partitionName(batches.topic, batches.partition))
    const last = batches.batches.at(-1)
    if (position !== undefined && last !== undefined) position.offset = last.lastOffset + 1
  }

  async #stopReading(): Promise<void> {
    const reading = this.#reading
    this.#reading = undefined
    reading?.cancel.abort()
    await reading?.ended
  }

  #commitLater(): void {
    if (this.#settings.commit !== 'auto') return
    this.#cancelCommit = this.#client.env.timers.after(this.#settings.autoCommitIntervalMs, () => {
      if (this.#state === 'stopped') return
      const commit = this.#state === 'stable' ? this.commit() : Promise.resolve()
      void commit.catch((error: unknown) => this.#tell(error)).finally(() => this.#state !== 'stopped' && this.#commitLater())
    })
  }

  /** Only what moved since the last commit. */
  async #commit(positions: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    const moved = positions
      .filter(it => this.#committed.get(partitionName(it.topic, it.partition)) !== it.offset)
      .map(({ topic, partition, offset }) => ({ topic, partition, offset }))
    if (moved.length === 0) return
    const { memberId, generation } = this.#membership.identity()
    const member = { memberId, generationOrEpoch: generation, instanceId: this.#settings.instanceId }
    const outcomes = await alterGroupOffsets(this.#client, this.#settings.groupId, moved, { member, timeoutMs: 10_000 })
    for (const it of moved) this.#committed.set(partitionName(it.topic, it.partition), it.offset)
    for (const { error, topic, partition } of outcomes) {
      if (error === 'NONE') continue
      this.#committed.delete(partitionName(topic, partition))
      throw new KafkaClientError(error, { group: this.#settings.groupId, topic, partition })
    }
  }
}
