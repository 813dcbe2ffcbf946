import type { CancelSignal } from '../cancel.ts'

/** An AbortController of our own: the platforms' is not part of the language. */
export class Canceller {
  readonly #listeners = new Set<() => void>()
  #isAborted = false
  readonly signal: CancelSignal

  constructor() {
    const isAborted = (): boolean => this.#isAborted
    const listeners = this.#listeners
    this.signal = {
      get aborted() {
        return isAborted()
      },
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    }
  }

  /** Once; later calls do nothing. */
  abort(): void {
    if (this.#isAborted) return
    this.#isAborted = true
    const waiting = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of waiting) listener()
  }
}
