/**
 * Synchronous on purpose: a broker owns its thread, and appends go to the page cache (DESIGN: hot path). Paths are relative or
 * absolute with `/` between parts; the implementation translates. Nothing here renames or deletes a file that is open (Windows).
 */
export interface Disk {
  /** `create` makes the file when absent; `read` refuses writes. Throws DiskError. */
  open(path: string, mode: 'read' | 'write' | 'create'): DiskFile
  exists(path: string): boolean
  /** Names (not paths) in a directory, unsorted. Throws DiskError `not-found`. */
  list(path: string): string[]
  isDirectory(path: string): boolean
  sizeOf(path: string): number
  /** Wall clock of the last change of a file's content, milliseconds. */
  modifiedMs(path: string): number
  /** Makes it another one; durable or not with the file. */
  setModifiedMs(path: string, modifiedMs: number): void
  makeDirectory(path: string): void
  /** Replaces an existing target. */
  rename(from: string, to: string): void
  /** A missing file is no error. */
  remove(path: string): void
  /** With everything in it; a missing directory is no error. */
  removeDirectory(path: string): void
  /** Makes creations, renames and removals in this directory durable; nothing where the system has no such call. */
  syncDirectory(path: string): void
  /** Free and total bytes of the volume. */
  space(path: string): { totalBytes: number; freeBytes: number }
  /** An exclusive advisory lock held until released or the process ends; `undefined` when somebody else holds it. */
  lock(path: string): DiskLock | undefined
}

export interface DiskFile {
  readonly path: string
  size(): number
  /** Reads up to `into.length` bytes at `position`; returns how many (0 at the end). */
  readAt(into: Uint8Array, position: number): number
  /** Writes all chunks one after the other at `position`, with one system call where possible. */
  writeAt(chunks: readonly Uint8Array[], position: number): void
  /** Cuts, or grows with zeros. */
  resize(sizeBytes: number): void
  /** Blocks until the bytes are durable. */
  sync(): void
  /** The same beside the thread: for segments sealed under load. */
  syncInBackground(): Promise<void>
  close(): void
}

export interface DiskLock {
  release(): void
}

export type DiskErrorKind = 'not-found' | 'no-space' | 'not-permitted' | 'too-many-open' | 'io'

export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly kind: DiskErrorKind
  readonly path: string
  constructor(kind: DiskErrorKind, path: string, detail: string) {
    super(`${kind}: ${path}: ${detail}`)
    this.kind = kind
    this.path = path
  }
}
