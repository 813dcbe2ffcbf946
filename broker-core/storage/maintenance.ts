import type { CancelTimer } from '../env/clock.ts'
import type { Cleaner } from './compaction/cleaner.ts'
import type { Pause } from './compaction/compaction-pass.ts'
import type { Log } from './log.ts'
import type { MaintenanceIntervals, StorageEnv } from './log-directory-port.ts'
import type { CheckpointWrite } from './offset-checkpoints.ts'
import { StorageFailure } from './partition-log.ts'

const defaults: MaintenanceIntervals = {
  highWatermarkCheckpointMs: 5_000,
  recoveryPointCheckpointMs: 60_000,
  retentionCheckMs: 300_000,
  cleanerBackoffMs: 15_000,
  producerExpirationCheckMs: 600_000,
}

/** How often `flush.ms` is looked at. */
const flushCheckMs = 1_000
/** How long the periodic work may hold the broker's thread in one go. */
const stepMs = 5

export interface MaintainedDirectory {
  logs(): Iterable<Log>
  writeRecoveryPoints(how: CheckpointWrite): void
  writeLogStartOffsets(how: CheckpointWrite): void
  writeHighWatermarks(how: CheckpointWrite): void
}

/** Starts the periodic work of a log directory; returns what stops it. Ends by itself when the directory goes offline. */
export function startMaintenance(
  directory: MaintainedDirectory,
  env: StorageEnv,
  intervals: Partial<MaintenanceIntervals>,
  cleaner: Cleaner,
): () => void {
  const every = { ...defaults, ...intervals }
  const rounds = new Rounds(env)
  rounds.every(
    every.highWatermarkCheckpointMs,
    eachLog(
      directory,
      log => log.writeEpochs(),
      () => directory.writeHighWatermarks('background'),
    ),
  )
  rounds.every(every.recoveryPointCheckpointMs, function* () {
    directory.writeRecoveryPoints('background')
    yield undefined
    directory.writeLogStartOffsets('background')
  })
  rounds.every(
    flushCheckMs,
    eachLog(directory, log => log.maintain()),
  )
  rounds.every(
    every.retentionCheckMs,
    eachLog(directory, log => void log.applyRetention()),
  )
  rounds.every(
    every.producerExpirationCheckMs,
    eachLog(directory, log => void log.expireProducers()),
  )
  rounds.every(every.cleanerBackoffMs, () => cleaner.cleanAll('beside'))
  return () => rounds.stop()
}

const eachLog = (directory: MaintainedDirectory, work: (log: Log) => void, after?: () => void) =>
  function* (): Generator<Pause, void> {
    for (const log of [...directory.logs()]) {
      if (!log.isClosed) work(log)
      yield undefined
    }
    after?.()
  }

/** Runs each kind of work again and again: one round in steps, with as much time between the steps as they took, then the pause. */
class Rounds {
  readonly #env: StorageEnv
  readonly #cancels = new Map<number, CancelTimer>()
  #isStopped = false

  constructor(env: StorageEnv) {
    this.#env = env
  }

  every(pauseMs: number, begin: () => Generator<Pause, void>): void {
    const id = this.#cancels.size
    const rest = () => this.#after(id, pauseMs, () => this.#step(id, begin(), rest))
    rest()
  }

  stop(): void {
    this.#isStopped = true
    for (const cancel of this.#cancels.values()) cancel()
  }

  #step(id: number, steps: Generator<Pause, void>, rest: () => void): void {
    const startedMs = this.#env.clock.monotonicMs()
    try {
      do {
        const step = steps.next()
        if (step.done === true) return rest()
        if (step.value === 'wait') break
      } while (this.#env.clock.monotonicMs() < startedMs + stepMs)
    } catch (error) {
      // The directory has told of its failure already.
      if (!(error instanceof StorageFailure)) throw error
      return this.stop()
    }
    this.#after(id, stepMs, () => this.#step(id, steps, rest))
  }

  #after(id: number, delayMs: number, work: () => void): void {
    if (!this.#isStopped) this.#cancels.set(id, this.#env.timers.after(delayMs, work))
  }
}
