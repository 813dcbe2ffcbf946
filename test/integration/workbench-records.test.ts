import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProduceProgress } from '../../src-main/contract/views/records.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'
import { openWorkbenchOn, type WorkbenchInProcess } from '../helpers/workbench-in-process.ts'
import { fillTopic, recordCount } from '../helpers/workbench-walk.ts'

const firstMs = 1_700_000_000_000
const atSecond = (second: number) => firstMs + second * 1_000

describe('records of a topic', () => {
  let cluster: InProcessCluster
  let workbench: WorkbenchInProcess
  const topic = 'records'
  beforeAll(async () => {
    cluster = await startCluster({ brokers: 1 })
    await cluster.broker(1)?.ready
    const bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    workbench = openWorkbenchOn(bootstrap)
    const { call, connection } = workbench
    await call('connections.update', { connection, readOnly: false })
    await call('topics.create', { connection, topic, partitions: 3, configs: { 'retention.ms': '-1' } })
    await fillTopic(bootstrap, topic, 2_000)
  })
  afterAll(async () => {
    await workbench?.close()
    await cluster?.close()
  })

  const open = (start: { kind: 'time'; timestampMs: number } | { kind: 'newest' }, untilMs: number) =>
    workbench.call('records.open', {
      connection: workbench.connection,
      topic,
      partitions: null,
      start,
      isolation: 'read-uncommitted',
      untilMs,
      fields: ['id', 'note', 'key:x'],
      batchFacts: true,
    })

  it('between two times: pages go up to the end and to the start, never past them', async () => {
    const { call } = workbench
    const session = await open({ kind: 'time', timestampMs: atSecond(1_000) }, atSecond(1_250))
    expect(session.recordsAtMost).toBe(250)
    const seconds: number[] = []
    let from = session.anchor
    let isAtEnd = false
    while (!isAtEnd) {
      const page = await call('records.page', { session: session.session, from, direction: 'forward', count: 100 })
      seconds.push(...page.rows.map(row => (row.timestampMs - firstMs) / 1_000))
      from = page.end
      isAtEnd = page.atEnd
    }
    expect(seconds).toEqual(Array.from({ length: 250 }, (_, index) => 1_000 + index))
    const before = await call('records.page', {
      session: session.session,
      from: session.anchor,
      direction: 'backward',
      count: 10,
    })
    expect(before).toMatchObject({ rows: [], atStart: true })

    const back = await open({ kind: 'newest' }, atSecond(1_250))
    const last = await call('records.page', { session: back.session, from: back.anchor, direction: 'backward', count: 5 })
    expect(last.rows.map(row => row.timestampMs)).toEqual([1_245, 1_246, 1_247, 1_248, 1_249].map(atSecond))
    expect(last.rows[0]).toMatchObject({
      fields: ['1245', 'hay', null],
      batch: { compression: 'none', producerId: -1, sequence: -1 },
    })
  })

  it('between two times with nothing between them says so; an end before the start is refused', async () => {
    const late = atSecond(recordCount + 100)
    const session = await open({ kind: 'time', timestampMs: late }, late + 1_000)
    expect(session.note).toContain('nothing at or after that time')
    const page = await workbench.call('records.page', { session: session.session, from: session.anchor, direction: 'forward' })
    expect(page).toMatchObject({ rows: [], atEnd: true, atStart: true })
    await expect(open({ kind: 'time', timestampMs: late }, late)).rejects.toThrow(/before the start/)
  })

  describe('many at once', () => {
    const target = 'produced'
    const order = {
      topic: target,
      key: { encoding: 'text', text: 'K-{{counter}}' },
      value: { encoding: 'json', text: '{"id":{{counter}},"name":"{{firstName}}"}' },
    } as const
    const shown = async (isolation: 'read-committed' | 'read-uncommitted') => {
      const { call, connection } = workbench
      const start = { kind: 'oldest' } as const
      const fields = ['id', 'name']
      const session = await call('records.open', { connection, topic: target, partitions: null, start, isolation, fields })
      return (await call('records.page', { session: session.session, from: session.anchor, direction: 'forward', count: 1_000 }))
        .rows
    }
    const run = async (more: object, onItem?: (item: ProduceProgress) => unknown, signal = new AbortController().signal) => {
      const items: ProduceProgress[] = []
      for await (const item of workbench.stream(
        'records.produceMany',
        { connection: workbench.connection, ...order, ...more },
        signal,
      )) {
        items.push(item)
        await onItem?.(item)
      }
      return items.at(-1)
    }
    beforeAll(async () => {
      await workbench.call('topics.create', { connection: workbench.connection, topic: target, partitions: 2 })
    })
    beforeEach(async () => {
      await workbench.call('topics.empty', { connection: workbench.connection, topic: target })
    })

    it('by a template, with counts and latencies', async () => {
      const last = await run({ count: 500, seed: 1 })
      expect(last).toMatchObject({ state: 'done', sent: 500, acked: 500, total: 500, outcome: null })
      expect(last?.latencyMs?.median).toBeGreaterThan(0)
      const rows = await shown('read-committed')
      expect(rows.map(row => Number(row.fields[0])).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, at) => at + 1))
      expect(rows.every(row => (row.fields[1] ?? '').length > 1)).toBe(true)
    })

    it('at a rate, until cancelled', async () => {
      const abort = new AbortController()
      const cancelled = run({ count: 1_000_000, ratePerSecond: 50 }, item => item.acked >= 10 && abort.abort(), abort.signal)
      await expect(cancelled).rejects.toThrow()
      const { length } = await shown('read-committed')
      expect(length).toBeGreaterThanOrEqual(10)
      expect(length).toBeLessThan(1_000)
    })

    it('at a rate, until the connection is switched to read-only, as the sample shop on it', async () => {
      const { call, connection, stream } = workbench
      await call('sampleShop.start', { connection, ordersPerSecond: 5 })
      try {
        const ended = run({ count: 1_000_000, ratePerSecond: 50 }, async item => {
          if (item.acked >= 5) await call('connections.update', { connection, readOnly: true })
        })
        const failure = { message: expect.stringContaining('read-only') }
        await expect(ended).rejects.toMatchObject({ failure: { code: 'REFUSED', ...failure } })
        const abort = new AbortController()
        for await (const shop of stream('sampleShop.watch', { connection }, abort.signal))
          if (shop.failure !== null) {
            expect(shop).toMatchObject({ state: 'absent', failure })
            abort.abort()
          }
      } finally {
        await call('connections.update', { connection, readOnly: false })
        await call('sampleShop.stop', { connection })
      }
    })

    it('in a transaction: committed, aborted, or as somebody says; cancelling aborts', async () => {
      const { call } = workbench
      expect(await run({ count: 3, transaction: { outcome: 'commit' } })).toMatchObject({ outcome: 'committed' })
      expect(await run({ count: 3, transaction: { outcome: 'abort' } })).toMatchObject({ outcome: 'aborted' })
      const asked = await run({ count: 2, transaction: { outcome: 'ask' } }, async ({ state, run: id }) => {
        if (state !== 'waiting') return
        expect((await shown('read-uncommitted')).filter(row => row.transaction === 'open')).toHaveLength(2)
        await call('records.endProduce', { run: id, outcome: 'commit' })
      })
      expect(asked).toMatchObject({ state: 'done', outcome: 'committed' })
      const abort = new AbortController()
      const waits = run(
        { count: 4, transaction: { outcome: 'ask' } },
        ({ state }) => state === 'waiting' && abort.abort(),
        abort.signal,
      )
      await expect(waits).rejects.toThrow()
      expect(await shown('read-committed')).toHaveLength(5)
      expect((await shown('read-uncommitted')).map(row => row.transaction).filter(it => it !== null)).toEqual(
        Array.from({ length: 7 }, () => 'aborted'),
      )
      await expect(call('records.endProduce', { run: 'gone', outcome: 'abort' })).rejects.toThrow(/does not wait/)
    })

    it('from the lines of a file, and tombstones', async () => {
      const file = join(workbench.folder, 'lines.txt')
      writeFileSync(file, '{"id":1}\n\n{"id":2}\n{"id":9007199254740993}')
      expect(await run({ file, value: { encoding: 'json', text: '{{line}}' } })).toMatchObject({ acked: 3, total: null })
      expect((await shown('read-committed')).map(row => row.fields[0]).sort()).toEqual(['1', '2', '9007199254740993'])
      await run({ count: 2, value: null })
      expect((await shown('read-committed')).filter(row => row.value === null)).toHaveLength(2)
    })

    it('refuses before the first record what cannot be sent', async () => {
      await expect(run({ value: { encoding: 'json', text: '{{counter}' } })).rejects.toThrow(/not JSON/)
      await expect(run({ value: { encoding: 'text', text: '{{nothing}}' } })).rejects.toThrow(/no placeholder/)
      await expect(run({ partition: 7 })).rejects.toThrow(/no partition 7/)
      await expect(run({ file: join(workbench.folder, 'nowhere') })).rejects.toThrow(/cannot be read/)
      await expect(run({ acks: 1, transaction: { outcome: 'commit' } })).rejects.toThrow(/acks=all/)
      expect(await shown('read-committed')).toEqual([])
    })
  })

  it('a tail that nobody reads goes on: it counts every record, holds little, and the topic between its cuts has them all', async () => {
    const { call, stream, connection } = workbench
    const tailed = 'tailed'
    await call('topics.create', { connection, topic: tailed, partitions: 3 })
    const abort = new AbortController()
    const tail = stream('records.tail', { connection, topic: tailed, fields: ['n'] }, abort.signal)[Symbol.asyncIterator]()
    const ready = (await tail.next()).value
    if (ready?.kind !== 'ready') throw new Error('not ready')
    const count = 20_000
    const value = { encoding: 'json', text: '{"n":{{counter}}}' } as const
    for await (const item of stream(
      'records.produceMany',
      { connection, topic: tailed, value, count },
      new AbortController().signal,
    ))
      if (item.state === 'done') expect(item.acked).toBe(count)
    let next: readonly number[] = ready.from
    let seenTotal = 0
    while (seenTotal < count) {
      const item = (await tail.next()).value
      if (item?.kind !== 'rows') throw new Error('no rows')
      ;({ next, seenTotal } = item)
      expect(item.rows.length).toBeLessThanOrEqual(20)
      expect(item.heldBytes).toBeLessThan(10_000)
    }
    abort.abort()
    expect(seenTotal).toBe(count)
    const start = { kind: 'oldest' } as const
    const asked = { connection, topic: tailed, partitions: null, start, isolation: 'read-committed', fields: ['n'] } as const
    const session = await call('records.open', asked)
    const numbers: number[] = []
    for (let from: readonly number[] = ready.from; from.some((offset, at) => offset < (next[at] ?? 0)); ) {
      const page = await call('records.page', { session: session.session, from: [...from], direction: 'forward', count: 1_000 })
      numbers.push(...page.rows.map(row => Number(row.fields[0])))
      from = page.end
    }
    expect(new Set(numbers).size).toBe(count)
  }, 60_000)

  it('the schema folder of the settings decodes from then on, in rows and in the inspector; a chain can be chosen', async () => {
    const { call, stream, connection, folder } = workbench
    const schemas = join(folder, 'schemas')
    mkdirSync(schemas)
    const schema = { type: 'record', name: 'Payment', fields: [{ name: 'id', type: 'string' }] }
    writeFileSync(join(schemas, 'paid-value.avsc'), JSON.stringify(schema))
    await expect(call('settings.write', { schemaFolder: 'not/whole' })).rejects.toThrow(/whole path/)
    expect((await call('settings.write', { schemaFolder: schemas })).schemaFolder).toBe(schemas)
    const abort = new AbortController()
    for await (const view of stream('schemas.watch', {}, abort.signal)) {
      expect(view).toMatchObject({ schemas: [{ name: 'Payment', topic: 'paid', part: 'value' }], problems: [] })
      abort.abort()
    }
    await call('topics.create', { connection, topic: 'paid', partitions: 1 })
    const { offset } = await call('records.produce', {
      connection,
      topic: 'paid',
      value: { encoding: 'schema', schema: 'schema:Payment', text: '{"id":"A1"}' },
    })
    const detail = await call('records.detail', { connection, topic: 'paid', partition: 0, offset })
    expect(detail.value).toMatchObject({ decoder: 'avro', text: '{\n  "id": "A1"\n}', reason: 'Avro by paid-value.avsc' })
    await call('records.produce', { connection, topic: 'paid', value: { encoding: 'text', text: 'BEEx' } })
    const start = { kind: 'oldest' } as const
    const valueDecoder = 'base64>schema:Payment' as const
    const asked = {
      connection,
      topic: 'paid',
      partitions: null,
      start,
      isolation: 'read-committed',
      valueDecoder,
      fields: ['id'],
    } as const
    const session = await call('records.open', asked)
    const page = await call('records.page', { session: session.session, from: session.anchor, direction: 'forward' })
    expect(page.rows.map(row => [row.value?.decoder, row.fields[0]])).toEqual([
      ['hex', null],
      ['avro', 'A1'],
    ])
    await call('settings.write', { schemaFolder: null })
  })
})
