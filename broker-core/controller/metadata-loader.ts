import type { LogSink } from '../env/log-sink.ts'
import type { Timers } from '../env/clock.ts'
import type { CommittedBatch, RaftListener, RaftNode } from '../consensus/raft-node.ts'
import { draftImage, emptyImage } from './image-draft.ts'
import type { MetadataDelta, MetadataImage, MetadataSubscriber, MetadataView } from './image.ts'
import { imageRecords } from './image-records.ts'
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

const defaultLimits: SnapshotLimits = { bytes: 20 * 1024 * 1024, intervalMs: 3_600_000 }

/** Waiters for an offset; beyond it a new one is answered as if its deadline had passed. */
const waitersMax = 10_000

interface Waiter {
  readonly offset: number
  resolve(reached: boolean): void
}

export function metadataLoader(options: { clusterId: string; timers: Timers; sink: LogSink }): MetadataLoader {
  const { timers, sink } = options
  const subscribers = new Set<MetadataSubscriber>()
  let image = emptyImage(options.clusterId)
  let waiters: Waiter[] = []
  let since = { bytes: 0, batches: 0 }
  let writeSnapshotIfDue: () => void = () => {}

  function publish(delta: MetadataDelta): void {
    image = delta.next
    for (const subscriber of subscribers) subscriber(delta)
    const due = waiters.filter(waiter => waiter.offset <= image.offset)
    if (due.length === 0) return
    waiters = waiters.filter(waiter => waiter.offset > image.offset)
    for (const waiter of due) waiter.resolve(true)
  }

  function decoded(values: readonly Uint8Array[], draft: ReturnType<typeof draftImage>): void {
    for (const value of values) draft.apply(decodeMetadataRecord(value))
  }

  const listener: RaftListener = {
    loadSnapshot(values, endOffset, epoch) {
      const draft = draftImage(emptyImage(options.clusterId))
      decoded(values, draft)
      since = { bytes: 0, batches: 0 }
      publish(replacement(image, draft.finish({ offset: endOffset, epoch })))
    },
    commit(batch: CommittedBatch) {
      const draft = draftImage(image)
      decoded(batch.values, draft)
      for (const value of batch.values) since.bytes += value.length
      since.batches += 1
      publish(draft.finish({ offset: batch.lastOffset + 1, epoch: batch.epoch }))
      if (batch.values.length > 0) writeSnapshotIfDue()
    },
    leaderChanged() {},
  }

  return {
    listener,
    image: () => image,
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return () => void subscribers.delete(subscriber)
    },
    whenAtLeast(offset, timeoutMs) {
      if (image.offset >= offset) return Promise.resolve(true)
      if (waiters.length >= waitersMax) return Promise.resolve(false)
      return new Promise(resolve => {
        const cancel = timers.after(timeoutMs, () => {
          waiters = waiters.filter(each => each !== waiter)
          resolve(false)
        })
        const waiter: Waiter = {
          offset,
          resolve(reached) {
            cancel()
            resolve(reached)
          },
        }
        waiters.push(waiter)
      })
    },
    snapshotInto(raft, limits = defaultLimits) {
      let isTimeUp = false
      let cancelTimer: (() => void) | undefined
      writeSnapshotIfDue = () => {
        cancelTimer ??= timers.after(limits.intervalMs, () => {
          isTimeUp = true
          writeSnapshotIfDue()
        })
        if ((since.bytes < limits.bytes && !isTimeUp) || image.offset <= raft.snapshotEndOffset) return
        raft.writeSnapshot(image.offset, imageRecords(image).map(encodeMetadataRecord))
        sink.write('info', 'metadata.snapshot', { endOffset: image.offset, epoch: image.epoch })
        since = { bytes: 0, batches: 0 }
        isTimeUp = false
        cancelTimer()
        cancelTimer = undefined
      }
    },
    sinceSnapshot: () => since,
  }
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
