import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
})
