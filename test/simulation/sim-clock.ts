import { crc32c } from '../../broker-core/env/node/checksum.ts'
import type { CancelTimer, Clock, Timers } from '../../broker-core/env/clock.ts'

/**
 * Virtual time. Everything that happens is an event at an instant; events of one instant happen in the order in which they were asked
 * for. Between two events a real turn of `setImmediate` passes, and Node starts none before the queue of microtasks is empty: so all
 * promises that an event settled have run to their end, in their one order, before the next event. No real IO takes part, hence the same
 * seed gives the same trace.
 */
export interface SimTime {
  /** Milliseconds since the world began. */
  nowMs(): number
  /** `owner`: the process in which it happens; not at all when that one has died, later when it is paused. */
  after(delayMs: number, owner: SimProcess | undefined, callback: () => void): CancelTimer
  /** For what the world itself does and no promise waits for: no turn passes after it. */
  quietly(delayMs: number, callback: () => void): void
  /** Runs events until `isDone`, or until `limitMs` more have passed; true when done. Rejects with the first error that an event threw. */
  run(limitMs: number, isDone?: () => boolean): Promise<boolean>
  /** Events so far. */
  eventCount(): number
  /** A digest of all events and their instants, and of the bytes that were noted: two runs that differ anywhere differ here. */
  digest(): number
  noteBytes(bytes: Uint8Array): void
}

/** `killed`: its system lives on and tells peers. `power-lost`: nobody is told. */
export type Death = 'killed' | 'power-lost'

/** What a process is to the world: it can be paused (SIGSTOP) and die (kill -9); a restart is a new process. */
export interface SimProcess {
  readonly name: string
  isAlive(): boolean
  isPaused(): boolean
  pause(): void
  /** What came due meanwhile happens now, in order. */
  resume(): void
  /** Nothing of it happens any more. `atDeath` listeners are the operating system's, which closes sockets; unless power went with it. */
  die(how?: Death): void
  atDeath(listener: (how: Death) => void): void
  /** Keeps an event for `resume`. */
  defer(callback: () => void): void
}

interface Event {
  readonly atMs: number
  readonly order: number
  readonly owner: SimProcess | undefined
  readonly isQuiet: boolean
  callback: (() => void) | undefined
}

/** Asked for together, turns of `setImmediate` do not go through Node's event loop one by one. */
const turnsAtOnce = 64

/** Calls `turn` in a turn of its own again and again, until it returns true or throws. */
function inTurns(turn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false
    let left = 0
    function ask(): void {
      for (; left < turnsAtOnce; left++) setImmediate(take)
    }
    function take(): void {
      left--
      if (isOver) return
      try {
        isOver = turn()
        if (isOver) resolve()
        else if (left === 0) ask()
      } catch (error) {
        isOver = true
        reject(error)
      }
    }
    ask()
  })
}

export function createSimTime(): SimTime {
  const queue = createEventQueue()
  let nowMs = 0
  let order = 0
  let count = 0
  let digest = 0
  const mix = (value: number): void => {
    digest = Math.imul(digest ^ value, 0x01000193) ^ (digest >>> 15)
  }

  function happen(event: Event): boolean {
    const { callback, owner } = event
    if (callback === undefined || owner?.isAlive() === false) return false
    if (owner?.isPaused() === true) {
      // Until it happens it can still be cancelled, by what happens before it after the pause.
      owner.defer(() => happen(event))
      return false
    }
    event.callback = undefined
    count++
    mix(event.order)
    mix(Math.round(event.atMs * 1000))
    callback()
    return !event.isQuiet
  }

  function add(delayMs: number, owner: SimProcess | undefined, isQuiet: boolean, callback: () => void): Event {
    const event: Event = { atMs: nowMs + Math.max(0, delayMs), order: order++, owner, isQuiet, callback }
    queue.add(event)
    return event
  }

  /** Up to the next event that promises may have waited for; false: there is none until then. */
  function happenNext(endMs: number): boolean {
    for (let next = queue.first(); next !== undefined && next.atMs <= endMs; next = queue.first()) {
      queue.removeFirst()
      nowMs = Math.max(nowMs, next.atMs)
      if (happen(next)) return true
    }
    return false
  }

  return {
    nowMs: () => nowMs,
    eventCount: () => count,
    digest: () => digest,
    noteBytes: bytes => mix(crc32c(bytes)),
    after(delayMs, owner, callback) {
      const event = add(delayMs, owner, false, callback)
      return () => (event.callback = undefined)
    },
    quietly(delayMs, callback) {
      add(delayMs, undefined, true, callback)
    },
    async run(limitMs, isDone = () => false) {
      const endMs = nowMs + limitMs
      let isInTime = true
      await inTurns(() => {
        if (isDone()) return true
        if (happenNext(endMs)) return false
        nowMs = endMs
        isInTime = isDone()
        return true
      })
      return isInTime
    },
  }
}

