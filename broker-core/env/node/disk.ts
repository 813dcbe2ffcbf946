import * as fs from 'node:fs'
import { join } from 'node:path'
import type { Disk, DiskFile } from '../disk.ts'
import { codeOf, diskError, mapped } from './disk-error.ts'
import { lockFile } from './disk-lock.ts'

const openFlags = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
} as const

/** The file system of this machine. Node itself takes `/` between parts on Windows. */
export const nodeDisk: Disk = {
  open: (path, mode) =>
    diskFile(
      path,
      mapped(path, () => fs.openSync(path, openFlags[mode], 0o644)),
    ),
  exists: path => fs.existsSync(path),
  list: path => mapped(path, () => fs.readdirSync(path)),
  isDirectory: path => fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  sizeOf: path => mapped(path, () => fs.statSync(path).size),
  modifiedMs: path => mapped(path, () => Math.round(fs.statSync(path).mtimeMs)),
  setModifiedMs(path, modifiedMs) {
    mapped(path, () => fs.utimesSync(path, modifiedMs / 1000, modifiedMs / 1000))
  },
  makeDirectory(path) {
    mapped(path, () => fs.mkdirSync(path, { recursive: true }))
  },
  rename(from, to) {
    mapped(from, () => fs.renameSync(from, to))
  },
  remove(path) {
    mapped(path, () => fs.rmSync(path, { force: true }))
  },
  removeDirectory(path) {
    mapped(path, () => fs.rmSync(path, { recursive: true, force: true }))
  },
  syncDirectory(path) {
    // Windows opens no directories, and its file system keeps renames in its own journal.
    if (process.platform !== 'win32') mapped(path, () => syncDescriptor(path))
  },
  space: path =>
    mapped(path, () => {
      const { bsize, blocks, bavail } = fs.statfsSync(nearestExisting(path))
      return { totalBytes: bsize * blocks, freeBytes: bsize * bavail }
    }),
  lock: path => lockFile(path),
}

function syncDescriptor(path: string): void {
  const fd = fs.openSync(path, fs.constants.O_RDONLY)
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** The volume of a directory that is yet to be made. */
function nearestExisting(path: string): string {
  let at = path
  while (!fs.existsSync(at) && join(at, '..') !== at) at = join(at, '..')
  return at
}

function diskFile(path: string, fd: number): DiskFile {
  let isOpen = true
  return {
    path,
    size: () => mapped(path, () => fs.fstatSync(fd).size),
    readAt: (into, position) => mapped(path, () => readFully(fd, into, position)),
    writeAt(chunks, position) {
      mapped(path, () => writeFully(fd, chunks, position))
    },
    resize(sizeBytes) {
      mapped(path, () => fs.ftruncateSync(fd, sizeBytes))
    },
    sync() {
      mapped(path, () => fs.fdatasyncSync(fd))
    },
    syncInBackground: () =>
      new Promise((resolve, reject) => {
        fs.fdatasync(fd, error => {
          if (error === null || error === undefined) resolve()
          else if (codeOf(error) === 'EBADF' && !isOpen) resolve()
          else reject(diskError(path, error))
        })
      }),
    close() {
      if (isOpen) mapped(path, () => fs.closeSync(fd))
      isOpen = false
    },
  }
}

function readFully(fd: number, into: Uint8Array, position: number): number {
  let at = 0
  while (at < into.length) {
    const count = fs.readSync(fd, into, at, into.length - at, position + at)
    if (count === 0) break
    at += count
  }
  return at
}

/** One system call, more only where the system wrote a part (a nearly full disk). */
function writeFully(fd: number, chunks: readonly Uint8Array[], position: number): void {
  const [only] = chunks
  // The append of a leader: nothing is made for it. Where only a part was written, all of it is written again below.
  if (chunks.length === 1 && only !== undefined && fs.writeSync(fd, only, 0, only.length, position) === only.length) return
  let rest: readonly Uint8Array[] = chunks.filter(chunk => chunk.length > 0)
  let at = position
  while (rest.length > 0) {
    const [first] = rest
    const written =
      rest.length === 1 && first !== undefined ? fs.writeSync(fd, first, 0, first.length, at) : fs.writevSync(fd, rest, at)
    at += written
    rest = after(rest, written)
  }
}

/** What is left of the chunks after their first `count` bytes. */
function after(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count
  let index = 0
  for (; index < chunks.length; index++) {
    const length = chunks[index]?.length ?? 0
    if (left < length) break
    left -= length
  }
  const [partial, ...whole] = chunks.slice(index)
  return partial === undefined ? [] : [partial.subarray(left), ...whole]
}
