/** Records on their way: few enough for memory, enough for full batches. The first failure is thrown to whoever waits next. */
export interface Flow {
  room(): Promise<void>
  empty(): Promise<void>
  add(sending: Promise<unknown>, bytes: number): void
  /** Ends all waiting. */
  fail(error: unknown): void
}

const inFlightMax = 10_000
const inFlightBytesMax = 33_554_432

export function newFlow(): Flow {
  let count = 0
  let bytes = 0
  const failures: unknown[] = []
  let wake = () => {}
  const settled = async (isDone: () => boolean) => {
    while (failures.length === 0 && !isDone())
      await new Promise<void>(resolve => {
        wake = resolve
      })
    if (failures.length > 0) throw failures[0]
  }
  const fail = (error: unknown) => {
    failures[0] ??= error
    wake()
  }
  return {
    room: () => settled(() => count < inFlightMax && bytes < inFlightBytesMax),
    empty: () => settled(() => count === 0),
    add(sending, size) {
      count += 1
      bytes += size
      sending.catch(fail).finally(() => {
        count -= 1
        bytes -= size
        wake()
      })
    },
    fail,
  }
}
