import type {
  CoordinatorMetadata,
  CoordinatorPorts,
  CoordinatorTopic,
  FactLog,
  FactMarker,
  TopicsChange,
} from '../../../broker-core/coordinator/ports.ts'
import type { Clock, Timers } from '../../../broker-core/env/clock.ts'
import { crc32c } from '../../../broker-core/env/node/checksum.ts'
import { nodeCompression } from '../../../broker-core/env/node/compression.ts'
import type { KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import { transactionMarkerIn } from '../../../broker-core/storage/log-producers.ts'
import {
  batchLastOffset,
  batchProducerEpoch,
  batchProducerId,
  batchSizeBytes,
  stampOffsetAndEpoch,
} from '../../../broker-core/records/batch-header.ts'

/** Time that stands still until a test moves it. */
export class ManualTime implements Clock, Timers {
  #now = 1_700_000_000_000
  #sequence = 0
  readonly #due: { readonly at: number; readonly sequence: number; readonly run: () => void }[] = []

  nowMs(): number {
    return this.#now
  }

  monotonicMs(): number {
    return this.#now
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, sequence: this.#sequence++, run: callback }
    this.#due.push(timer)
    return () => {
      const index = this.#due.indexOf(timer)
      if (index >= 0) this.#due.splice(index, 1)
    }
  }

  soon(callback: () => void): () => void {
    return this.after(0, callback)
  }

  /** Runs what is due now and everything that follows from it, until nothing moves. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      await new Promise(resolve => setImmediate(resolve))
      quiet = this.#runDue() ? 0 : quiet + 1
    }
  }

  async advance(byMs: number): Promise<void> {
    await this.settle()
    const until = this.#now + byMs
    for (;;) {
      const next = this.#due.toSorted((a, b) => a.at - b.at || a.sequence - b.sequence)[0]
      if (next === undefined || next.at > until) break
      this.#now = Math.max(this.#now, next.at)
      await this.settle()
    }
    this.#now = until
    await this.settle()
  }

  #runDue(): boolean {
    const due = this.#due.filter(timer => timer.at <= this.#now).toSorted((a, b) => a.at - b.at || a.sequence - b.sequence)
    for (const timer of due) {
      const index = this.#due.indexOf(timer)
      if (index < 0) continue
      this.#due.splice(index, 1)
      timer.run()
    }
    return due.length > 0
  }
}

/** A leader's log in memory. Appends are committed at once, or when the test says so. */
export class MemoryFactLog implements FactLog {
  readonly partition: number
  readonly leaderEpoch: number
  readonly logStartOffset = 0
  batchBytesMax = 1_048_588
  commitsAtOnce = true
  refuses: KafkaErrorName | undefined
  readonly #coordinatorEpochs = new Map<number, number>()
  #batches: Uint8Array[]
  #highWatermark: number
  readonly #listeners = new Set<(highWatermark: number) => void>()

  constructor(partition: number, leaderEpoch: number, batches: readonly Uint8Array[] = []) {
    this.partition = partition
    this.leaderEpoch = leaderEpoch
    this.#batches = [...batches]
    this.#highWatermark = this.logEndOffset
  }

  get batches(): readonly Uint8Array[] {
    return this.#batches
  }

  get logEndOffset(): number {
    const last = this.#batches.at(-1)
    return last === undefined ? 0 : batchLastOffset(last, 0) + 1
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  refusal(): KafkaErrorName | undefined {
    return this.refuses
  }

  markerRefusal(marker: FactMarker): KafkaErrorName | undefined {
    if (this.isZombie(marker)) return 'INVALID_PRODUCER_EPOCH'
    const newest = this.#coordinatorEpochs.get(marker.producerId) ?? -1
    return marker.coordinatorEpoch < newest ? 'TRANSACTION_COORDINATOR_FENCED' : undefined
  }

  isZombie({ producerEpoch, producerId }: Pick<FactMarker, 'producerId' | 'producerEpoch'>): boolean {
    return this.#batches.some(batch => batchProducerId(batch, 0) === producerId && batchProducerEpoch(batch, 0) > producerEpoch)
  }

  append(batch: Uint8Array): { ok: true; lastOffset: number } | { ok: false; error: KafkaErrorName } {
    if (this.refuses !== undefined) return { ok: false, error: this.refuses }
    if (batchSizeBytes(batch, 0) !== batch.length) throw new Error('not one whole batch')
    const marker = transactionMarkerIn(batch, 0, nodeCompression)
    const fenced = marker && this.markerRefusal(marker)
    if (fenced !== undefined) return { ok: false, error: fenced }
    if (marker !== undefined) this.#coordinatorEpochs.set(marker.producerId, marker.coordinatorEpoch)
    stampOffsetAndEpoch(batch, 0, this.logEndOffset, this.leaderEpoch)
    this.#batches.push(batch)
    if (this.commitsAtOnce) this.commit()
    return { ok: true, lastOffset: this.logEndOffset - 1 }
  }

  read(fromOffset: number, maxBytes: number): { chunks: readonly Uint8Array[]; nextOffset: number } {
    const chunks: Uint8Array[] = []
    let bytes = 0
    let nextOffset = fromOffset
    for (const batch of this.#batches) {
      if (batchLastOffset(batch, 0) < fromOffset) continue
      if (chunks.length > 0 && bytes + batch.length > maxBytes) break
      chunks.push(batch)
      bytes += batch.length
      nextOffset = batchLastOffset(batch, 0) + 1
    }
    return { chunks, nextOffset }
  }

  watchHighWatermark(listener: (highWatermark: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Everything appended so far is committed. */
  commit(): void {
    this.#highWatermark = this.logEndOffset
    for (const listener of [...this.#listeners]) listener(this.#highWatermark)
  }

  /** As after an election: this much is known to be committed. */
  hold(highWatermark: number): void {
    this.#highWatermark = highWatermark
    this.commitsAtOnce = false
  }

  /** What the next leader finds: the committed part only, or all that was written. */
  successor(options: { readonly withUncommitted: boolean } = { withUncommitted: true }): MemoryFactLog {
    const kept = options.withUncommitted
      ? this.#batches
      : this.#batches.filter(batch => batchLastOffset(batch, 0) < this.#highWatermark)
    return new MemoryFactLog(
      this.partition,
      this.leaderEpoch + 1,
      kept.map(batch => batch.slice()),
    )
  }
}

export class FakeMetadata implements CoordinatorMetadata {
  readonly topics = new Map<string, CoordinatorTopic>()
  readonly racks = new Map<string, readonly string[]>()
  readonly groupConfigs = new Map<string, ReadonlyMap<string, string>>()
  readonly features = new Map([['group.version', 1]])
  leader: number | undefined = 1
  #listeners = new Set<(change: TopicsChange) => void>()

  constructor() {
    this.topics.set('__consumer_offsets', topicOf('__consumer_offsets', 1))
    this.topics.set('__transaction_state', topicOf('__transaction_state', 1))
  }

  topic(name: string) {
    return this.topics.get(name)
  }
  topicById(topicId: string) {
    return [...this.topics.values()].find(topic => topic.topicId === topicId)
  }
  topicNames() {
    return this.topics.keys()
  }
  partitionLeader(topic: string, partition: number) {
    return partition < (this.topics.get(topic)?.partitionCount ?? 0) ? this.leader : undefined
  }
  partitionRacks(topic: string, partition: number) {
    return this.racks.get(`${topic}-${partition}`) ?? []
  }
  endpoint(nodeId: number) {
    return { host: 'localhost', port: 9092 + nodeId }
  }
  groupConfig(groupId: string) {
    return this.groupConfigs.get(groupId) ?? new Map<string, string>()
  }
  featureLevel(name: string) {
    return this.features.get(name) ?? 0
  }
  watchTopics(listener: (change: TopicsChange) => void) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  put(name: string, partitionCount: number, part: Partial<CoordinatorTopic> = {}): CoordinatorTopic {
    const topic = { ...topicOf(name, partitionCount), ...part }
    this.topics.set(name, topic)
    this.#tell({ changed: new Set([name]), deleted: [] })
    return topic
  }

  drop(name: string): void {
    const topic = this.topics.get(name)
    if (topic === undefined) return
    this.topics.delete(name)
    this.#tell({ changed: new Set(), deleted: [topic] })
  }

  #tell(change: TopicsChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/** An id that can be read in failures: the name, padded. */
export const topicOf = (name: string, partitionCount: number): CoordinatorTopic => ({
  name,
  partitionCount,
  topicId: `${name
    .replace(/[^a-zA-Z0-9]/g, '-')
    .padEnd(21, 'x')
    .slice(0, 21)}A`,
})

export interface Ground extends CoordinatorPorts {
  readonly time: ManualTime
  readonly metadata: FakeMetadata
  readonly logged: string[]
}

/** Ports of a broker 1 that leads partition 0 of both internal topics. */
export function ground(overrides: Partial<CoordinatorPorts> = {}): Ground {
  const time = new ManualTime()
  const logged: string[] = []
  let seed = 1
  let nextBlock = 1000
  return {
    nodeId: 1,
    time,
    clock: time,
    timers: time,
    random: {
      fraction: () => 0.5,
      bytes: count => Uint8Array.from({ length: count }, () => (seed = (seed * 48271) % 2147483647) & 255),
    },
    crc32c,
    compression: nodeCompression,
    log: { write: (level, event, fields) => logged.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`) },
    logged,
    metadata: new FakeMetadata(),
    producerIds: {
      allocate: async () => {
        nextBlock += 1000
        return { firstProducerId: nextBlock, length: 1000 }
      },
    },
    markers: { send: () => Promise.reject(new Error('no markers in this test')) },
    internalTopics: { ensure: async () => 'NONE' },
    ...overrides,
  } as Ground
}
