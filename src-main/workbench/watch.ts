/**
 * Two ways to hand changes to many readers of different speed, both bounded. `Watched` keeps only the newest value: a slow reader
 * misses what came between. `Feed` keeps the last `kept` items and gives them to every new reader; one that falls further behind
 * than that loses the oldest, which `Feed` counts.
 */
export interface Watched<T> {
  readonly value: T
  set(value: T): void
  /** The present value at once, then the newest after each change, until the signal ends. */
  read(signal: AbortSignal): AsyncGenerator<T, void>
}

export function watched<T>(initial: T): Watched<T> {
  let value = initial
  let version = 0
  const bell = newBell()
  return {
    get value() {
      return value
    },
    set(next) {
      value = next
      version += 1
      bell.ring()
    },
    async *read(signal) {
      let seen = -1
      while (!signal.aborted) {
        if (seen !== version) {
          seen = version
          yield value
        } else await bell.rung(signal)
      }
    },
  }
}

export interface Feed<T> {
  push(item: T): void
  readonly items: readonly T[]
  /** Items pushed since the beginning; `items` are the last of them. */
  readonly pushed: number
  /** The kept items at once (or those behind the first `from` that were ever pushed), then each new one, until the signal ends. */
  read(signal: AbortSignal, from?: number): AsyncGenerator<T, void>
}

export function feed<T>(kept: number): Feed<T> {
  let items: T[] = []
  let pushed = 0
  const bell = newBell()
  return {
    push(item) {
      items.push(item)
      pushed += 1
      // Cut rarely, so that a push stays cheap.
      if (items.length >= kept * 2) items = items.slice(-kept)
      bell.ring()
    },
    get items() {
      return items.slice(-kept)
    },
    get pushed() {
      return pushed
    },
    async *read(signal, from) {
      let next = from ?? Math.max(0, pushed - kept)
      while (!signal.aborted) {
        next = Math.max(next, pushed - items.length)
        if (next < pushed) {
          yield items[items.length - (pushed - next)] as T
          next += 1
        } else await bell.rung(signal)
      }
    },
  }
}

/** What is kept as one item, also when it is nothing; then each new one in an item of its own. */
export async function* inOneThenSingly<T>(
  source: Feed<T>,
  signal: AbortSignal,
  isWanted: (item: T) => boolean = () => true,
): AsyncGenerator<readonly T[], void> {
  const from = source.pushed
  yield source.items.filter(isWanted)
  for await (const item of source.read(signal, from)) if (isWanted(item)) yield [item]
}

function newBell(): { ring(): void; rung(signal: AbortSignal): Promise<void> } {
  const waiting = new Set<() => void>()
  return {
    ring() {
      for (const wake of [...waiting]) wake()
    },
    rung(signal) {
      return new Promise(resolve => {
        const wake = () => {
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        if (signal.aborted) return resolve()
        waiting.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      })
    },
  }
}
