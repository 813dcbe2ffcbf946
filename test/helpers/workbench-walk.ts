import { setMaxListeners } from 'node:events'
import { expect } from 'vitest'
import { createClient } from '../../broker-core/client/connect-cluster.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { createProducer } from '../../broker-core/client/producing/producer.ts'
import type { ScanItem } from '../../src-main/contract/views/search.ts'
import { newDecoding } from '../../src-main/workbench/decoders/decoding.ts'
import { exportRecords } from '../../src-main/workbench/transfer/export.ts'
import { importRecords } from '../../src-main/workbench/transfer/import.ts'
import { scan } from '../../src-main/workbench/search/scan-loop.ts'
import type { WorkbenchInProcess } from './workbench-in-process.ts'

const text = (value: string) => ({ encoding: 'text' as const, text: value })
const firstMs = 1_700_000_000_000
const stepMs = 1_000
export const recordCount = 3_000

/** Writes `recordCount` JSON records, one per second of their time, spread over the partitions by key. */
export async function fillTopic(bootstrap: string, topic: string, batchBytesMax = 262_144): Promise<void> {
  const client = createClient({ bootstrap, clientId: 'test' }, nodeEnv())
  const producer = createProducer(client, { lingerMs: 5, idempotent: false, batchBytesMax })
  const utf8 = new TextEncoder()
  await Promise.all(
    Array.from({ length: recordCount }, (_, index) =>
      producer.send({
        topic,
        key: utf8.encode(`K-${index % 50}`),
        value: utf8.encode(JSON.stringify({ id: index, note: index === 1_234 ? 'rare needle' : 'hay' })),
        timestampMs: firstMs + index * stepMs,
      }),
    ),
  )
  await producer.close()
  await client.close()
}

/** What a person does in the first minutes: the same on every cluster. */
export async function walkTopicsAndRecords({ call, connection }: WorkbenchInProcess, bootstrap: string): Promise<void> {
  const topic = 'walk-records'
  await expect(call('topics.create', { connection, topic, partitions: 3 })).rejects.toThrow(/read-only/)
  await call('connections.update', { connection, readOnly: false })
  expect(await call('topics.create', { connection, topic, partitions: 3, configs: { 'retention.ms': '-1' } })).toMatchObject({
    name: topic,
    partitionCount: 3,
  })
  await expect(call('topics.create', { connection, topic, partitions: 1 })).rejects.toMatchObject({
    code: 'TOPIC_ALREADY_EXISTS',
  })
  await fillTopic(bootstrap, topic)

  const newest = await call('records.open', {
    connection,
    topic,
    partitions: null,
    start: { kind: 'newest' },
    isolation: 'read-committed',
  })
  expect(newest.recordsAtMost).toBe(recordCount)
  const page = await call('records.page', { session: newest.session, from: newest.anchor, direction: 'backward', count: 100 })
  expect(page.rows.map(row => row.timestampMs)).toEqual(
    Array.from({ length: 100 }, (_, at) => firstMs + (recordCount - 100 + at) * stepMs),
  )
  const earlier = await call('records.page', { session: newest.session, from: page.start, direction: 'backward', count: 50 })
  expect(earlier.rows.at(-1)?.timestampMs).toBe(firstMs + (recordCount - 101) * stepMs)
  expect(page.atEnd).toBe(true)

  const timestampMs = firstMs + 1_500 * stepMs - 1
  const seek = await call('records.open', {
    connection,
    topic,
    partitions: null,
    start: { kind: 'time', timestampMs },
    isolation: 'read-uncommitted',
  })
  const found = await call('records.page', { session: seek.session, from: seek.anchor, direction: 'forward', count: 10 })
  expect(found.rows[0]?.timestampMs).toBe(firstMs + 1_500 * stepMs)
  expect(found.rows[0]?.value?.decoder).toBe('json')
  const late = await call('records.open', {
    connection,
    topic,
    partitions: null,
    start: { kind: 'time', timestampMs: firstMs * 2 },
    isolation: 'read-uncommitted',
  })
  expect(late.note).toContain('nothing at or after that time; the last record is of 2023-11-14T23:03:19.000Z')

  const row = found.rows[0]
  if (row === undefined) throw new Error('no row')
  const detail = await call('records.detail', { connection, topic, partition: row.partition, offset: row.offset })
  expect(detail.value?.text).toContain('"id": 1500')
  expect(detail.batch).toMatchObject({ magic: 2, crcValid: true, isControl: false })
  await expect(call('records.detail', { connection, topic, partition: 0, offset: 1e12 })).rejects.toThrow(
    /outside of partition 0/,
  )

  const produced = await call('records.produce', { connection, topic, key: text('K-1'), value: text('by hand'), partition: 2 })
  expect(produced).toMatchObject({ topic, partition: 2 })
  const after = await call('records.detail', { connection, topic, partition: 2, offset: produced.offset })
  expect(after.value?.text).toBe('by hand')

  const histogram = await call('records.histogram', {
    connection,
    topic,
    fromMs: firstMs,
    toMs: firstMs + recordCount * stepMs,
    buckets: 30,
  })
  expect(histogram.total).toBe(recordCount)
}

