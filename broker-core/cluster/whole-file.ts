import type { Disk } from '../env/disk.ts'

export function readWhole(path: string, disk: Disk): Uint8Array {
  const file = disk.open(path, 'read')
  try {
    const bytes = new Uint8Array(file.size())
    return bytes.subarray(0, file.readAt(bytes, 0))
  } finally {
    file.close()
  }
}

/** Old content or new content, also after a crash. The directory is made when it is absent. */
export function replaceWhole(directory: string, name: string, content: readonly Uint8Array[], disk: Disk): void {
  const path = `${directory}/${name}`
  disk.makeDirectory(directory)
  const file = disk.open(`${path}.tmp`, 'create')
  file.resize(0)
  file.writeAt(content, 0)
  file.sync()
  file.close()
  disk.rename(`${path}.tmp`, path)
  disk.syncDirectory(directory)
}
