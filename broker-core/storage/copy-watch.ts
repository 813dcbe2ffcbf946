/** REPL-18: what a log and its copy have to know of each other. */
export class CopyWatch {
  #target: { readonly isClosed: boolean } | undefined
  #files: { readonly failure: unknown } | undefined
  #lowestTruncation: number | undefined

  /** `files`: those of the directory that the copy is made in. */
  begin(target: { readonly isClosed: boolean }, files: { readonly failure: unknown }): void {
    this.#target = target
    this.#files = files
    this.#lowestTruncation = undefined
  }

  /** Given up, promoted or out of reach, the target is no copy any more. */
  get isUnderWay(): boolean {
    return this.#target !== undefined && !this.#target.isClosed && this.#files?.failure === undefined
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
