import type { LogSink } from '../env/log-sink.ts'
import type { CancelTimer, Timers } from '../env/clock.ts'
import type { CommittedBatch, RaftListener, RaftNode } from '../consensus/raft-node.ts'
import { draftImage, emptyImage, type ImageDraft } from './image-draft.ts'
import { metadataVersionOf } from './feature-levels.ts'
import type { MetadataDelta, MetadataImage, MetadataSubscriber, MetadataView } from './image.ts'
import { eachImageRecord } from './image-records.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { decodeMetadataRecord, encodeMetadataRecord } from './metadata-record-codec.ts'

/**
 * The committed metadata of this node: listens to the quorum, keeps the newest image, tells subscribers what changed, and writes
 * snapshots so that the log stays bounded. One per node, for broker and controller alike.
 *
 *   const metadata = metadataLoader({ clusterId, timers, sink })
 *   raft.subscribe(metadata.listener); metadata.snapshotInto(raft); raft.start()
 */
export interface MetadataLoader extends MetadataView {
  readonly listener: RaftListener
  /** From now on snapshots are written to this node's log. */
  snapshotInto(raft: RaftNode, limits?: SnapshotLimits): void
  /** Bytes and batches applied since the last snapshot, for people. */
  sinceSnapshot(): { readonly bytes: number; readonly batches: number }
}

/** Kafka's `metadata.log.max.record.bytes.between.snapshots` and `metadata.log.max.snapshot.interval.ms`. */
export interface SnapshotLimits {
  readonly bytes: number
  readonly intervalMs: number
}

export interface MetadataLoaderOptions {
  readonly clusterId: string
  readonly timers: Timers
  readonly sink: LogSink
}

const defaultLimits: SnapshotLimits = { bytes: 20 * 1024 * 1024, intervalMs: 3_600_000 }

/** Waiters for an offset; beyond it a new one is answered as if its deadline had passed. */
const waitersMax = 10_000

interface Waiter {
  readonly offset: number
  resolve(reached: boolean): void
}

export const metadataLoader = (options: MetadataLoaderOptions): MetadataLoader => new Loader(options)

class Loader implements MetadataLoader {
  readonly listener: RaftListener
  readonly #options: MetadataLoaderOptions
  readonly #subscribers = new Set<MetadataSubscriber>()
  readonly #applied = { bytes: 0, batches: 0 }
  #image: MetadataImage
  #waiters: Waiter[] = []
  #snapshots: SnapshotWriter | undefined

  constructor(options: MetadataLoaderOptions) {
    this.#options = options
    this.#image = emptyImage(options.clusterId)
    this.listener = {
      loadSnapshot: (values, endOffset, epoch) => this.#load(values, { offset: endOffset, epoch }),
      commit: batch => this.#commit(batch),
      leaderChanged() {},
    }
  }

  image(): MetadataImage {
    return this.#image
  }

  subscribe(subscriber: MetadataSubscriber): () => void {
    this.#subscribers.add(subscriber)
    return () => void this.#subscribers.delete(subscriber)
  }

  whenAtLeast(offset: number, timeoutMs: number): Promise<boolean> {
    if (this.#image.offset >= offset) return Promise.resolve(true)
    if (this.#waiters.length >= waitersMax) return Promise.resolve(false)
    return new Promise(resolve => {
      const cancel = this.#options.timers.after(timeoutMs, () => {
        this.#waiters = this.#waiters.filter(each => each !== waiter)
        resolve(false)
      })
      const waiter: Waiter = {
        offset,
        resolve(reached) {
          cancel()
          resolve(reached)
        },
      }
      this.#waiters.push(waiter)
    })
  }

  snapshotInto(raft: RaftNode, limits = defaultLimits): void {
    this.#snapshots = new SnapshotWriter(raft, limits, this.#options, this)
  }

  sinceSnapshot(): { readonly bytes: number; readonly batches: number } {
    return this.#applied
  }

  forgetApplied(): void {
    this.#applied.bytes = 0
    this.#applied.batches = 0
  }

