export interface Clock {
  /** Wall clock, milliseconds since 1970; may jump. For timestamps in records and files only. */
  nowMs(): number
  /** Never goes back, arbitrary origin, fractions allowed. For deadlines and durations. */
  monotonicMs(): number
}

/** Cancels a timer; calling it again, or after it fired, does nothing. */
export type CancelTimer = () => void

export interface Timers {
  /** Runs `callback` once, not before `delayMs` of monotonic time have passed. */
  after(delayMs: number, callback: () => void): CancelTimer
  /** Runs `callback` soon, after the present macrotask: for long work cut into steps. */
  soon(callback: () => void): CancelTimer
}

export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number
  /** Unpredictable bytes in production, seeded ones in the simulation. */
  bytes(count: number): Uint8Array
}
