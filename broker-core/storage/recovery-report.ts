import type { Clock } from '../env/clock.ts'
import type { RecoveryProgress } from './log-directory-port.ts'

/** Recovery takes its turn in blocks of milliseconds; a person reads a few figures a second. */
const tellEveryMs = 250

export interface PartitionToScan {
  readonly partition: string
  readonly bytes: number
}

/** Adds up the recovery of a directory's partitions, and tells of it in bounded frequency. */
export class RecoveryReport {
  readonly #directory: string
  readonly #clock: Clock
  readonly #tell: (progress: RecoveryProgress) => void
  readonly #totalBytes: number
  /** Of the partitions before the one in hand. */
  #finishedBytes = 0
  #toldMs = Number.NEGATIVE_INFINITY

  constructor(
    directory: string,
    toScan: readonly PartitionToScan[],
    clock: Clock,
    tell: (progress: RecoveryProgress) => void = () => undefined,
  ) {
    this.#directory = directory
    this.#clock = clock
    this.#tell = tell
    this.#totalBytes = toScan.reduce((sum, one) => sum + one.bytes, 0)
  }

  /** So many bytes of the partition in hand are checked. */
  scanned({ partition, bytes }: PartitionToScan, doneBytes: number): void {
    this.#say(partition, this.#finishedBytes + Math.min(doneBytes, bytes))
  }

  /** What was cut off counts as done: nobody will look at it any more. */
  finished({ partition, bytes }: PartitionToScan): void {
    this.#finishedBytes += bytes
    this.#say(partition, this.#finishedBytes)
  }

  #say(partition: string, doneBytes: number): void {
    if (this.#totalBytes === 0) return
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#toldMs < tellEveryMs && doneBytes < this.#totalBytes) return
    this.#toldMs = nowMs
    this.#tell({ directory: this.#directory, doneBytes, totalBytes: this.#totalBytes, partition })
  }
}
