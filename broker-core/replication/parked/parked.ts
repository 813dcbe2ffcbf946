import type { Timers } from '../../env/clock.ts'
import type { WatchList } from './watch-list.ts'

/**
 * One piece of waiting: a condition, the lists that say when to look at it again, a deadline, and a completion that happens exactly
 * once. Nothing polls: the condition is looked at when it is parked and when a list tells.
 */
export interface Parking {
  /** True when the wait is over. Called at every telling, so it must be cheap. */
  isOver(): boolean
  readonly watch: readonly WatchList[]
  readonly timeoutMs: number
  /** `expired`: the deadline came first. */
  complete(expired: boolean): void
}

/** Returns a function that ends the wait now, as expired; calling it after completion does nothing. */
export function park(parking: Parking, timers: Timers): () => void {
  if (parking.isOver()) {
    parking.complete(false)
    return () => {}
  }
  if (parking.timeoutMs <= 0) {
    parking.complete(true)
    return () => {}
  }
  let isDone = false
  const leave: (() => void)[] = []
  const finish = (expired: boolean) => {
    if (isDone) return
    isDone = true
    cancelDeadline()
    for (const leaveList of leave) leaveList()
    parking.complete(expired)
  }
  const cancelDeadline = timers.after(parking.timeoutMs, () => finish(true))
  const look = () => {
    if (!isDone && parking.isOver()) finish(false)
  }
  for (const list of parking.watch) leave.push(list.join(look))
  return () => finish(true)
}
