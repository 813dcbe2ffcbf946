import type { Partition } from './partition.ts'

/** All partitions of which this broker holds a replica, by id (the truth) and by name (for old protocol versions). */
export class Replicas {
  readonly #byId = new Map<string, Partition[]>()
  readonly #byName = new Map<string, Partition[]>()

  /** Partitions of which this broker holds a replica that nobody can open: their directory is offline since the start. */
  readonly #outOfReach = new Map<string, Set<number>>()

  get(topic: string, partition: number): Partition | undefined {
    return this.#byName.get(topic)?.[partition]
  }

  getById(topicId: string, partition: number): Partition | undefined {
    return this.#byId.get(topicId)?.[partition]
  }

  /** A newer topic of the same name replaces the older one under the name at once. */
  add(replica: Partition): void {
    const ofId = this.#byId.get(replica.topicId) ?? []
    ofId[replica.partition] = replica
    this.#byId.set(replica.topicId, ofId)
    this.#byName.set(replica.topic, ofId)
  }

  remove(replica: Partition): void {
    const ofId = this.#byId.get(replica.topicId)
    if (ofId === undefined) return
    delete ofId[replica.partition]
    if (ofId.some(other => other !== undefined)) return
    this.#byId.delete(replica.topicId)
    if (this.#byName.get(replica.topic) === ofId) this.#byName.delete(replica.topic)
  }

  setOutOfReach(topicId: string, partition: number): void {
    const ofId = this.#outOfReach.get(topicId) ?? new Set()
    this.#outOfReach.set(topicId, ofId.add(partition))
  }

  forgetOutOfReach(topicId: string, partition: number): void {
    const ofId = this.#outOfReach.get(topicId)
    if (ofId?.delete(partition) === true && ofId.size === 0) this.#outOfReach.delete(topicId)
  }

  isOutOfReach(topicId: string, partition: number): boolean {
    return this.#outOfReach.get(topicId)?.has(partition) === true
  }

  *all(): Iterable<Partition> {
    for (const ofId of this.#byId.values()) {
      for (const replica of ofId) if (replica !== undefined) yield replica
    }
  }
}
