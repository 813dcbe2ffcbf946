import type { Disk, DiskFile } from '../env/disk.ts'
import { DiskError } from '../env/disk.ts'
import { StorageFailure } from './partition-log.ts'

const utf8 = new TextEncoder()
const text = new TextDecoder('utf-8')

/** Files kept open per log directory; the longest unused one is closed for the next. */
const openFilesMax = 2000

/**
 * All disk access of one log directory goes through here. It keeps a bounded number of files open, so that callers name files by path
 * and may rename or remove them at any time, and turns the first disk error into the failure of the whole directory (DISK-38): from
 * then on every call throws StorageFailure.
 */
export class DirectoryFiles {
  readonly root: string
  readonly #disk: Disk
  readonly #onFailure: (failure: StorageFailure) => void
  readonly #open = new Map<string, DiskFile>()
  #openMax: number
  #failure: StorageFailure | undefined

  constructor(disk: Disk, root: string, onFailure: (failure: StorageFailure) => void, openMax = openFilesMax) {
    this.#disk = disk
    this.root = root
    this.#onFailure = onFailure
    this.#openMax = openMax
  }

  get failure(): StorageFailure | undefined {
    return this.#failure
  }

  read(path: string, into: Uint8Array, position: number): number {
    return this.#guard(() => this.#file(path).readAt(into, position))
  }

  write(path: string, chunks: readonly Uint8Array[], position: number): void {
    this.#guard(() => this.#file(path).writeAt(chunks, position))
  }

  resize(path: string, sizeBytes: number): void {
    this.#guard(() => this.#file(path).resize(sizeBytes))
  }

  sync(path: string): void {
    this.#guard(() => this.#file(path).sync())
  }

  /** On a handle of its own, which nothing closes early. The promise rejects with StorageFailure. */
  async syncInBackground(path: string): Promise<void> {
    const file = this.#guard(() => this.#openFile(path, 'write'))
    try {
      await file.syncInBackground()
    } catch (error) {
      throw error instanceof DiskError ? this.#failed(error) : error
    } finally {
      file.close()
    }
  }

  /** 0 for a file that is not there. */
  sizeOf(path: string): number {
    return this.#guard(() => {
      const open = this.#open.get(path)
      if (open !== undefined) return open.size()
      return this.#disk.exists(path) ? this.#disk.sizeOf(path) : 0
    })
  }

  modifiedMs(path: string): number {
    return this.#guard(() => this.#disk.modifiedMs(path))
  }
  setModifiedMs(path: string, modifiedMs: number): void {
    this.#guard(() => this.#disk.setModifiedMs(path, modifiedMs))
  }

  exists(path: string): boolean {
    return this.#guard(() => this.#disk.exists(path))
  }
  isDirectory(path: string): boolean {
    return this.#guard(() => this.#disk.isDirectory(path))
  }
  list(path: string): string[] {
    return this.#guard(() => this.#disk.list(path)).sort()
  }
  makeDirectory(path: string): void {
    this.#guard(() => this.#disk.makeDirectory(path))
  }
  syncDirectory(path: string): void {
    this.#guard(() => this.#disk.syncDirectory(path))
  }

  rename(from: string, to: string): void {
    this.close(from)
    this.close(to)
    this.#guard(() => this.#disk.rename(from, to))
  }

  renameDirectory(from: string, to: string): void {
    this.closeUnder(from)
    this.#guard(() => this.#disk.rename(from, to))
  }

  remove(path: string): void {
    this.close(path)
    this.#guard(() => this.#disk.remove(path))
  }

  removeDirectory(path: string): void {
    this.closeUnder(path)
    this.#guard(() => this.#disk.removeDirectory(path))
  }

  /** The whole file; undefined when it is not there. */
  readAll(path: string): Uint8Array | undefined {
    if (!this.exists(path)) return undefined
    return this.#guard(() => {
      const file = this.#openFile(path, 'read')
      try {
        const bytes = new Uint8Array(file.size())
        return bytes.subarray(0, file.readAt(bytes, 0))
      } finally {
        file.close()
      }
    })
  }

  readText(path: string): string | undefined {
    const bytes = this.readAll(path)
    return bytes === undefined ? undefined : text.decode(bytes)
  }

  /** Old content or new content, also after a crash: `.tmp`, fsync, rename, fsync of the directory. */
  replaceText(path: string, content: string): void {
    this.replaceTextIn(path, content)
    this.syncDirectory(path.slice(0, path.lastIndexOf('/')))
  }

  /** The same, durable once the caller syncs the directory. */
  replaceTextIn(path: string, content: string): void {
    const temporary = `${path}.tmp`
    this.writeWhole(temporary, utf8.encode(content), true)
    this.rename(temporary, path)
  }

  /**
   * The same beside the thread, for what is written again and again: the rename may come back after a crash, but never a torn file.
   * `isStillWanted` is asked before the rename. Rejects with StorageFailure.
   */
  async replaceTextInBackground(path: string, content: string, isStillWanted: () => boolean): Promise<void> {
    const temporary = `${path}.next.tmp`
    this.writeWhole(temporary, utf8.encode(content), false)
    await this.syncInBackground(temporary)
    if (isStillWanted()) this.rename(temporary, path)
  }

  writeWhole(path: string, content: Uint8Array, durable: boolean): void {
    this.close(path)
    this.#guard(() => {
      const file = this.#openFile(path, 'create')
      try {
        file.resize(content.length)
        file.writeAt([content], 0)
        if (durable) file.sync()
      } finally {
        file.close()
      }
    })
  }

  close(path: string): void {
    const file = this.#open.get(path)
    if (file === undefined) return
    this.#open.delete(path)
    file.close()
  }

  /** Closes the files directly in `directory`. */
  closeUnder(directory: string): void {
    for (const path of [...this.#open.keys()]) if (path.startsWith(`${directory}/`)) this.close(path)
  }

  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.close(path)
  }

  /** Takes the directory offline for a reason found above the disk (a corrupt checkpoint). */
  fail(detail: string): StorageFailure {
    return this.#failed(new Error(detail))
  }

  #file(path: string): DiskFile {
    const open = this.#open.get(path)
    if (open !== undefined) {
      if (this.#open.size < this.#openMax) return open
      this.#open.delete(path)
      this.#open.set(path, open)
      return open
    }
    if (this.#open.size >= this.#openMax) for (const oldest of this.#open.keys()) return (this.close(oldest), this.#file(path))
    const file = this.#openFile(path, 'create')
    this.#open.set(path, file)
    return file
  }

  /** The system may allow fewer than this class would: then it makes do with fewer from now on. */
  #openFile(path: string, mode: 'read' | 'write' | 'create'): DiskFile {
    try {
      return this.#disk.open(path, mode)
    } catch (error) {
      if (!(error instanceof DiskError) || error.kind !== 'too-many-open' || this.#open.size === 0) throw error
      this.#openMax = Math.max(1, Math.floor(this.#open.size / 2))
      for (const oldest of [...this.#open.keys()].slice(0, this.#open.size - this.#openMax)) this.close(oldest)
      return this.#disk.open(path, mode)
    }
  }

  #guard<T>(work: () => T): T {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return work()
    } catch (error) {
      if (error instanceof DiskError) throw this.#failed(error)
      throw error
    }
  }

  #failed(cause: unknown): StorageFailure {
    if (this.#failure !== undefined) return this.#failure
    const detail = cause instanceof Error ? cause.message : String(cause)
    this.#failure = new StorageFailure(this.root, detail, { cause })
    this.#onFailure(this.#failure)
    return this.#failure
  }
}
