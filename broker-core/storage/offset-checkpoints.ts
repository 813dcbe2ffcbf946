import { decodePartitionOffsets, encodePartitionOffsets, CorruptCheckpoint } from './checkpoints.ts'
import type { DirectoryFiles } from './directory-files.ts'

export type OffsetCheckpointName =
  | 'recovery-point-offset-checkpoint'
  | 'log-start-offset-checkpoint'
  | 'replication-offset-checkpoint'
  | 'cleaner-offset-checkpoint'

/** One of the four checkpoints of a log directory, by `<topic>-<partition>`. Written only when something changed. */
export class OffsetCheckpoint {
  readonly #files: DirectoryFiles
  readonly #path: string
  #written: string | undefined
  readonly offsets: ReadonlyMap<string, number>

  /** A corrupt file takes the directory offline (SEMANTICS 2.8). */
  constructor(files: DirectoryFiles, name: OffsetCheckpointName) {
    this.#files = files
    this.#path = `${files.root}/${name}`
    this.#written = files.readText(this.#path)
    this.offsets = this.#decode(this.#written ?? '', name)
  }

  write(entries: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]): void {
    const text = encodePartitionOffsets(entries)
    if (text === this.#written) return
    this.#files.replaceText(this.#path, text)
    this.#written = text
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
