import type { FollowerLoop } from './follower-loop.ts'
import type { Partition } from './partition.ts'

/** The follower loops of this broker, one per leader that it follows anything at. */
export class Followers {
  readonly #startLoop: (leaderId: number) => FollowerLoop
  readonly #loops = new Map<number, FollowerLoop>()
  readonly #leaderOf = new Map<Partition, number>()

  constructor(startLoop: (leaderId: number) => FollowerLoop) {
    this.#startLoop = startLoop
  }

  /** Follows `leaderId` in `leaderEpoch`, and whoever was followed before no more. -1: nobody leads. */
  follow(partition: Partition, leaderId: number, leaderEpoch: number): void {
    if (this.#leaderOf.get(partition) !== leaderId) this.unfollow(partition)
    if (leaderId < 0) return
    this.#leaderOf.set(partition, leaderId)
    let loop = this.#loops.get(leaderId)
    if (loop === undefined) {
      loop = this.#startLoop(leaderId)
      this.#loops.set(leaderId, loop)
    }
    loop.follow(partition, leaderEpoch)
  }

  unfollow(partition: Partition): void {
    const leaderId = this.#leaderOf.get(partition)
    if (leaderId === undefined) return
    this.#leaderOf.delete(partition)
    const loop = this.#loops.get(leaderId)
    loop?.unfollow(partition)
    if (loop?.partitionCount === 0) {
      loop.stop()
      this.#loops.delete(leaderId)
    }
  }

  stop(): void {
    for (const loop of this.#loops.values()) loop.stop()
    this.#loops.clear()
    this.#leaderOf.clear()
  }
}
