import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { brokersInThreads } from '../../src-main/cluster-host/broker-thread.ts'
import type { LocalClusterView } from '../../src-main/contract/views/cluster.ts'
import { batchOf, conversation, describeTopic, eventually, portOf, produceTo } from '../helpers/broker-conversation.ts'
import { freePortRun } from '../helpers/free-ports.ts'
import { projectFolder } from '../helpers/serve-process.ts'
import { openLocalWorkbench, type LocalWorkbench } from '../helpers/workbench-in-process.ts'

let folder: string
let bench: LocalWorkbench
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  // Threads as in the app: one that scans its disk must not keep the others, or who looks, from going on.
  const { run } = brokersInThreads(join(projectFolder, 'out', 'main', 'broker-worker.js'))
  bench = await openLocalWorkbench(folder, { port: await freePortRun(3) }, run)
  await bench.host.start()
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The views of the cluster while `work` lasts, as a window gets them. */
async function viewsWhile(work: () => Promise<unknown>): Promise<LocalClusterView[]> {
  const looking = new AbortController()
  const views: LocalClusterView[] = []
  const read = (async () => {
    for await (const view of bench.stream('local.watch', undefined, looking.signal)) views.push(view)
  })()
  await work()
  looking.abort()
  await read
  return views
}

it('DISK-31: after a kill the window is told bytes of bytes while the broker recovers, and the others serve', async () => {
  await bench.call('topics.create', { connection: 'local', topic: 'big', partitions: 1, replicationFactor: 1 })
  const talk = conversation()
  const [port] = bench.host.shape.ports
  const topic = await eventually(async () => {
    const found = await describeTopic(talk, port ?? 0, 'big')
    return (found?.partitions[0]?.leaderId ?? -1) > 0 ? found : undefined
  }, 'big has a leader')
  const leader = topic.partitions[0]?.leaderId ?? 0
  const batch = batchOf(['x'.repeat(900_000)])
  const count = 20
  for (let i = 0; i < count; i++) {
    expect((await produceTo(talk, portOf(topic, leader), topic, batch.slice(), { acks: 1 })).error).toBe('NONE')
  }
  talk.close()
  await bench.call('local.killBroker', { brokerId: leader })
  const views = await viewsWhile(() => bench.call('local.startBroker', { brokerId: leader }))
  const told = views.flatMap(({ brokers }) => {
    const recovery = brokers.find(broker => broker.brokerId === leader)?.recovery ?? null
    return recovery === null ? [] : [{ recovery, others: brokers.filter(broker => broker.brokerId !== leader) }]
  })
  expect(told.length).toBeGreaterThan(0)
  expect(told.every(({ others }) => others.every(broker => broker.state === 'running'))).toBe(true)
  expect(told.every(({ recovery }) => recovery.totalBytes === count * batch.length && recovery.partition === 'big-0')).toBe(true)
  expect(told.at(-1)?.recovery.doneBytes).toBe(count * batch.length)
  expect(views.at(-1)?.brokers.map(broker => broker.state)).toEqual(['running', 'running', 'running'])
  expect(views.at(-1)?.brokers.map(broker => broker.recovery)).toEqual([null, null, null])
}, 60_000)
