/** Items between main and a loop that reads them. Bounded by its credits: main sends no more than were granted. */
export interface ItemQueue<T> {
  push(item: T): void
  /** What is queued is still given out. */
  end(): void
  fail(error: Error): void
  take(): Promise<{ readonly done: false; readonly value: T } | { readonly done: true }>
}

/** Grants credits back in halves, so that a stream of small items costs few messages. */
export function itemQueue<T>(credits: number, grant: (count: number) => void): ItemQueue<T> {
  const waiting: T[] = []
  const ending: { isEnded: boolean; failure: Error | undefined } = { isEnded: false, failure: undefined }
  let wake: () => void = () => undefined
  let taken = 0

  function close(error?: Error): void {
    ending.isEnded = true
    ending.failure ??= error
    wake()
  }
  return {
    push(item) {
      waiting.push(item)
      wake()
    },
    end: () => close(),
    fail: close,
    async take() {
      while (waiting.length === 0 && !ending.isEnded) await new Promise<void>(resolve => (wake = resolve))
      if (waiting.length === 0) {
        if (ending.failure !== undefined) throw ending.failure
        return { done: true }
      }
      taken += 1
      if (!ending.isEnded && taken >= credits / 2) {
        grant(taken)
        taken = 0
      }
      return { done: false, value: waiting.shift() as T }
    },
  }
}
