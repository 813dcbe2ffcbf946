import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { KafkaClient } from '../../../../broker-core/client/kafka-client.ts'
import { errorCode } from '../../../../broker-core/model/kafka-errors.ts'
import { listOffsets } from '../../../../broker-core/protocol/messages/02-list-offsets.ts'
import { contract } from '../../../../src-main/contract/contract.ts'
import type { ScanItem } from '../../../../src-main/contract/views/search.ts'
import { newDecoding } from '../../../../src-main/workbench/decoders/decoding.ts'
import { sessionStart } from '../../../../src-main/workbench/messages/session-start.ts'
import { scan } from '../../../../src-main/workbench/search/scan-loop.ts'
import { exportRecords } from '../../../../src-main/workbench/transfer/export.ts'
import { scriptedCluster, type ScriptedCluster } from '../../client/scripted-cluster.ts'
import { ScriptedLog } from '../../client/scripted-log.ts'

let cluster: ScriptedCluster
let client: KafkaClient
let folder: string
const decoding = newDecoding({ topic: 't', key: 'auto', value: 'auto' })
const { signal } = new AbortController()

/** Of two partitions, the second cannot say where it begins, or where a time lies. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  cluster = await scriptedCluster(1)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, others: [1] })
  client = cluster.client()
  const logs = [new ScriptedLog(), new ScriptedLog()]
  for (const log of logs) log.append(['found', 'b'])
  ScriptedLog.serveAll(cluster, logs)
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await client.close()
})

/** For questions about this moment: -2 the start, -1 the end, else a time. */
function refuseSecond(isRefused: (timestamp: number) => boolean): void {
  cluster.answer(listOffsets, body => ({
    throttleTimeMs: 0,
    topics: body.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => ({
        partitionIndex,
        errorCode: partitionIndex === 1 && isRefused(timestamp) ? errorCode('UNKNOWN_SERVER_ERROR') : 0,
        timestamp: -1,
        offset: partitionIndex === 1 && isRefused(timestamp) ? -1 : timestamp === -1 ? 2 : 0,
        leaderEpoch: 1,
      })),
    })),
  }))
}

async function scanned(more: object = {}): Promise<Extract<ScanItem, { kind: 'done' }>> {
  const items: ScanItem[] = []
  const input = { connection: 'c', topic: 't', filter: { kind: 'text', text: 'found' }, ...more }
  const order = contract['records.scan'].input.parse(input)
  await scan({ client, order, decoding, signal, emit: item => items.push(item) })
  return items.at(-1) as Extract<ScanItem, { kind: 'done' }>
}

it('a scan does not say that it read everything when a partition could not be asked', async () => {
  expect(await scanned()).toMatchObject({ reason: 'range-done', matched: 2, message: null })
  refuseSecond(timestamp => timestamp < 0)
  expect(await scanned()).toMatchObject({
    reason: 'cluster-failed',
    matched: 1,
    message: 'everything else was read; not readable now: partition 1 (UNKNOWN_SERVER_ERROR)',
  })
})

it('what a scan left in such a partition is still there to go on with', async () => {
  refuseSecond(timestamp => timestamp < 0)
  const ranges = [{ partition: 1, fromOffset: 0, toOffset: 2 }]
  expect(await scanned({ ranges })).toMatchObject({ reason: 'range-done', matched: 1, offsetsTotal: 2 })
})

it('an export that would lack a partition is refused, and leaves no file', async () => {
  refuseSecond(timestamp => timestamp < 0)
  const path = join(folder, 'out.jsonl')
  const order = contract['transfer.export'].input.parse({ connection: 'c', topic: 't', format: 'jsonl', path })
  const exporting = exportRecords({ client, order, path, decoding, signal, emit: () => undefined })
  await expect(exporting).rejects.toMatchObject({ failure: { code: 'REFUSED', message: expect.stringContaining('partition 1') } })
  expect(existsSync(path)).toBe(false)
})

it('a start at a time names the partition that could not look it up, in place of saying that nothing is there', async () => {
  refuseSecond(timestamp => timestamp >= 0)
  const question = { topic: 't', partitions: [1], isolation: 'read-committed', signal } as const
  const { note } = await sessionStart(client, { ...question, start: { kind: 'time', timestampMs: 5 } })
  expect(note).toBe('not readable now: partition 1 (UNKNOWN_SERVER_ERROR)')
})
