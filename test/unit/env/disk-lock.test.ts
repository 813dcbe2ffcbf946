import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { nodeDisk } from '../../../broker-core/env/node/disk.ts'

/** What `lockFile` does on this system, in plain JavaScript for a process and a thread that know no TypeScript. */
const holder = (path: string) => `
  const fs = require('node:fs'), net = require('node:net')
  const path = ${JSON.stringify(path)}
  if (process.platform === 'linux') {
    const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT)
    const { dev, ino } = fs.fstatSync(fd, { bigint: true })
    net.createServer().listen({ path: '\\0brokerbench-lock-' + dev + '-' + ino, exclusive: true })
  } else {
    const flag = process.platform === 'win32' ? 0x10000000 : 0x20
    fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT | flag)
  }
  const { parentPort } = require('node:worker_threads')
  if (parentPort) parentPort.postMessage('held')
  else process.stdout.write('held')
  setInterval(() => {}, 1000)
`

const directory = () => mkdtempSync(join(tmpdir(), 'lock-'))
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

describe('the lock of a log directory', () => {
  it('excludes a second holder in the same thread, by any path, until released', () => {
    const path = directory()
    const first = nodeDisk.lock(join(path, '.lock'))
    expect(first).toBeDefined()
    symlinkSync(path, `${path}-link`)
    expect(nodeDisk.lock(join(`${path}-link`, '.lock'))).toBeUndefined()
    first?.release()
    first?.release()
    const second = nodeDisk.lock(join(path, '.lock'))
    expect(second).toBeDefined()
    second?.release()
  })

  it('says who holds it', () => {
    const path = join(directory(), '.lock')
    const lock = nodeDisk.lock(path)
    expect(readFileSync(path, 'utf8')).toMatch(`process ${process.pid} thread`)
    lock?.release()
  })

  it('is refused while another process holds it, and free at once after kill -9', async () => {
    const path = join(directory(), '.lock')
    const child = spawn(process.execPath, ['-e', holder(path)])
    cleanUps.push(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    expect(nodeDisk.lock(path)).toBeUndefined()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = nodeDisk.lock(path)
    expect(lock).toBeDefined()
    lock?.release()
  })

  it('is refused while another thread of this process holds it, and free once that thread is terminated', async () => {
    const path = join(directory(), '.lock')
    const worker = new Worker(holder(path), { eval: true })
    cleanUps.push(() => worker.terminate())
    await once(worker, 'message')
    expect(nodeDisk.lock(path)).toBeUndefined()
    await worker.terminate()
    const lock = nodeDisk.lock(path)
    expect(lock).toBeDefined()
    lock?.release()
  })

  it('a directory that cannot be written is a DiskError, not a lock held by somebody', () => {
    expect(() => nodeDisk.lock(join(directory(), 'absent', '.lock'))).toThrow(expect.objectContaining({ kind: 'not-found' }))
  })
})
