import { describe, expect, it } from 'vitest'
import { append, createTestLog, openTestDirectory, readAll, testStorage, topicId } from './storage-env.ts'

const otherId = 'BBBBBBBBBBBBBBBBBBBBBA'

/** Stopped cleanly, so that all checkpoints tell of it. */
function leaveLogFrom8To10(env: ReturnType<typeof testStorage>): void {
  const { directory, log } = createTestLog(env)
  for (let i = 0; i < 10; i++) append(log, [{}])
  log.advanceHighWatermark(10)
  log.advanceLogStartOffset(8, 'delete-records')
  directory.close(1)
}

describe('a topic that is made anew under the name of a deleted one', () => {
  it('DISK-33: keeps its records after a kill, whatever the checkpoints said of the old one', () => {
    const env = testStorage()
    leaveLogFrom8To10(env)
    const second = openTestDirectory(env)
    second.deleteLog('t', 0)
    const fresh = second.createLog({ topic: 't', partition: 0, topicId: otherId, config: {} })
    for (let i = 0; i < 5; i++) append(fresh, [{ value: `v${i}` }])
    second.abandon()
    const third = openTestDirectory(env).log('t', 0)!
    expect([third.topicId, third.logStartOffset, third.logEndOffset]).toEqual([otherId, 0, 5])
    expect(readAll(third).map(record => record.value)).toEqual(['v0', 'v1', 'v2', 'v3', 'v4'])
  })
  it('DISK-31: is scanned from its own recovery point after a loss of power', () => {
    const env = testStorage()
    const config = { 'segment.bytes': '400' }
    const before = createTestLog(env, config)
    for (let i = 0; i < 20; i++) append(before.log, [{}])
    before.directory.close(1)
    const directory = openTestDirectory(env)
    directory.deleteLog('t', 0)
    const fresh = directory.createLog({ topic: 't', partition: 0, topicId: otherId, config })
    for (let i = 0; i < 12; i++) append(fresh, [{ value: 'x'.repeat(100) }])
    directory.abandon()
    env.disk.restart('everything')
    const path = 'data/t-0/00000000000000000000.log'
    env.disk.open(path, 'write').resize(env.disk.sizeOf(path) - 5)
    const again = openTestDirectory(env, { configOf: () => config }).log('t', 0)!
    expect(readAll(again).map(record => record.offset)).toEqual([0])
    expect(again.logEndOffset).toBe(1)
  })

  it('REPL-18: nor does a copy begin where an earlier log of that directory did', () => {
    const env = testStorage()
    leaveLogFrom8To10(env)
    const directory = openTestDirectory(env)
    directory.deleteLog('t', 0)
    const other = openTestDirectory(env, { path: 'other' })
    const current = other.createLog({ topic: 't', partition: 0, topicId, config: {} })
    for (let i = 0; i < 5; i++) append(current, [{}])
    directory.openFuture(current, {})
    directory.copyToFuture(current, 1_000)
    directory.abandon()
    const again = openTestDirectory(env).future('t', 0)!
    expect([again.logStartOffset, again.logEndOffset]).toEqual([0, 5])
  })
})

describe('a log that is begun anew below its start', () => {
  it('DISK-33: keeps what is written there after a kill, whatever the checkpoint said of the start before', () => {
    const env = testStorage()
    leaveLogFrom8To10(env)
    for (const start of [6, 0]) {
      const again = openTestDirectory(env)
      const restarted = again.log('t', 0)!
      expect(restarted.logStartOffset).toBe(start === 6 ? 8 : 6)
      restarted.truncateFullyAndStartAt(start)
      append(restarted, [{ value: `from ${start}` }])
      again.abandon()
    }
    const last = openTestDirectory(env).log('t', 0)!
    expect([last.logStartOffset, last.logEndOffset]).toEqual([0, 1])
    expect(readAll(last).map(record => record.value)).toEqual(['from 0'])
  })
})
