import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RetireProgress } from '../../src-main/contract/views/cluster.ts'
import { eventually } from '../helpers/broker-conversation.ts'
import { freePortRun } from '../helpers/free-ports.ts'
import { openLocalWorkbench } from '../helpers/workbench-in-process.ts'
import type { LocalWorkbench } from '../helpers/workbench-in-process.ts'

let folder: string
let port: number
let bench: LocalWorkbench
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  port = await freePortRun(6)
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(brokers?: number): Promise<void> {
  bench = await openLocalWorkbench(folder, { brokers, port })
  await bench.host.start()
}
const connection = 'local'
const createTopic = (topic: string, partitions: number, replicationFactor: number) =>
  bench.call('topics.create', { connection, topic, partitions, replicationFactor })
const produce = (topic: string, partition: number, size: number) =>
  bench.call('records.produce', {
    connection,
    topic,
    partition,
    key: null,
    value: { encoding: 'text', text: 'x'.repeat(size) },
  })
const replicasOf = async (topic: string) =>
  (await bench.call('topics.detail', { connection, topic })).partitions.map(it => it.replicas)
const inSync = (topic: string) =>
  eventually(async () => {
    const { partitions } = await bench.call('topics.detail', { connection, topic })
    return partitions.every(it => it.inSync.length === it.replicas.length) || undefined
  }, `${topic} is in sync`)
async function moveTo(topic: string, layouts: readonly (readonly number[])[]): Promise<void> {
  const moves = layouts.map((replicas, partition) => ({ topic, partition, replicas: [...replicas] }))
  await bench.call('topics.reassign', { connection, moves })
  await eventually(async () => String(await replicasOf(topic)) === String(layouts) || undefined, `${topic} has moved`)
}
async function retire(brokerId: number, throttleBytesPerSecond: number | null = null): Promise<RetireProgress[]> {
  const items: RetireProgress[] = []
  const order = { brokerId, throttleBytesPerSecond }
  for await (const item of bench.stream('local.retireBroker', order, new AbortController().signal)) items.push(item)
  return items
}
const throttlesOf = async (topic: string) =>
  (await bench.call('topics.config', { connection, topic }))
    .filter(it => it.name.endsWith('throttled.replicas'))
    .map(it => it.value)

