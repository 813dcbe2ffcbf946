import { DiskError, type Disk, type DiskErrorKind, type DiskFile } from '../disk.ts'

export type DiskOperation =
  | 'open'
  | 'read'
  | 'write'
  | 'resize'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'make-directory'
  | 'list'
  | 'lock'

export interface DiskFaults {
  /** Asked before each call; a kind makes it fail. */
  refuse(operation: DiskOperation, path: string): DiskErrorKind | undefined
  /** How many bytes of a refused write reach the file all the same, as with a disk that fills up or breaks in the middle. Default none. */
  tornBytes?(path: string, sizeBytes: number): number
}

/** A disk whose calls can be made to fail. What is not refused goes to `disk` as it is. */
export function faultyDisk(disk: Disk, faults: DiskFaults): Disk {
  const check = (operation: DiskOperation, path: string): void => {
    const kind = faults.refuse(operation, path)
    if (kind !== undefined) throw new DiskError(kind, path, `refused ${operation}`)
  }
  const checked = <T>(operation: DiskOperation, path: string, call: () => T): T => {
    check(operation, path)
    return call()
  }
  return {
    open: (path, mode) => checked('open', path, () => faultyFile(disk.open(path, mode), faults, check)),
    exists: path => disk.exists(path),
    list: path => checked('list', path, () => disk.list(path)),
    isDirectory: path => disk.isDirectory(path),
    sizeOf: path => disk.sizeOf(path),
    modifiedMs: path => disk.modifiedMs(path),
    setModifiedMs: (path, modifiedMs) => checked('write', path, () => disk.setModifiedMs(path, modifiedMs)),
    makeDirectory: path => checked('make-directory', path, () => disk.makeDirectory(path)),
    rename: (from, to) => checked('rename', from, () => disk.rename(from, to)),
    remove: path => checked('remove', path, () => disk.remove(path)),
    removeDirectory: path => checked('remove', path, () => disk.removeDirectory(path)),
    syncDirectory: path => checked('sync', path, () => disk.syncDirectory(path)),
    space: path => disk.space(path),
    lock: path => checked('lock', path, () => disk.lock(path)),
  }
}

function faultyFile(file: DiskFile, faults: DiskFaults, check: (operation: DiskOperation, path: string) => void): DiskFile {
  const { path } = file
  return {
    path,
    size: () => file.size(),
    readAt(into, position) {
      check('read', path)
      return file.readAt(into, position)
    },
    writeAt(chunks, position) {
      const kind = faults.refuse('write', path)
      if (kind === undefined) return file.writeAt(chunks, position)
      const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      file.writeAt(firstBytes(chunks, faults.tornBytes?.(path, sizeBytes) ?? 0), position)
      throw new DiskError(kind, path, 'refused write')
    },
    resize(sizeBytes) {
      check('resize', path)
      file.resize(sizeBytes)
    },
    sync() {
      check('sync', path)
      file.sync()
    },
    async syncInBackground() {
      check('sync', path)
      await file.syncInBackground()
    },
    close: () => file.close(),
  }
}

function firstBytes(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  const taken: Uint8Array[] = []
  let left = count
  for (const chunk of chunks) {
    if (left <= 0) break
    taken.push(chunk.subarray(0, left))
    left -= chunk.length
  }
  return taken
}
