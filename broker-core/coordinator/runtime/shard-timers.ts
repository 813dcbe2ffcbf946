import type { CancelTimer, Timers } from '../../env/clock.ts'
import type { TimerChange } from './machine.ts'

/** A timer that fired and waits for its turn in the mailbox. */
export interface FiredTimer<Command> {
  readonly key: string
  readonly command: Command
  /** Frees the key. False: a later change of the same key took this firing back, so its command must not run. */
  take(): boolean
}

/** The timers of one shard, by key. */
export class ShardTimers<Command> {
  readonly #timers: Timers
  readonly #fired: (timer: FiredTimer<Command>) => void
  readonly #armed = new Map<string, { readonly cancel: CancelTimer }>()

  constructor(timers: Timers, fired: (timer: FiredTimer<Command>) => void) {
    this.#timers = timers
    this.#fired = fired
  }

  get size(): number {
    return this.#armed.size
  }

  apply(change: TimerChange<Command>): void {
    this.#armed.get(change.key)?.cancel()
    if ('cancel' in change) {
      this.#armed.delete(change.key)
      return
    }
    const { key, command } = change
    const take = (): boolean => this.#armed.get(key) === armed && this.#armed.delete(key)
    const armed = { cancel: this.#timers.after(change.delayMs, () => this.#fired({ key, command, take })) }
    this.#armed.set(key, armed)
  }

  close(): void {
    for (const { cancel } of this.#armed.values()) cancel()
    this.#armed.clear()
  }
}
