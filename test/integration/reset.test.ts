import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AuditEntry } from '../../src-main/contract/views/app.ts'
import { freePortRun } from '../helpers/free-ports.ts'
import { openLocalWorkbench } from '../helpers/workbench-in-process.ts'
import type { LocalWorkbench } from '../helpers/workbench-in-process.ts'

let folder: string
let bench: LocalWorkbench
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  bench = await openLocalWorkbench(folder, { brokers: 1, port: await freePortRun(2) })
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

const connection = 'local'
const clusterFile = () => JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8'))
const topics = async () => (await bench.call('topics.list', { connection })).topics.map(it => it.name)
async function audited(): Promise<AuditEntry | undefined> {
  for await (const entry of bench.stream('connections.audit', {}, new AbortController().signal)) return entry
  return undefined
}

it('a reset leaves a new cluster with nothing in it, keeps what is not the cluster, and is in the audit list', async () => {
  await bench.host.start()
  await bench.call('topics.create', { connection, topic: 'gone', partitions: 2, replicationFactor: 1 })
  await bench.call('local.addBroker', {})
  writeFileSync(join(folder, 'kept.txt'), 'mine')
  mkdirSync(join(folder, 'lag-history', 'local'), { recursive: true })
  const before = clusterFile()

  await expect(bench.call('local.reset', { confirm: 'something else' })).rejects.toThrow(/not the path of the data directory/)
  expect(await topics()).toEqual(['gone'])
  await bench.call('local.reset', { confirm: folder })

  expect(await topics()).toEqual([])
  const after = clusterFile()
  expect(after).toMatchObject({ ports: before.ports, added: [], isResetting: false, isFormatted: true })
  expect(after.clusterId).not.toBe(before.clusterId)
  expect(readdirSync(folder).filter(name => name.startsWith('broker-'))).toEqual(['broker-1'])
  expect(readFileSync(join(folder, 'kept.txt'), 'utf8')).toBe('mine')
  await bench.call('topics.create', { connection, topic: 'new', partitions: 1, replicationFactor: 1 })
  const value = { encoding: 'text', text: 'x' } as const
  const sent = await bench.call('records.produce', { connection, topic: 'new', partition: 0, key: null, value })
  expect(sent.offset).toBe(0)
  expect(await audited()).toMatchObject({ call: 'local.reset', connectionName: 'Local', outcome: 'failed' })
})

it('one that was cut off comes to its end before anything starts', async () => {
  await bench.host.start()
  await bench.call('topics.create', { connection, topic: 'gone', partitions: 1, replicationFactor: 1 })
  await bench.close()
  const before = clusterFile()
  writeFileSync(join(folder, 'cluster.json'), JSON.stringify({ ...before, isResetting: true }))
  rmSync(join(folder, 'broker-1', 'meta.properties'))

  bench = await openLocalWorkbench(folder, { port: await freePortRun(2) })
  expect(existsSync(join(folder, 'broker-1', 'gone-0'))).toBe(false)
  await bench.host.start()
  expect(await topics()).toEqual([])
  expect(clusterFile().clusterId).not.toBe(before.clusterId)
})
