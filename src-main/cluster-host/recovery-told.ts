import type { RecoveryProgress } from '../../broker-core/cluster/broker.ts'
import type { RecoveryView } from '../contract/views/cluster.ts'

/** Directories are opened one after the other: what is known of them so far, as one. */
export function recoveryOf(directories: ReadonlyMap<string, RecoveryProgress>): RecoveryView | null {
  const all = [...directories.values()]
  const newest = all[all.length - 1]
  if (newest === undefined) return null
  const sum = (of: (one: RecoveryProgress) => number) => all.reduce((total, one) => total + of(one), 0)
  return { doneBytes: sum(one => one.doneBytes), totalBytes: sum(one => one.totalBytes), partition: newest.partition }
}

/** A short recovery is not worth a line in the terminal. */
const worthTellingMs = 1_000

export interface RecoveryFollower {
  readonly view: RecoveryView | null
  note(progress: RecoveryProgress): void
}

/** Follows one start of a broker; `tell` gets one line when it takes long, and no second one. */
export function followRecovery(nowMs: () => number, tell: (line: string) => void): RecoveryFollower {
  const directories = new Map<string, RecoveryProgress>()
  let beganMs: number | undefined
  let isTold = false
  return {
    get view() {
      return recoveryOf(directories)
    },
    note(progress) {
      directories.delete(progress.directory)
      directories.set(progress.directory, progress)
      beganMs ??= nowMs()
      if (isTold || nowMs() - beganMs < worthTellingMs) return
      isTold = true
      const view = recoveryOf(directories)
      if (view !== null) tell(recoveryLine(view))
    },
  }
}

export function recoveryLine({ doneBytes, totalBytes }: RecoveryView): string {
  const percent = Math.floor((doneBytes / Math.max(1, totalBytes)) * 100)
  return `checking ${sizeText(totalBytes)} after an unclean stop, ${percent} % done`
}

const sizeText = (bytes: number): string => (bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`)
