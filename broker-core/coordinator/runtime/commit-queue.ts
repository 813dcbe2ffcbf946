import type { Timers, CancelTimer } from '../../env/clock.ts'

/** Work that waits for the high watermark to pass `offset`. */
export interface AwaitingCommit {
  readonly offset: number
  /** The answers. At the deadline they are given up (`expire`), the rest of the work stays. */
  release(): void
  expire(): void
  /** What must follow the commit however long it takes. */
  perform(): void
}

/**
 * Work in order of offsets. An entry whose offset is not committed within `timeoutMs` is expired: its clients hear that the
 * coordinator is not available and ask again; what must follow the commit still does.
 */
export class CommitQueue {
  readonly #timers: Timers
  readonly #timeoutMs: number
  #waiting: { readonly entry: AwaitingCommit; readonly since: number; expired: boolean }[] = []
  #highWatermark = -1
  #turn = 0
  #cancelTimer: CancelTimer | undefined

  constructor(timers: Timers, timeoutMs: number) {
    this.#timers = timers
    this.#timeoutMs = timeoutMs
  }

  get size(): number {
    return this.#waiting.length
  }

  push(entry: AwaitingCommit): void {
    this.#waiting.push({ entry, since: this.#turn, expired: false })
    this.advance(this.#highWatermark)
    this.#arm()
  }

  /** Offsets below `highWatermark` are committed. */
  advance(highWatermark: number): void {
    this.#highWatermark = Math.max(highWatermark, this.#highWatermark)
    let done = 0
    while (done < this.#waiting.length && (this.#waiting[done]?.entry.offset ?? Infinity) < this.#highWatermark) done++
    if (done === 0) return
    for (const { entry, expired } of this.#waiting.splice(0, done)) {
      if (!expired) entry.release()
      entry.perform()
    }
  }

  /** Leadership is over: nothing here will be known to be committed. */
  close(): void {
    this.#cancelTimer?.()
    const waiting = this.#waiting
    this.#waiting = []
    for (const { entry, expired } of waiting) if (!expired) entry.expire()
  }

  /** Entries older than one whole turn of the timer are expired: between one and two times half of the timeout. */
  #arm(): void {
    if (this.#cancelTimer !== undefined || this.#waiting.length === 0) return
    this.#cancelTimer = this.#timers.after(this.#timeoutMs / 2, () => {
      this.#cancelTimer = undefined
      this.#turn++
      for (const waiting of this.#waiting) {
        if (waiting.expired || this.#turn - waiting.since < 2) continue
        waiting.expired = true
        waiting.entry.expire()
      }
      this.#arm()
    })
  }
}
