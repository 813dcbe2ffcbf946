import type { CancelTimer, Clock, Timers } from '../env/clock.ts'

export interface SteppedWorkOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Longest stretch without letting others have the thread. */
  readonly stretchMs: number
  /** What a step threw; nothing is done afterwards. */
  bug(error: unknown): void
}

interface Job {
  readonly steps: Iterator<void>
  readonly done: () => void
}

/**
 * Work in small steps, in the order in which it was given. It begins at once and yields the thread after each stretch, so that
 * thousands of steps hold up nobody's heartbeat. Its queue grows with what is given and not yet done.
 */
export class SteppedWork {
  readonly #options: SteppedWorkOptions
  #jobs: Job[] = []
  #isScheduled = false
  #isStopped = false
  #cancel: CancelTimer = () => {}

  constructor(options: SteppedWorkOptions) {
    this.#options = options
  }

  /** Resolves when the last step is done; never when the work was stopped before. Small work is done when this returns. */
  add(steps: Iterator<void>): Promise<void> {
    const isDone = new Promise<void>(resolve => this.#jobs.push({ steps, done: resolve }))
    if (!this.#isScheduled) this.#stretch()
    return isDone
  }

  stop(): void {
    this.#isStopped = true
    this.#jobs = []
    this.#cancel()
  }

  #stretch(): void {
    const { clock, stretchMs, timers } = this.#options
    // Also while it runs: a step may give more work.
    this.#isScheduled = true
    const untilMs = clock.monotonicMs() + stretchMs
    try {
      for (let job = this.#jobs[0]; job !== undefined && !this.#isStopped; job = this.#jobs[0]) {
        if (job.steps.next().done === true) {
          this.#jobs.shift()
          job.done()
        }
        if (clock.monotonicMs() < untilMs || this.#jobs.length === 0) continue
        this.#cancel = timers.soon(() => this.#stretch())
        return
      }
      this.#isScheduled = false
    } catch (error) {
      this.stop()
      this.#options.bug(error)
    }
  }
}
