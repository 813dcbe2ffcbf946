/** Those who want to know that something moved. Telling is synchronous; who is told may leave or join while it goes on. */
export class WatchList {
  readonly #watchers = new Set<() => void>()

  /** The returned function leaves the list; calling it again does nothing. */
  join(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  get size(): number {
    return this.#watchers.size
  }

  tell(): void {
    if (this.#watchers.size === 0) return
    for (const watcher of [...this.#watchers]) watcher()
  }
}
