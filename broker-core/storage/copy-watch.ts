/** The log that another one is copied into, as far as it matters to that one. */
export interface CopyTarget {
  readonly isClosed: boolean
  /** Its directory is offline. */
  readonly hasFailed: boolean
}

/** REPL-18: what a log and its copy have to know of each other. */
export class CopyWatch {
  #target: CopyTarget | undefined
  #lowestTruncation: number | undefined

  begin(target: CopyTarget): void {
    this.#target = target
    this.#lowestTruncation = undefined
  }

  /** Given up, promoted or out of reach, the target is no copy any more. */
  get isUnderWay(): boolean {
    return this.#target !== undefined && !this.#target.isClosed && !this.#target.hasFailed
  }

  truncated(offset: number): void {
    this.#lowestTruncation = Math.min(this.#lowestTruncation ?? offset, offset)
  }

  /** The lowest offset truncated to since this was asked last, for the one that copies the log. Undefined: nothing was. */
  takeTruncation(): number | undefined {
    const lowest = this.#lowestTruncation
    this.#lowestTruncation = undefined
    return lowest
  }
}
