import type { FactProducer } from '../../runtime/machine.ts'

/** A committed offset as it is stored. */
export interface StoredOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
  readonly commitTimestampMs: number
  /** Explicit retention of old commits; -1: the broker's rule (OFF-05). */
  readonly expireTimestampMs: number
  /** The zero uuid where the committer did not know it. */
  readonly topicId: string
}

type ByPartition<T> = Map<number, T>
type ByTopic<T> = Map<string, ByPartition<T>>

/** An open transaction of one producer in this partition of the offsets topic: per group what it would commit. */
interface PendingTransaction {
  readonly producerEpoch: number
  /** Offset in the order of commits, to tell a later plain commit from an earlier pending one. */
  readonly groups: Map<string, ByTopic<PendingOffset>>
}

interface PendingOffset {
  readonly stored: StoredOffset
  readonly order: number
}

/**
 * Committed and pending offsets of all groups of one partition of the offsets topic. Pending ones belong to open transactions: they
 * become committed with the marker, or vanish (TXN-08).
 */
export class OffsetStore {
  readonly #committed = new Map<string, ByTopic<StoredOffset & { readonly order: number }>>()
  readonly #pending = new Map<number, PendingTransaction>()
  #order = 0

  get(groupId: string, topic: string, partition: number): StoredOffset | undefined {
    return this.#committed.get(groupId)?.get(topic)?.get(partition)
  }

  hasOffsets(groupId: string): boolean {
    return this.#committed.has(groupId)
  }

  *topicsOf(groupId: string): Generator<string> {
    yield* this.#committed.get(groupId)?.keys() ?? []
  }

  *partitionsOf(groupId: string, topic: string): Generator<[partition: number, offset: StoredOffset]> {
    yield* this.#committed.get(groupId)?.get(topic) ?? []
  }

  /** Groups with committed or pending offsets. */
  groupIds(): ReadonlySet<string> {
    const groupIds = new Set(this.#committed.keys())
    for (const { groups } of this.#pending.values()) for (const groupId of groups.keys()) groupIds.add(groupId)
    return groupIds
  }

  /** OFF-04: a transaction is open that would commit this partition. */
  isPending(groupId: string, topic: string, partition: number): boolean {
    for (const transaction of this.#pending.values()) {
      if (transaction.groups.get(groupId)?.get(topic)?.has(partition) === true) return true
    }
    return false
  }

  hasPending(groupId: string): boolean {
    for (const transaction of this.#pending.values()) if (transaction.groups.has(groupId)) return true
    return false
  }

  /** Partitions that open transactions would commit in a group. */
  *pendingPartitions(groupId: string): Generator<[topic: string, partition: number, offset: StoredOffset]> {
    for (const transaction of this.#pending.values()) {
      for (const [topic, partitions] of transaction.groups.get(groupId) ?? []) {
        for (const [partition, { stored }] of partitions) yield [topic, partition, stored]
      }
    }
  }

  /** Epoch of the producer whose transaction is open here; undefined: none. */
  pendingEpoch(producerId: number): number | undefined {
    return this.#pending.get(producerId)?.producerEpoch
  }

  commit(groupId: string, topic: string, partition: number, stored: StoredOffset): void {
    inner(inner(this.#committed, groupId), topic).set(partition, { ...stored, order: ++this.#order })
  }

  remove(groupId: string, topic: string, partition: number): void {
    removeFrom(this.#committed, groupId, topic, partition)
    for (const transaction of this.#pending.values()) removeFrom(transaction.groups, groupId, topic, partition)
  }

  addPending(producer: FactProducer, groupId: string, topic: string, partition: number, stored: StoredOffset): void {
    const { producerId, producerEpoch } = producer
    let transaction = this.#pending.get(producerId)
    if (transaction === undefined || transaction.producerEpoch !== producerEpoch) {
      transaction = { producerEpoch, groups: transaction?.groups ?? new Map<string, ByTopic<PendingOffset>>() }
      this.#pending.set(producerId, transaction)
    }
    inner(inner(transaction.groups, groupId), topic).set(partition, { stored, order: ++this.#order })
  }

  /** The marker of a transaction. An offset that was committed after the pending one stays. */
  endTransaction(producerId: number, committed: boolean): void {
    const transaction = this.#pending.get(producerId)
    this.#pending.delete(producerId)
    if (transaction === undefined || !committed) return
    for (const [groupId, topics] of transaction.groups) {
      for (const [topic, partitions] of topics) {
        const present = inner(inner(this.#committed, groupId), topic)
        for (const [partition, { stored, order }] of partitions) {
          if ((present.get(partition)?.order ?? -1) < order) present.set(partition, { ...stored, order })
        }
      }
    }
  }
}

function inner<K, V extends Map<unknown, unknown>>(outer: Map<K, V>, key: K): V {
  let found = outer.get(key)
  if (found === undefined) outer.set(key, (found = new Map() as unknown as V))
  return found
}

function removeFrom<T>(groups: Map<string, ByTopic<T>>, groupId: string, topic: string, partition: number): void {
  const topics = groups.get(groupId)
  const partitions = topics?.get(topic)
  if (topics === undefined || partitions === undefined) return
  partitions.delete(partition)
  if (partitions.size === 0) topics.delete(topic)
  if (topics.size === 0) groups.delete(groupId)
}
