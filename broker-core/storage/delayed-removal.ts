import type { CancelTimer, Clock, Timers } from '../env/clock.ts'
import type { DirectoryFiles } from './directory-files.ts'
import { StorageFailure } from './partition-log.ts'

interface Due {
  readonly path: string
  readonly isDirectory: boolean
  readonly dueMs: number
}

/** Files and directories that have their `.deleted` or `-delete` name already and go later (RET-06). One timer for all. */
export class DelayedRemoval {
  readonly #files: DirectoryFiles
  readonly #clock: Clock
  readonly #timers: Timers
  #due: Due[] = []
  #cancel: CancelTimer | undefined
  #armedForMs = Number.POSITIVE_INFINITY
  #isStopped = false

  constructor(files: DirectoryFiles, clock: Clock, timers: Timers) {
    this.#files = files
    this.#clock = clock
    this.#timers = timers
  }

  get pendingCount(): number {
    return this.#due.length
  }

  add(path: string, delayMs: number, isDirectory = false): void {
    const dueMs = this.#clock.monotonicMs() + delayMs
    this.#due.push({ path, isDirectory, dueMs })
    if (dueMs < this.#armedForMs) this.#disarm()
    this.#arm()
  }

  /** What is still waiting stays on disk under its name; the next start removes it. */
  stop(): void {
    this.#isStopped = true
    this.#disarm()
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#armedForMs = Number.POSITIVE_INFINITY
  }

  #arm(): void {
    if (this.#cancel !== undefined || this.#due.length === 0 || this.#isStopped) return
    const nextMs = this.#due.reduce((least, due) => Math.min(least, due.dueMs), Number.POSITIVE_INFINITY)
    this.#armedForMs = nextMs
    this.#cancel = this.#timers.after(Math.max(0, nextMs - this.#clock.monotonicMs()), () => {
      this.#disarm()
      this.#removeDue()
      this.#arm()
    })
  }

  #removeDue(): void {
    const nowMs = this.#clock.monotonicMs()
    const due = this.#due.filter(one => one.dueMs <= nowMs)
    this.#due = this.#due.filter(one => one.dueMs > nowMs)
    try {
      for (const one of due) {
        if (one.isDirectory) this.#files.removeDirectory(one.path)
        else this.#files.remove(one.path)
      }
    } catch (error) {
      // The directory went offline and has told so; nothing can be removed any more.
      if (!(error instanceof StorageFailure)) throw error
      this.stop()
    }
  }
}
