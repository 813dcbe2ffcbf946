import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { threadId } from 'node:worker_threads'
import type { DiskLock } from '../disk.ts'
import { codeOf, diskError } from './disk-error.ts'

/**
 * Node has no flock, and a file with a process id in it is a guess (ids are reused, and threads of one process share theirs), so the
 * lock is one that the kernel itself holds and drops with the process or worker thread, `kill -9` included:
 * - macOS and Windows: the file opened with O_EXLOCK, which the system honours between all openers;
 * - Linux: a socket in the abstract namespace, named by the file's device and inode, so that every path to the file means one lock.
 *   It excludes within one network namespace; two containers that share a directory but no network are not kept apart.
 * The file also tells a person who holds it. It is never removed: a waiting opener could otherwise lock a file that is gone.
 */
export function lockFile(path: string, platform: NodeJS.Platform = process.platform): DiskLock | undefined {
  return platform === 'linux' ? lockBySocket(path) : lockByOpening(path, platform)
}

/** `O_EXLOCK` of macOS; `UV_FS_O_EXLOCK` on Windows. Neither is among Node's constants. */
const exclusiveOpen = { darwin: 0x20, win32: 0x10000000 } as const

function lockByOpening(path: string, platform: NodeJS.Platform): DiskLock | undefined {
  const exclusive = platform === 'win32' ? exclusiveOpen.win32 : exclusiveOpen.darwin | constants.O_NONBLOCK
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | exclusive)
    signHolder(fd)
    return { release: once(() => closeSync(fd)) }
  } catch (error) {
    if (['EAGAIN', 'EWOULDBLOCK', 'EBUSY'].includes(codeOf(error) ?? '')) return undefined
    throw diskError(path, error)
  }
}

function lockBySocket(path: string): DiskLock | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644)
    const { dev, ino } = fstatSync(fd, { bigint: true })
    const server = bindAbstract(`\0brokerbench-lock-${dev}-${ino}`)
    if (server === undefined) return undefined
    signHolder(fd)
    return { release: once(() => server.close()) }
  } catch (error) {
    throw diskError(path, error)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Node binds within `listen` and only reports later; `listening` tells at once. */
function bindAbstract(name: string): Server | undefined {
  const server = createServer(socket => socket.destroy())
  let failure: Error | undefined
  server.on('error', error => (failure = error))
  server.listen({ path: name, exclusive: true })
  if (!server.listening || failure !== undefined) return undefined
  server.unref()
  return server
}

function signHolder(fd: number): void {
  ftruncateSync(fd, 0)
  writeSync(fd, `process ${process.pid} thread ${threadId}\n`, 0)
}

function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) action()
    isDone = true
  }
}
