import { CorruptCheckpoint, decodePartitionOffsets, encodePartitionOffsets, type PartitionOffset } from './checkpoints.ts'
import type { DirectoryFiles } from './directory-files.ts'
import { StorageFailure } from './partition-log.ts'

export type OffsetCheckpointName =
  | 'recovery-point-offset-checkpoint'
  | 'log-start-offset-checkpoint'
  | 'replication-offset-checkpoint'
  | 'cleaner-offset-checkpoint'

/** `now`: durable when the call returns. `background`: the thread does not wait for the disk, as the periodic rounds want it. */
export type CheckpointWrite = 'now' | 'background'

/** One of the four checkpoints of a log directory, by `<topic>-<partition>`. Written only when something changed. */
export class OffsetCheckpoint {
  readonly #files: DirectoryFiles
  readonly #path: string
  #written: string | undefined
  /** What is on its way to the disk. */
  #pending: string | undefined
  #named: { readonly of: string | undefined; readonly names: ReadonlySet<string> } = { of: undefined, names: new Set() }
  readonly offsets: ReadonlyMap<string, number>

  /** A corrupt file takes the directory offline (SEMANTICS 2.8). */
  constructor(files: DirectoryFiles, name: OffsetCheckpointName) {
    this.#files = files
    this.#path = `${files.root}/${name}`
    this.#written = files.readText(this.#path)
    this.offsets = this.#decode(this.#written ?? '', name)
  }

  /** Whether the file, or what is on its way to it, tells of a partition of this name. */
  names(topic: string, partition: number): boolean {
    if (this.#pending?.includes(`\n${topic} ${partition} `) === true) return true
    // Asked for each of thousands of partitions that are made at once.
    if (this.#named.of !== this.#written) this.#named = { of: this.#written, names: namesIn(this.#written ?? '') }
    return this.#named.names.has(`${topic} ${partition}`)
  }

  write(entries: readonly PartitionOffset[], how: CheckpointWrite): void {
    const text = encodePartitionOffsets(entries)
    if (how === 'now') this.#writeNow(text)
    else this.#writeInBackground(text)
  }

  #writeNow(text: string): void {
    if (text === this.#written && this.#pending === undefined) return
    this.#pending = undefined
    this.#files.replaceText(this.#path, text)
    this.#written = text
  }

  /** One at a time; what comes meanwhile waits for the next round. */
  #writeInBackground(text: string): void {
    if (text === this.#written || this.#pending !== undefined) return
    this.#pending = text
    // A write in between has newer offsets: this one is dropped then.
    const isStillWanted = () => this.#pending === text
    this.#files
      .replaceTextInBackground(this.#path, text, isStillWanted)
      .then(() => {
        if (!isStillWanted()) return
        this.#written = text
        this.#pending = undefined
      })
      .catch((error: unknown) => {
        // The directory is offline then, and has told so.
        if (!(error instanceof StorageFailure)) throw error
      })
  }

  /** What is on its way must not arrive any more: the directory belongs to somebody else from now on. */
  stop(): void {
    this.#pending = undefined
  }

  #decode(text: string, name: string): Map<string, number> {
    try {
      return new Map(decodePartitionOffsets(text).map(entry => [`${entry.topic}-${entry.partition}`, entry.offset]))
    } catch (error) {
      if (error instanceof CorruptCheckpoint) throw this.#files.fail(`${name}: ${error.message}`)
      throw error
    }
  }
}

const namesIn = (text: string): Set<string> => new Set(text.split('\n').map(line => line.slice(0, line.lastIndexOf(' '))))