export function createSimProcess(name: string, time: SimTime): SimProcess {
  let state: 'running' | 'paused' | 'dead' = 'running'
  let deferred: (() => void)[] = []
  const listeners: ((how: Death) => void)[] = []
  const process: SimProcess = {
    name,
    isAlive: () => state !== 'dead',
    isPaused: () => state === 'paused',
    pause() {
      if (state === 'running') state = 'paused'
    },
    resume() {
      if (state !== 'paused') return
      state = 'running'
      for (const callback of deferred.splice(0)) time.after(0, process, callback)
    },
    die(how = 'killed') {
      if (state === 'dead') return
      state = 'dead'
      deferred = []
      for (const listener of listeners.splice(0)) listener(how)
    },
    atDeath: listener => listeners.push(listener),
    defer: callback => deferred.push(callback),
  }
  return process
}

/** A process's own clock: it may stand off from the others, drift, and its wall clock may jump. */
export interface SimClock extends Clock {
  /** Moves the wall clock; the monotonic one never jumps. */
  jump(byMs: number): void
}

/** Where the simulated worlds begin: 2026-01-01. */
export const epochMs = 1_767_225_600_000

export function simClock(time: SimTime, options: { readonly offsetMs?: number; readonly rate?: number } = {}): SimClock {
  const rate = options.rate ?? 1
  let offsetMs = options.offsetMs ?? 0
  return {
    nowMs: () => Math.floor(epochMs + offsetMs + time.nowMs() * rate),
    monotonicMs: () => time.nowMs() * rate,
    jump(byMs) {
      offsetMs += byMs
    },
  }
}

export function simTimers(time: SimTime, owner: SimProcess | undefined, rate = 1): Timers {
  return {
    after: (delayMs, callback) => time.after(delayMs / rate, owner, callback),
    soon: callback => time.after(0, owner, callback),
  }
}

interface EventQueue {
  add(event: Event): void
  first(): Event | undefined
  removeFirst(): void
}

/** A binary heap by instant, then by order of asking. */
function createEventQueue(): EventQueue {
  const heap: Event[] = []
  const isBefore = (left: Event, right: Event): boolean =>
    left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order)
  const at = (index: number): Event => heap[index] as Event
  function swap(one: number, other: number): void {
    const event = at(one)
    heap[one] = at(other)
    heap[other] = event
  }
  return {
    first: () => heap[0],
    add(event) {
      heap.push(event)
      for (let index = heap.length - 1; index > 0; ) {
        const parent = (index - 1) >> 1
        if (!isBefore(at(index), at(parent))) break
        swap(index, parent)
        index = parent
      }
    },
    removeFirst() {
      const last = heap.pop()
      if (last === undefined || heap.length === 0) return
      heap[0] = last
      for (let index = 0; ; ) {
        let least = index
        for (const child of [2 * index + 1, 2 * index + 2]) {
          if (child < heap.length && isBefore(at(child), at(least))) least = child
        }
        if (least === index) break
        swap(index, least)
        index = least
      }
    },
  }
}