  #load(values: readonly Uint8Array[], position: { offset: number; epoch: number }): void {
    const draft = draftImage(emptyImage(this.#options.clusterId))
    applyValues(draft, values)
    this.forgetApplied()
    this.#publish(replacement(this.#image, draft.finish(position)))
  }

  #commit(batch: CommittedBatch): void {
    const draft = draftImage(this.#image)
    applyValues(draft, batch.values)
    for (const value of batch.values) this.#applied.bytes += value.length
    this.#applied.batches += 1
    this.#publish(draft.finish({ offset: batch.lastOffset + 1, epoch: batch.epoch }))
    if (batch.values.length > 0) this.#snapshots?.writeIfDue()
  }

  #publish(delta: MetadataDelta): void {
    this.#image = delta.next
    for (const subscriber of this.#subscribers) subscriber(delta)
    const due = this.#waiters.filter(waiter => waiter.offset <= this.#image.offset)
    if (due.length === 0) return
    this.#waiters = this.#waiters.filter(waiter => waiter.offset > this.#image.offset)
    for (const waiter of due) waiter.resolve(true)
  }
}

/** Records made into bytes in one go; more follow after the present macrotask, or a large image would stop its broker for half a second. */
const recordsPerStep = 500

/** Looks after each batch with records; the clock only makes the next one due. */
class SnapshotWriter {
  readonly #raft: RaftNode
  readonly #limits: SnapshotLimits
  readonly #options: MetadataLoaderOptions
  readonly #loader: Loader
  #isTimeUp = false
  #isWriting = false
  #cancelTimer: CancelTimer | undefined

  constructor(raft: RaftNode, limits: SnapshotLimits, options: MetadataLoaderOptions, loader: Loader) {
    this.#raft = raft
    this.#limits = limits
    this.#options = options
    this.#loader = loader
  }

  writeIfDue(): void {
    this.#cancelTimer ??= this.#options.timers.after(this.#limits.intervalMs, () => {
      this.#isTimeUp = true
      this.writeIfDue()
    })
    const image = this.#loader.image()
    const isDue = this.#isTimeUp || this.#loader.sinceSnapshot().bytes >= this.#limits.bytes
    if (!isDue || this.#isWriting || image.offset <= this.#raft.snapshotEndOffset) return
    this.#isWriting = true
    this.#isTimeUp = false
    this.#cancelTimer()
    this.#cancelTimer = undefined
    this.#loader.forgetApplied()
    this.#step(image, eachImageRecord(image), [])
  }

  /** The image never changes, so the log may go on meanwhile. */
  #step(image: MetadataImage, records: Generator<MetadataRecord>, values: Uint8Array[]): void {
    for (let count = 0; count < recordsPerStep; count++) {
      const next = records.next()
      if (next.done === true) return this.#write(image, values)
      values.push(encodeMetadataRecord(next.value, metadataVersionOf(image)))
    }
    this.#options.timers.soon(() => this.#step(image, records, values))
  }

  #write(image: MetadataImage, values: readonly Uint8Array[]): void {
    this.#isWriting = false
    // Meanwhile the leader may have sent a newer one, or the node may have stopped.
    if (image.offset <= this.#raft.snapshotEndOffset || this.#raft.isStopped()) return
    this.#raft.writeSnapshot(image.offset, values)
    this.#options.sink.write('info', 'metadata.snapshot', { endOffset: image.offset, epoch: image.epoch })
  }
}

function applyValues(draft: ImageDraft, values: readonly Uint8Array[]): void {
  for (const value of values) draft.apply(decodeMetadataRecord(value))
}

/** A snapshot replaces everything: what is not in it is deleted, everything in it may have changed. */
function replacement(previous: MetadataImage, loaded: MetadataDelta): MetadataDelta {
  const { next } = loaded
  return {
    previous,
    next,
    changedTopicIds: new Set(next.topicsById.keys()),
    deletedTopics: [...previous.topicsById.values()].filter(topic => !next.topicsById.has(topic.topicId)),
    changedConfigKeys: new Set([...previous.configs.keys(), ...next.configs.keys()]),
    brokersChanged: true,
    featuresChanged: true,
    quotasChanged: true,
  }
}