describe('brokers of the embedded cluster come and go', () => {
  it('LEAD-09, LEAD-12: a fourth joins, takes replicas, is there after a restart, is drained within a throttle and forgotten', async () => {
    await open()
    await createTopic('t', 4, 2)
    for (const partition of [0, 1, 2, 3]) await produce('t', partition, 400_000)
    const added = await bench.call('local.addBroker', {})
    expect(added).toMatchObject({ brokerId: 4, port: port + 3, isVoter: false, state: 'running' })
    await moveTo('t', [
      [4, 1],
      [2, 4],
      [4, 3],
      [1, 2],
    ])
    await bench.close()
    await open()
    expect(bench.host.view.value.brokers.map(broker => [broker.brokerId, broker.state])).toEqual(
      [1, 2, 3, 4].map(brokerId => [brokerId, 'running']),
    )
    await inSync('t')

    const items = await retire(4, 600_000)
    expect([...new Set(items.map(item => item.phase))]).toEqual(['planning', 'moving', 'stopping', 'unregistering', 'done'])
    const last = items.at(-1)
    expect(last?.doneBytes).toBe(last?.totalBytes)
    expect(last?.totalBytes).toBeGreaterThan(3 * 400_000)
    expect(items.some(item => item.partitionsLeft > 0 && (item.doneBytes ?? 0) < (item.totalBytes ?? 0))).toBe(true)
    expect((await replicasOf('t')).flat()).not.toContain(4)
    expect(new Set((await replicasOf('t')).map(replicas => replicas.length))).toEqual(new Set([2]))
    expect(await throttlesOf('t')).toEqual(['', ''])
    expect((await bench.call('cluster.overview', { connection })).brokers.map(broker => broker.brokerId)).toEqual([1, 2, 3])
    expect(bench.host.view.value.brokers.map(broker => broker.brokerId)).toEqual([1, 2, 3])
    expect(existsSync(join(folder, 'broker-4'))).toBe(false)

    expect(await bench.call('local.addBroker', {})).toMatchObject({ brokerId: 4, state: 'running' })
    expect(bench.complaints).toEqual([])
  })

  it('LEAD-10: what speaks against retiring is said before anything moves; cancelled, the moves are taken back', async () => {
    await open(3)
    await bench.call('local.addBroker', {})
    await createTopic('wide', 1, 4)
    await expect(retire(1)).rejects.toThrow(/voter of the metadata quorum/)
    await expect(retire(4)).rejects.toThrow(/wide-0 has 4 replicas.*only 3 brokers remain/)
    expect(await replicasOf('wide')).toHaveLength(1)
    await bench.call('topics.delete', { connection, topics: ['wide'] })

    await createTopic('slow', 1, 1)
    await moveTo('slow', [[4]])
    for (let count = 0; count < 4; count += 1) await produce('slow', 0, 900_000)
    const abort = new AbortController()
    const order = { brokerId: 4, throttleBytesPerSecond: 100_000 }
    const read = async () => {
      for await (const item of bench.stream('local.retireBroker', order, abort.signal)) if (item.phase === 'moving') abort.abort()
    }
    await expect(read()).rejects.toThrow(/cancelled/)
    expect(await replicasOf('slow')).toEqual([[4]])
    expect(await throttlesOf('slow')).toEqual(['', ''])
    expect(bench.host.broker(4).view.state).toBe('running')
  })

  it('LEAD-06: emptied brokers, voter or not, copy everything anew; the last copy in sync is not given away', async () => {
    await open(4)
    await bench.call('local.addBroker', {})
    await createTopic('kept', 3, 3)
    await moveTo('kept', [
      [5, 1, 2],
      [1, 5, 3],
      [2, 3, 5],
    ])
    for (const partition of [0, 1, 2]) await produce('kept', partition, 1000)
    for (const brokerId of [5, 1]) {
      await bench.call('local.emptyBroker', { brokerId })
      await inSync('kept')
      expect(readdirSync(join(folder, `broker-${brokerId}`))).toContain('kept-0')
    }
    await createTopic('single', 1, 1)
    await moveTo('single', [[5]])
    await expect(bench.call('local.emptyBroker', { brokerId: 5 })).rejects.toThrow(/no other broker has single-0 in sync/)
    expect(bench.host.broker(5).view.state).toBe('running')
    const ends = (await bench.call('topics.detail', { connection, topic: 'kept' })).partitions.map(it => it.endOffset)
    expect(ends).toEqual([1, 1, 1])
  })

  it('LEAD-12: the throttle of a reassignment goes with its end, also when the app was closed in between', async () => {
    await open()
    await createTopic('t', 1, 1)
    await moveTo('t', [[1]])
    for (let count = 0; count < 3; count += 1) await produce('t', 0, 500_000)
    const moves = [{ topic: 't', partition: 0, replicas: [2] }]
    await bench.call('topics.reassign', { connection, moves, throttleBytesPerSecond: 500_000 })
    expect(await throttlesOf('t')).toEqual(['0:2', '0:1'])
    // 1.5 MB within 0.5 MB a second.
    const [moving] = (await bench.call('topics.detail', { connection, topic: 't' })).partitions
    expect(moving).toMatchObject({ replicas: [2, 1], inSync: [1], adding: [2] })
    await bench.close()
    await open()
    await eventually(async () => String(await throttlesOf('t')) === ',' || undefined, 'no throttle is left')
    expect(await replicasOf('t')).toEqual([[2]])
    expect(existsSync(join(folder, 'replication-throttles.json'))).toBe(true)
    expect(readFileSync(join(folder, 'replication-throttles.json'), 'utf8')).toBe('{}\n')
  })
})
