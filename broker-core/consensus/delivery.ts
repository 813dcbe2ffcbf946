import { assert } from '../base/assert.ts'
import type { CancelTimer, Timers } from '../env/clock.ts'
import type { OffsetAndEpoch, RaftLog } from './ports.ts'
import type { RaftListener } from './raft-node.ts'

/** Bytes of committed records handed out in one go; more follows after the present macrotask. */
const deliveryBytesMax = 1024 * 1024

interface Waiter {
  readonly offset: number
  readonly epoch: number
  readonly resolve: (committed: boolean) => void
}

/** What a leader may tell of itself, as far as this node knows. */
export interface Leadership {
  readonly leaderId: number | undefined
  readonly epoch: number
  /** Offset of the first record of its epoch, when this node is the leader. */
  readonly ownEpochStartOffset: number | undefined
}

/** Hands committed records and the news of leaders to the listeners, in order, and then to whoever waits for a record of its own. */
export class Delivery {
  readonly #log: RaftLog
  readonly #timers: Timers
  readonly #leadership: () => Leadership
  readonly #listeners: RaftListener[] = []
  #waiters: Waiter[] = []
  #highWatermark = 0
  #delivered = 0
  #isDelivering = false
  #isStopped = false
  #announced: { readonly leaderId: number | undefined; readonly epoch: number } = { leaderId: undefined, epoch: -1 }
  #cancelRest: CancelTimer = () => {}

  constructor(log: RaftLog, timers: Timers, leadership: () => Leadership) {
    this.#log = log
    this.#timers = timers
    this.#leadership = leadership
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  subscribe(listener: RaftListener): void {
    this.#listeners.push(listener)
  }

  /** Never back. */
  advance(to: number): void {
    if (to <= this.#highWatermark) return
    this.#highWatermark = to
    this.#log.advanceHighWatermark(to)
    this.#deliver()
  }

  /** The snapshot `id` is now the start of the log. */
  snapshotLoaded(id: OffsetAndEpoch): void {
    assert(id.endOffset >= this.#delivered, `raft: snapshot ${id.endOffset} is older than what was delivered, ${this.#delivered}`)
    this.#highWatermark = Math.max(this.#highWatermark, id.endOffset)
    this.#delivered = id.endOffset
    this.#log.advanceHighWatermark(this.#highWatermark)
    const values = this.#log.readSnapshotValues(id)
    for (const listener of this.#listeners) listener.loadSnapshot(values, id.endOffset, id.epoch)
  }

  /** For the leader of `epoch`: true once `offset` is delivered, false when `lose` came first. */
  whenDelivered(offset: number, epoch: number): Promise<boolean> {
    if (this.#delivered > offset) return Promise.resolve(true)
    return new Promise(resolve => this.#waiters.push({ offset, epoch, resolve }))
  }

  /** Whoever waits for a record of another epoch than `epoch` waits in vain. */
  lose(epoch: number | undefined): void {
    const lost = this.#waiters.filter(waiter => waiter.epoch !== epoch)
    this.#waiters = this.#waiters.filter(waiter => waiter.epoch === epoch)
    for (const waiter of lost) waiter.resolve(false)
  }

  /** Own leadership is told only once the first record of the epoch is delivered. */
  announce(): void {
    const { leaderId, epoch, ownEpochStartOffset } = this.#leadership()
    const isReady = ownEpochStartOffset === undefined || this.#delivered > ownEpochStartOffset
    const told = isReady ? leaderId : undefined
    if (this.#announced.leaderId === told && this.#announced.epoch === epoch) return
    this.#announced = { leaderId: told, epoch }
    for (const listener of this.#listeners) listener.leaderChanged(told, epoch)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelRest()
    this.lose(undefined)
  }

  /** Committed batches in order, bounded per macrotask; then whoever waited for them. */
  #deliver(): void {
    if (this.#isDelivering || this.#isStopped) return
    this.#isDelivering = true
    let bytes = 0
    while (this.#delivered < this.#highWatermark && bytes < deliveryBytesMax) {
      for (const batch of this.#log.readBatches(this.#delivered, this.#highWatermark, deliveryBytesMax)) {
        for (const listener of this.#listeners) listener.commit(batch)
        for (const value of batch.values) bytes += value.length
        bytes += 64
        this.#delivered = batch.lastOffset + 1
      }
    }
    this.#isDelivering = false
    const due = this.#waiters.filter(waiter => waiter.offset < this.#delivered)
    this.#waiters = this.#waiters.filter(waiter => waiter.offset >= this.#delivered)
    for (const waiter of due) waiter.resolve(true)
    this.announce()
    if (this.#delivered < this.#highWatermark) {
      this.#cancelRest()
      this.#cancelRest = this.#timers.soon(() => this.#deliver())
    }
  }
}
