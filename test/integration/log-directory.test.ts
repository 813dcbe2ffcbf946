import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../broker-core/client/connect-cluster.ts'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { LogDirectoryError, openLogDirectory } from '../../src-main/log-directory/log-directory.ts'
import { startCluster } from '../helpers/in-process-cluster.ts'
import { openWorkbenchOn, type WorkbenchInProcess } from '../helpers/workbench-in-process.ts'
import { fillTopic, recordCount } from '../helpers/workbench-walk.ts'

const firstMs = 1_700_000_000_000
const topic = 'walk-directory'

/** `brokerbench open DIR`: what a broker wrote, without one. */
describe('a log directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  let workbench: WorkbenchInProcess
  beforeAll(async () => {
    const cluster = await startCluster({
      brokers: 1,
      properties: { 'log.segment.bytes': '16384', 'log.index.interval.bytes': '512' },
    })
    await cluster.broker(1)?.ready
    const bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    const client = createClient({ bootstrap, clientId: 'test' }, nodeEnv())
    await createTopics(client, [{ name: topic, partitions: 3 }])
    await fillTopic(bootstrap, topic, 2_048)
    await client.close()
    await cluster.stop(1)
    cpSync(join(cluster.dataFolder, 'broker-1'), folder, { recursive: true })
    await cluster.close()
    workbench = openWorkbenchOn({ kind: 'directory', path: folder })
  })
  afterAll(async () => {
    await workbench?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('shows topics, pages, seeks and single records as a cluster does', async () => {
    const { call, connection } = workbench
    const list = await call('topics.list', { connection })
    expect(list.topics.map(it => it.name)).toEqual([topic])
    const reading = { connection, topic, partitions: null, isolation: 'read-committed' } as const
    const newest = await call('records.open', { ...reading, start: { kind: 'newest' } })
    expect(newest.recordsAtMost).toBe(recordCount)
    let cut = newest.anchor
    const times: number[] = []
    for (let isAtStart = false; !isAtStart; ) {
      const page = await call('records.page', { session: newest.session, from: cut, direction: 'backward', count: 700 })
      times.unshift(...page.rows.map(row => row.timestampMs))
      cut = page.start
      isAtStart = page.atStart
    }
    expect(times).toEqual(Array.from({ length: recordCount }, (_, index) => firstMs + index * 1_000))
    const seek = await call('records.open', { ...reading, start: { kind: 'time', timestampMs: firstMs + 1_234_000 } })
    const found = await call('records.page', { session: seek.session, from: seek.anchor, direction: 'forward', count: 1 })
    expect(found.rows[0]?.timestampMs).toBe(firstMs + 1_234_000)
    const row = found.rows[0]
    const detail = await call('records.detail', { connection, topic, partition: row?.partition ?? 0, offset: row?.offset ?? 0 })
    expect(detail.value?.text).toContain('rare needle')
  })

  it('says where a record lies: the segment, the batch in it, and the index entry that leads there', async () => {
    const { call, connection } = workbench
    const offset = 500
    const { copies, reason } = await call('records.location', { connection, topic, partition: 1, offset })
    expect(reason).toBeNull()
    const [copy] = copies
    const file = copy?.file
    if (copy === undefined || file === null || file === undefined) throw new Error('no file')
    expect({ directory: copy.directory, isLeader: copy.isLeader }).toEqual({ directory: folder, isLeader: true })
    expect(file.segment).toMatch(new RegExp(`^${topic}-1/\\d{20}\\.log$`))
    const bytes = readFileSync(join(folder, file.segment))
    expect(bytes.length).toBe(file.segmentBytes)
    expect([Number(bytes.readBigInt64BE(file.position)), bytes.readInt32BE(file.position + 8) + 12]).toEqual([
      file.baseOffset,
      file.sizeBytes,
    ])
    expect(file.baseOffset <= offset && offset <= file.lastOffset).toBe(true)
    const index = readFileSync(join(folder, file.segment.replace('.log', '.index')))
    const at = (file.index.entry - 1) * 8
    const segmentStart = Number(/(\d+)\.log$/.exec(file.segment)?.[1])
    expect([index.readInt32BE(at) + segmentStart, index.readInt32BE(at + 4)]).toEqual([file.index.offset, file.index.position])
    expect(file.index.position).toBeLessThanOrEqual(file.position)
    expect(file.segmentCount).toBeGreaterThan(1)
    const { copies: beyond } = await call('records.location', { connection, topic, partition: 1, offset: 1_000_000 })
    expect(beyond[0]).toMatchObject({ file: null, missing: expect.stringContaining('not in its files') as string })
  })

  it('is only ever read: no file changes, and nothing that would change one is done', async () => {
    const { call, connection } = workbench
    const before = filesIn(folder)
    await expect(call('records.produce', { connection, topic, value: { encoding: 'text', text: 'x' } })).rejects.toThrow(
      /read-only/,
    )
    await expect(call('connections.update', { connection, readOnly: false })).rejects.toThrow(/only ever read/)
    await call('topics.detail', { connection, topic })
    expect(filesIn(folder)).toEqual(before)
  })

  it('is shown up to where a torn batch begins', async () => {
    const torn = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
    cpSync(folder, torn, { recursive: true })
    const directory = join(torn, `${topic}-0`)
    const last = readdirSync(directory)
      .filter(name => name.endsWith('.log'))
      .sort()
      .at(-1) as string
    const before = openLogDirectory(torn).partition(topic, 0)?.endOffset() ?? 0
    truncateSync(join(directory, last), statSync(join(directory, last)).size - 3)
    const files = openLogDirectory(torn).partition(topic, 0)
    expect(files?.endOffset()).toBeLessThan(before)
    expect(files?.endOffset()).toBeGreaterThan(0)
    rmSync(torn, { recursive: true })
  })

  it('is refused in one line where there is none', () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    expect(() => openLogDirectory(empty)).toThrow(LogDirectoryError)
    // Such as /etc, where many folders end in a number.
    mkdirSync(join(empty, 'gtk-3'))
    writeFileSync(join(empty, 'gtk-3', 'settings.ini'), '')
    expect(() => openLogDirectory(empty)).toThrow(/holds no partition/)
    expect(() => openLogDirectory(join(folder, 'absent'))).toThrow(/is not there/)
    expect(() => openLogDirectory(join(folder, 'meta.properties'))).toThrow(/is no folder/)
    rmSync(empty, { recursive: true })
  })
})

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => {
      const path = join(entry.parentPath, entry.name)
      const { size, mtimeMs } = statSync(path)
      return `${path} ${size} ${mtimeMs}`
    })
    .sort()
}
