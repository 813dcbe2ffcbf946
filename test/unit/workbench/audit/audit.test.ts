import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KafkaClientError } from '../../../../broker-core/client/client-error.ts'
import { FailureError } from '../../../../src-main/contract/failure.ts'
import { auditMax } from '../../../../src-main/contract/limits.ts'
import type { AuditEntry } from '../../../../src-main/contract/views/app.ts'
import { openAuditLog } from '../../../../src-main/workbench/audit/audit-log.ts'
import { auditedHandlers } from '../../../../src-main/workbench/audit/audited-handlers.ts'
import type { CallContext, Handlers } from '../../../../src-main/workbench/handlers.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const entry = (target: string, connection = 'a'): Omit<AuditEntry, 'id'> => ({
  atMs: 1,
  connection,
  connectionName: 'A',
  call: 'topics.delete',
  target,
  outcome: 'done',
  message: null,
  kafkaError: null,
  tookMs: 5,
})

async function kept(log: ReturnType<typeof openAuditLog>, count: number, connection: string | null = null) {
  const abort = new AbortController()
  const entries: AuditEntry[] = []
  for await (const one of log.read(connection, abort.signal)) if (entries.push(one) === count) abort.abort()
  return entries
}

describe('the audit list', () => {
  it('is there again after a restart, of one connection or of all, and survives a line that was cut off', async () => {
    const path = join(folder, 'audit.jsonl')
    const first = openAuditLog(path, () => undefined)
    first.add(entry('one'))
    first.add(entry('two', 'b'))
    appendFileSync(path, '{"atMs":1,"conn')
    const again = openAuditLog(path, () => undefined)
    expect((await kept(again, 2)).map(it => it.target)).toEqual(['one', 'two'])
    expect((await kept(again, 1, 'b')).map(it => it.target)).toEqual(['two'])
  })

  it('keeps the newest 1,000, in memory and on disk', async () => {
    const path = join(folder, 'audit.jsonl')
    const log = openAuditLog(path, () => undefined)
    for (let index = 0; index < auditMax * 2 + 5; index += 1) log.add(entry(String(index)))
    expect(readFileSync(path, 'utf8').split('\n').length - 1).toBeLessThan(auditMax * 2)
    const entries = await kept(
      openAuditLog(path, () => undefined),
      auditMax,
    )
    expect(entries.at(-1)?.target).toBe(String(auditMax * 2 + 4))
  })

  it('says once that it cannot be written, and goes on', () => {
    const told: string[] = []
    appendFileSync(join(folder, 'file'), '')
    const log = openAuditLog(join(folder, 'file', 'audit.jsonl'), problem => told.push(problem))
    log.add(entry('one'))
    log.add(entry('two'))
    expect(told).toHaveLength(1)
  })
})

describe('calls that change a foreign cluster', () => {
  const noted: Omit<AuditEntry, 'id'>[] = []
  const log = { add: (one: Omit<AuditEntry, 'id'>) => void noted.push(one), read: () => undefined as never }
  const context: CallContext = { signal: new AbortController().signal, asker: { id: 't', onGone: () => undefined } }
  const audited = (handlers: object) =>
    auditedHandlers(handlers as Handlers, { log, nowMs: () => 7, foreignName: id => (id === 'local' ? undefined : 'Prod') })
  beforeEach(() => void noted.splice(0))

  it('leave a line with their target and outcome; the answer is as it was', async () => {
    const handlers = audited({
      'topics.delete': () => Promise.resolve([{ name: 'x', error: null, message: null }]),
      'topics.empty': () => Promise.reject(new KafkaClientError('TOPIC_AUTHORIZATION_FAILED', { topic: 'x' })),
    })
    const topics = ['x', 'y', 'z', 'last']
    expect(await handlers['topics.delete']({ connection: 'p', topics }, context)).toEqual([
      { name: 'x', error: null, message: null },
    ])
    await expect(handlers['topics.empty']({ connection: 'p', topic: 'x' }, context)).rejects.toThrow()
    expect(noted).toMatchObject([
      { call: 'topics.delete', target: 'topics x, y, z and 1 more', outcome: 'done', connectionName: 'Prod', kafkaError: null },
      { call: 'topics.empty', outcome: 'failed', kafkaError: 'TOPIC_AUTHORIZATION_FAILED' },
    ])
  })

  it('count as failed when one of several things was refused', async () => {
    const handlers = audited({
      'topics.delete': () => Promise.resolve([{ error: null }, { error: 'INVALID_TOPIC_EXCEPTION' }]),
    })
    await handlers['topics.delete']({ connection: 'p', topics: ['x', 'y'] }, context)
    expect(noted).toMatchObject([{ outcome: 'failed', message: '1 of 2 refused', kafkaError: 'INVALID_TOPIC_EXCEPTION' }])
  })

  it('are not noted on our own cluster, nor when they only look, validate, or are read-only', async () => {
    const handlers = audited({
      'topics.delete': () => Promise.resolve([]),
      'topics.create': () => Promise.resolve(null),
      'topics.config': () => Promise.resolve([]),
      'topics.empty': () => Promise.reject(new FailureError({ code: 'READ_ONLY', message: 'read-only' })),
    })
    await handlers['topics.delete']({ connection: 'local', topics: ['x'] }, context)
    await handlers['topics.config']({ connection: 'p', topic: 'x' }, context)
    const order = {
      connection: 'p',
      topic: 'x',
      partitions: 1,
      replicationFactor: null,
      assignment: null,
      configs: {},
      validateOnly: true,
    }
    await handlers['topics.create'](order, context)
    await expect(handlers['topics.empty']({ connection: 'p', topic: 'x' }, context)).rejects.toThrow()
    expect(noted).toEqual([])
  })

  it('streams leave their line at the end: done, or cancelled when nobody reads on', async () => {
    const handlers = audited({
      async *'transfer.import'() {
        yield 1
        yield await Promise.resolve(2)
      },
    })
    const order = { connection: 'p', topic: 'x', path: 'f', format: 'raw', keepPartition: true, keepTimestamp: true } as const
    for await (const _item of handlers['transfer.import'](order, context)) continue
    for await (const _item of handlers['transfer.import'](order, context)) break
    expect(noted.map(it => it.outcome)).toEqual(['done', 'cancelled'])
  })
})