/** Scan, export, import, and an offset reset that is planned, applied, read back and undone. */
export async function walkSearchAndGroups(workbench: WorkbenchInProcess, bootstrap: string): Promise<void> {
  const { call, connection, folder } = workbench
  const [topic, copy] = ['walk-search', 'walk-copy']
  await call('connections.update', { connection, readOnly: false })
  for (const name of [topic, copy]) await call('topics.create', { connection, topic: name, partitions: 3 })
  await fillTopic(bootstrap, topic)
  const client = createClient({ bootstrap, clientId: 'test' }, nodeEnv())
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const decoding = newDecoding({ topic, key: 'auto', value: 'auto' })
  try {
    const items: ScanItem[] = []
    const common = {
      connection,
      topic,
      partitions: null,
      isolation: 'read-committed',
      keyDecoder: 'auto',
      valueDecoder: 'auto',
      untilMs: null,
    } as const
    const filter = { kind: 'text', text: 'RARE needle', in: 'value', caseSensitive: false } as const
    const order = {
      ...common,
      filter,
      start: { kind: 'oldest' },
      ranges: null,
      hitsMax: 10,
      fields: [],
      batchFacts: false,
    } as const
    await scan({ client, order, decoding, signal, emit: item => items.push(item) })
    expect(items.at(-1)).toMatchObject({ kind: 'done', reason: 'range-done', scanned: recordCount, matched: 1 })
    expect(items.flatMap(item => (item.kind === 'hits' ? item.rows.map(row => row.timestampMs) : []))).toEqual([
      firstMs + 1_234 * stepMs,
    ])

    const path = `${folder}/out.jsonl`
    const exporting = { ...common, start: { kind: 'oldest' }, filter: null, format: 'jsonl', path, overwrite: false } as const
    await exportRecords({ client, order: exporting, path, decoding, signal, emit: () => undefined })
    const importing = { connection, topic: copy, path, format: 'jsonl', keepPartition: true, keepTimestamp: true } as const
    await importRecords({ client, order: importing, path, signal, emit: () => undefined })
    const [from, to] = await Promise.all([
      call('topics.detail', { connection, topic }),
      call('topics.detail', { connection, topic: copy }),
    ])
    expect(to.partitions.map(it => it.endOffset)).toEqual(from.partitions.map(it => it.endOffset))

    const table = `${folder}/out.csv`
    const asTable = { ...exporting, format: 'csv', path: table } as const
    await exportRecords({ client, order: asTable, path: table, decoding, signal, emit: () => undefined })
    const fromTable = { ...importing, path: table, format: 'csv' } as const
    await importRecords({ client, order: fromTable, path: table, signal, emit: () => undefined })
    const twice = await call('topics.detail', { connection, topic: copy })
    expect(twice.partitions.map(it => it.endOffset)).toEqual(from.partitions.map(it => (it.endOffset ?? 0) * 2))
  } finally {
    await client.close()
  }

  const group = 'walk-group'
  const plan = await call('groups.planReset', {
    connection,
    group,
    target: { kind: 'time', timestampMs: firstMs + 1_000 * stepMs },
    scope: [{ topic, partitions: null }],
  })
  expect(plan.blocked).toBeNull()
  expect(Math.min(...plan.rows.map(row => row.targetTimestampMs ?? Number.NaN))).toBe(firstMs + 1_000 * stepMs)
  const moves = plan.rows.map(({ topic: name, partition, from, to }) => ({ topic: name, partition, from, to }))
  const applied = await call('groups.applyReset', { connection, group, moves })
  expect(applied.rows.map(row => row.after)).toEqual(moves.map(move => move.to))
  await expect(call('groups.applyReset', { connection, group, moves })).rejects.toThrow(/stands elsewhere since the plan/)
  const forward = await call('groups.planReset', { connection, group, target: { kind: 'shift', by: 7 } })
  const second = await call('groups.applyReset', {
    connection,
    group,
    moves: forward.rows.map(({ topic: name, partition, from, to }) => ({ topic: name, partition, from, to })),
  })
  const undone = await call('groups.applyReset', { connection, group, moves: [...second.undo] })
  expect(undone.rows.map(row => row.after)).toEqual(moves.map(move => move.to))
  const detail = await call('groups.detail', { connection, group })
  expect(detail.summary.totalLag).toBe(plan.rows.reduce((sum, row) => sum + row.lagAfter, 0))
}

