import type { Disk, DiskFile } from '../env/disk.ts'

/**
 * A disk that tells of its first failure, whoever asked: a node whose metadata log cannot be written must not go on voting and deciding
 * (DISK-38), also when the request that found out is answered with an error only. Failures are thrown on.
 */
export function guardedDisk(disk: Disk, failed: (error: unknown) => void): Disk {
  const guard = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      failed(error)
      throw error
    }
  }
  return {
    open: (path, mode) =>
      guardedFile(
        guard(() => disk.open(path, mode)),
        guard,
      ),
    exists: path => disk.exists(path),
    list: path => guard(() => disk.list(path)),
    isDirectory: path => disk.isDirectory(path),
    sizeOf: path => guard(() => disk.sizeOf(path)),
    modifiedMs: path => guard(() => disk.modifiedMs(path)),
    setModifiedMs: (path, modifiedMs) => guard(() => disk.setModifiedMs(path, modifiedMs)),
    makeDirectory: path => guard(() => disk.makeDirectory(path)),
    rename: (from, to) => guard(() => disk.rename(from, to)),
    remove: path => guard(() => disk.remove(path)),
    removeDirectory: path => guard(() => disk.removeDirectory(path)),
    syncDirectory: path => guard(() => disk.syncDirectory(path)),
    space: path => disk.space(path),
    lock: path => disk.lock(path),
  }
}

const guardedFile = (file: DiskFile, guard: <T>(work: () => T) => T): DiskFile => ({
  path: file.path,
  size: () => guard(() => file.size()),
  readAt: (into, position) => guard(() => file.readAt(into, position)),
  writeAt: (chunks, position) => guard(() => file.writeAt(chunks, position)),
  resize: sizeBytes => guard(() => file.resize(sizeBytes)),
  sync: () => guard(() => file.sync()),
  syncInBackground: () => file.syncInBackground(),
  close: () => file.close(),
})
