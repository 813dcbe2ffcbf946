import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { brokersInThreads, brokerThreadEntry } from '../../src-main/cluster-host/broker-thread.ts'
import { projectFolder } from '../helpers/serve-process.ts'

const entry = join(projectFolder, 'out', 'main', brokerThreadEntry)

it('a thread that was prepared and cannot load is no failure of its own: the broker that starts says what is wrong', async () => {
  const threads = brokersInThreads(join(projectFolder, 'out', 'main', 'not-there.js'))
  threads.prepare(2)
  const told: string[] = []
  const handle = threads.run(
    new Map(),
    event => told.push(event.event),
    () => {},
  )
  await expect(handle.ready).rejects.toThrow('not-there.js')
  expect((await handle.ended).failure).toContain('not-there.js')
  expect(told).toEqual(['broker.failed'])
  threads.discard()
})

it('prepared threads that no broker takes end when they are discarded; a broker takes one that is there', async () => {
  const ends: Promise<unknown>[] = []
  const note = (worker: Worker) => void ends.push(new Promise(resolve => worker.once('exit', resolve)))
  process.on('worker', note)
  try {
    const threads = brokersInThreads(entry)
    threads.prepare(2)
    const handle = threads.run(
      new Map([['node.id', 'nonsense']]),
      () => {},
      () => {},
    )
    await expect(handle.ready).rejects.toThrow('node.id must be a whole number: nonsense')
    threads.discard()
    expect(ends).toHaveLength(2)
    await Promise.all(ends)
  } finally {
    process.off('worker', note)
  }
})