/** The sample shop makes traffic and a group that lags; the lag stream tells of it; stopping leaves nothing behind. */
export async function walkSampleShop({ call, stream, connection }: WorkbenchInProcess): Promise<void> {
  await call('connections.update', { connection, readOnly: false })
  await call('sampleShop.start', { connection, ordersPerSecond: 100 })
  const abort = new AbortController()
  const lags: number[] = []
  for await (const item of stream('groups.lag', { connection, group: 'fulfilment' }, abort.signal)) {
    if (item.kind === 'history') lags.push(...item.history.samples.map(sample => sample.totalLag))
    else if (item.kind === 'sample') lags.push(item.sample.totalLag)
    if (lags.some(lag => lag > 100)) abort.abort()
  }
  expect(Math.max(...lags)).toBeGreaterThan(100)
  const { groups } = await call('groups.list', { connection })
  expect(groups.map(group => group.group)).toEqual(expect.arrayContaining(['billing', 'fulfilment']))
  // A rate needs two samples; those of a busy machine are seconds apart.
  const rate = async () => {
    const { topics } = await call('topics.list', { connection })
    return topics.find(topic => topic.name === 'orders')?.recordsInPerSecond ?? 0
  }
  await expect.poll(rate, { timeout: 20_000 }).toBeGreaterThan(0)
  const shown = async (isolation: 'read-committed' | 'read-uncommitted') => {
    const session = await call('records.open', {
      connection,
      topic: 'payments',
      partitions: null,
      start: { kind: 'newest' },
      isolation,
    })
    return await call('records.page', { session: session.session, from: session.anchor, direction: 'backward', count: 1_000 })
  }
  await expect.poll(async () => (await shown('read-committed')).rows.length, { timeout: 15_000 }).toBeGreaterThan(0)
  const paid = await shown('read-committed')
  expect(paid.rows.every(row => row.transaction === null && row.value?.decoder === 'avro')).toBe(true)
  await call('sampleShop.stop', { connection })
  // A broker may hear of it after the one that did it.
  const left = async () => (await call('topics.list', { connection })).topics.map(topic => topic.name)
  await expect.poll(left, { timeout: 15_000 }).not.toContain('orders')
}
