import type { CancelTimer } from '../env/clock.ts'
import type { Log } from './log.ts'
import type { MaintenanceIntervals, StorageEnv } from './log-directory-port.ts'
import { StorageFailure } from './partition-log.ts'

const defaults: MaintenanceIntervals = {
  highWatermarkCheckpointMs: 5_000,
  recoveryPointCheckpointMs: 60_000,
  retentionCheckMs: 300_000,
  cleanerBackoffMs: 15_000,
  producerExpirationCheckMs: 600_000,
}

/** How long the periodic work may hold the broker's thread in one go. */
const stepMs = 5

export interface MaintainedDirectory {
  logs(): Iterable<Log>
  writeRecoveryPoints(): void
  writeLogStartOffsets(): void
  writeHighWatermarks(): void
}

/** Starts the periodic work of a log directory; returns what stops it. Ends by itself when the directory goes offline. */
export function startMaintenance(
  directory: MaintainedDirectory,
  env: StorageEnv,
  intervals: Partial<MaintenanceIntervals>,
): () => void {
  const every = { ...defaults, ...intervals }
  const cancels = new Map<string, CancelTimer>()
  const stop = () => {
    for (const cancel of cancels.values()) cancel()
    cancels.clear()
  }
  const guarded = (work: () => void) => {
    try {
      work()
    } catch (error) {
      // The directory has told of its failure already.
      if (!(error instanceof StorageFailure)) throw error
      stop()
    }
  }
  const repeat = (name: string, delayMs: number, begin: (done: () => void) => void) => {
    const arm = () =>
      cancels.set(
        name,
        env.timers.after(delayMs, () => guarded(() => begin(arm))),
      )
    arm()
  }
  /** One log after the other, yielding the thread when a step took long. */
  const eachLog = (name: string, work: (log: Log) => void, after: () => void) => {
    const rest = [...directory.logs()][Symbol.iterator]()
    const step = () =>
      guarded(() => {
        const untilMs = env.clock.monotonicMs() + stepMs
        for (let next = rest.next(); !next.done; next = rest.next()) {
          if (!next.value.isClosed) work(next.value)
          if (env.clock.monotonicMs() < untilMs) continue
          cancels.set(name, env.timers.soon(step))
          return
        }
        after()
      })
    step()
  }

  repeat('high-watermarks', every.highWatermarkCheckpointMs, done =>
    eachLog(
      'high-watermarks',
      log => log.writeEpochs(),
      () => {
        directory.writeHighWatermarks()
        done()
      },
    ),
  )
  repeat('recovery-points', every.recoveryPointCheckpointMs, done => {
    directory.writeRecoveryPoints()
    directory.writeLogStartOffsets()
    done()
  })
  repeat('flush', 1_000, done => eachLog('flush', log => log.maintain(), done))
  repeat('retention', every.retentionCheckMs, done => eachLog('retention', log => void log.applyRetention(), done))
  repeat('producers', every.producerExpirationCheckMs, done => eachLog('producers', log => void log.expireProducers(), done))
  return stop
}
