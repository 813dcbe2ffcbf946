import { describe, expect, it } from 'vitest'
import { LogDirectoryRefused, type LogDirectory } from '../../../broker-core/storage/log-directory-port.ts'
import { StorageFailure } from '../../../broker-core/storage/partition-log.ts'
import {
  append,
  batchOf,
  createTestLog,
  openTestDirectory,
  readAll,
  testStorage,
  topicId,
  type TestStorage,
} from './storage-env.ts'

const otherId = 'BBBBBBBBBBBBBBBBBBBBBA'
const contentOf = (env: TestStorage, path: string) => new TextDecoder().decode(env.disk.bytesOf(path))
const names = (env: TestStorage, directory = 'data') => env.disk.list(directory).sort()

/** Lets what runs beside the thread come to its end. */
const settled = () => new Promise<void>(resolve => setImmediate(resolve))

describe('log directory', () => {
  it('SEMANTICS 2.9: meta.properties is made once, kept, and names the only cluster and node that may use it', () => {
    const env = testStorage()
    const first = openTestDirectory(env)
    expect(contentOf(env, 'data/meta.properties')).toBe(
      `version=1\ncluster.id=test-cluster\nnode.id=1\ndirectory.id=${first.directoryId}\n`,
    )
    first.close(1)
    expect(openTestDirectory(env).directoryId).toBe(first.directoryId)
    env.disk.restart('everything')
    expect(() => openTestDirectory(env, { clusterId: 'other' })).toThrow(LogDirectoryRefused)
    expect(() => openTestDirectory(env, { nodeId: 2 })).toThrow(LogDirectoryRefused)
    expect(openTestDirectory(env).directoryId).toBe(first.directoryId)
  })

  it('a version 0 file of an older broker is understood and completed', () => {
    const env = testStorage()
    env.disk.makeDirectory('data')
    env.disk
      .open('data/meta.properties', 'create')
      .writeAt([new TextEncoder().encode('#Fri\nversion=0\nbroker.id=1\ncluster.id=test-cluster\n')], 0)
    const directory = openTestDirectory(env)
    expect(contentOf(env, 'data/meta.properties')).toContain(`directory.id=${directory.directoryId}`)
  })

  it('the lock is held by one at a time', () => {
    const env = testStorage()
    const first = openTestDirectory(env)
    expect(() => openTestDirectory(env)).toThrow(/in use/)
    first.abandon()
    openTestDirectory(env)
  })

  it('DISK-32, KIP-966: the clean-shutdown marker holds the broker epoch and is taken at the next start', () => {
    const env = testStorage()
    openTestDirectory(env).close(42)
    expect(contentOf(env, 'data/.kafka_cleanshutdown')).toBe('{"version":0,"brokerEpoch":42}')
    const second = openTestDirectory(env)
    expect(second.previousBrokerEpoch).toBe(42)
    expect(env.disk.exists('data/.kafka_cleanshutdown')).toBe(false)
    second.abandon()
    expect(openTestDirectory(env).previousBrokerEpoch).toBeUndefined()
    env.disk.restart('everything')
    env.disk.open('data/.kafka_cleanshutdown', 'create')
    expect(openTestDirectory(env).previousBrokerEpoch).toBe(-1)
  })

  it('DISK-32: after a clean stop no log is scanned, after a kill only from the recovery point on, with progress', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, { 'segment.bytes': '1000' })
    for (let i = 0; i < 20; i++) append(log, [{ value: 'x'.repeat(300) }])
    log.flush()
    directory.close(1)
    const progress: number[][] = []
    const reopen = () =>
      openTestDirectory(env, {
        configOf: () => ({ 'segment.bytes': '1000' }),
        onRecoveryProgress: ({ doneBytes, totalBytes }) => progress.push([doneBytes, totalBytes]),
      })
    const clean = reopen()
    expect(progress).toEqual([])
    const again = clean.log('t', 0)!
    append(again, [{ value: 'y'.repeat(600) }])
    clean.abandon()
    reopen()
    expect(progress.length).toBeGreaterThan(0)
    const [done, total] = progress.at(-1)!
    expect(done).toBe(total)
    expect(total).toBeLessThan(2000)
  })

  it('SEMANTICS 2.8: the checkpoints are written in their time, by name and partition', async () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    directory.startMaintenance()
    for (let i = 0; i < 10; i++) append(log, [{}])
    log.advanceHighWatermark(7)
    log.advanceLogStartOffset(2, 'delete-records')
    env.advance(5_001)
    await settled()
    expect(contentOf(env, 'data/replication-offset-checkpoint')).toBe('0\n1\nt 0 7\n')
    expect(contentOf(env, 'data/t-0/leader-epoch-checkpoint')).toBe('0\n1\n0 2\n')
    log.flush()
    env.advance(60_000)
    await settled()
    expect(contentOf(env, 'data/recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 10\n')
    expect(contentOf(env, 'data/log-start-offset-checkpoint')).toBe('0\n1\nt 0 2\n')
    directory.abandon()
    env.disk.restart('everything')
    const again = openTestDirectory(env).log('t', 0)!
    expect([again.logStartOffset, again.highWatermark, again.logEndOffset]).toEqual([2, 7, 10])
  })

  it('a checkpoint on its way when a newer one is written does not replace it', async () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    directory.startMaintenance()
    for (let i = 0; i < 10; i++) append(log, [{}])
    log.flush()
    env.advance(60_001)
    log.truncateTo(4)
    await settled()
    expect(contentOf(env, 'data/recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 4\n')
    env.advance(60_001)
    directory.close(1)
    await settled()
    expect(contentOf(env, 'data/recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 4\n')
  })

  it('makes do with fewer open files where the system allows fewer', () => {
    const env = testStorage()
    env.disk.openFilesMax = 12
    const directory = openTestDirectory(env)
    const logs = Array.from({ length: 40 }, (_, partition) => directory.createLog({ topic: 't', partition, topicId, config: {} }))
    for (let round = 0; round < 3; round++) for (const log of logs) append(log, [{ value: 'x'.repeat(5000) }])
    for (const log of logs) expect(readAll(log, 0, 1e6).length).toBe(3)
    expect(directory.failure).toBeUndefined()
    directory.close(1)
  })

  it('DISK-35: the high watermark is never above the log end nor below the log start', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    for (let i = 0; i < 10; i++) append(log, [{}])
    directory.close(1)
    const write = (name: string, text: string) => {
      const file = env.disk.open(`data/${name}`, 'create')
      file.resize(0)
      file.writeAt([new TextEncoder().encode(text)], 0)
    }
    write('replication-offset-checkpoint', '0\n1\nt 0 99\n')
    let again = openTestDirectory(env)
    expect(again.log('t', 0)!.highWatermark).toBe(10)
    again.close(1)
    write('replication-offset-checkpoint', '0\n1\nt 0 1\n')
    write('log-start-offset-checkpoint', '0\n1\nt 0 4\n')
    again = openTestDirectory(env)
    expect([again.log('t', 0)!.logStartOffset, again.log('t', 0)!.highWatermark]).toEqual([4, 4])
  })

  it('DISK-31: a recovery point beyond the recovered end is taken back at once', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    for (let i = 0; i < 10; i++) append(log, [{}])
    log.flush()
    env.advance(1)
    directory.close(1)
    env.disk.remove('data/.kafka_cleanshutdown')
    const path = 'data/t-0/00000000000000000000.log'
    env.disk.open(path, 'write').resize(env.disk.sizeOf(path) / 2)
    const again = openTestDirectory(env)
    expect(again.log('t', 0)!.logEndOffset).toBe(5)
    expect(contentOf(env, 'data/recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 5\n')
  })

  it('DISK-33: a log that ends below its checkpointed start begins anew there', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    for (let i = 0; i < 3; i++) append(log, [{}])
    directory.close(1)
    const file = env.disk.open('data/log-start-offset-checkpoint', 'create')
    file.resize(0)
    file.writeAt([new TextEncoder().encode('0\n1\nt 0 50\n')], 0)
    const again = openTestDirectory(env).log('t', 0)!
    expect([again.logStartOffset, again.logEndOffset, append(again, [{}])]).toEqual([50, 50, 50])
  })

  it('a corrupt checkpoint takes the directory offline; an empty one is an empty list', () => {
    for (const [text, isCorrupt] of [
      ['', false],
      ['1\n0\n', true],
      ['0\n2\nt 0 5\n', true],
      ['0\n1\nt zero 5\n', true],
    ] as const) {
      const env = testStorage()
      createTestLog(env).directory.close(1)
      const file = env.disk.open('data/recovery-point-offset-checkpoint', 'create')
      file.resize(0)
      file.writeAt([new TextEncoder().encode(text)], 0)
      const failures: StorageFailure[] = []
      const open = () => openTestDirectory(env, { onFailure: failure => failures.push(failure) })
      if (isCorrupt) expect(open).toThrow(StorageFailure)
      else open()
      expect(failures.length).toBe(isCorrupt ? 1 : 0)
    }
  })
})

describe('logs of a directory', () => {
  it('partition.metadata has two lines and no newline at the end, before the first record', () => {
    const env = testStorage()
    createTestLog(env)
    expect(contentOf(env, 'data/t-0/partition.metadata')).toBe(`version: 0\ntopic_id: ${topicId}`)
  })

  it('topic names with dashes and long names are found again', () => {
    const env = testStorage()
    const directory = openTestDirectory(env)
    const long = 'a'.repeat(249)
    for (const topic of ['a-b-3', 'x.y-2.z', long]) directory.createLog({ topic, partition: 12, topicId, config: {} })
    directory.close(1)
    const again = openTestDirectory(env)
    expect([...again.logs()].map(log => [log.topic, log.partition, log.topicId])).toEqual([
      ['a-b-3', 12, topicId],
      [long, 12, topicId],
      ['x.y-2.z', 12, topicId],
    ])
    again.deleteLog(long, 12)
    const renamed = names(env).find(name => name.endsWith('-delete'))!
    expect(renamed.length).toBe(255)
    expect(renamed).toMatch(/^a+-12\.[0-9a-f]{32}-delete$/)
  })

  it('SEMANTICS 2.1, RET-06: deleting renames at once and removes after file.delete.delay.ms; the name is free', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, { 'file.delete.delay.ms': '1000' })
    append(log, [{}])
    directory.deleteLog('t', 0)
    directory.deleteLog('t', 0)
    expect(directory.log('t', 0)).toBeUndefined()
    const renamed = names(env).find(name => /^t-0\.[0-9a-f]{32}-delete$/.test(name))!
    const fresh = directory.createLog({ topic: 't', partition: 0, topicId: otherId, config: {} })
    expect([fresh.topicId, fresh.logEndOffset]).toEqual([otherId, 0])
    env.advance(999)
    expect(env.disk.exists(`data/${renamed}`)).toBe(true)
    env.advance(2)
    expect(env.disk.exists(`data/${renamed}`)).toBe(false)
  })

  it('what is to go sooner does not wait for what is to go later', () => {
    const env = testStorage()
    const { directory } = createTestLog(env, { 'file.delete.delay.ms': '60000' })
    directory.createLog({ topic: 'u', partition: 0, topicId, config: { 'file.delete.delay.ms': '10' } })
    directory.deleteLog('t', 0)
    directory.deleteLog('u', 0)
    env.advance(11)
    expect(
      names(env)
        .filter(name => name.endsWith('-delete'))
        .map(name => name[0]),
    ).toEqual(['t'])
    env.advance(60_000)
    expect(names(env).filter(name => name.endsWith('-delete'))).toEqual([])
  })

  it('a directory still to be deleted goes at the next start', () => {
    const env = testStorage()
    const { directory } = createTestLog(env)
    directory.deleteLog('t', 0)
    directory.close(1)
    const again = openTestDirectory(env)
    expect([...again.logs()]).toEqual([])
    env.advance(1)
    expect(names(env).filter(name => name.endsWith('-delete'))).toEqual([])
  })

  it('another topic id makes the present log stray, its data is kept', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    append(log, [{ value: 'old' }])
    const fresh = directory.createLog({ topic: 't', partition: 0, topicId: otherId, config: {} })
    expect(fresh.logEndOffset).toBe(0)
    const stray = names(env).find(name => /^t-0\.[0-9a-f]{32}-stray$/.test(name))!
    expect(contentOf(env, `data/${stray}/partition.metadata`)).toContain(topicId)
    expect(directory.createLog({ topic: 't', partition: 0, topicId: otherId, config: {} })).toBe(fresh)
    directory.close(1)
    expect([...openTestDirectory(env).logs()].length).toBe(1)
  })

  it('a log whose partition.metadata was lost takes the topic id it is assigned', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    append(log, [{ value: 'kept' }])
    directory.close(1)
    env.disk.remove('data/t-0/partition.metadata')
    const again = openTestDirectory(env)
    const adopted = again.createLog({ topic: 't', partition: 0, topicId: otherId, config: {} })
    expect([adopted.topicId, readAll(adopted).length]).toEqual([otherId, 1])
    expect(contentOf(env, 'data/t-0/partition.metadata')).toContain(otherId)
  })

  it('the directory of the metadata log is there and no partition', () => {
    const env = testStorage()
    const directory = openTestDirectory(env)
    expect([directory.metadataLogPath, env.disk.isDirectory(directory.metadataLogPath)]).toEqual([
      'data/__cluster_metadata-0',
      true,
    ])
    directory.close(1)
    expect([...openTestDirectory(env).logs()]).toEqual([])
  })
})

describe('what survives a loss of power', () => {
  const survivors = (config: Record<string, string>, advanceMs: number) => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    directory.startMaintenance()
    for (let i = 0; i < 5; i++) append(log, [{}, {}])
    env.advance(advanceMs)
    directory.abandon()
    env.disk.restart('nothing')
    return openTestDirectory(env).log('t', 0)?.logEndOffset ?? 0
  }

  it('by default what the system wrote by itself; replication is the safeguard', () => {
    expect(survivors({}, 50_000)).toBe(0)
  })

  it('flush.messages: everything but the last few records; 1: everything', () => {
    expect(survivors({ 'flush.messages': '1' }, 0)).toBe(10)
    expect(survivors({ 'flush.messages': '4' }, 0)).toBe(8)
  })

  it('flush.ms: what is older than that', () => {
    expect(survivors({ 'flush.ms': '5000' }, 4_000)).toBe(0)
    expect(survivors({ 'flush.ms': '5000' }, 6_000)).toBe(10)
  })

  it('sealed segments, once they were synced beside the thread', async () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, { 'segment.bytes': '300' })
    for (let i = 0; i < 10; i++) append(log, [{ value: 'x'.repeat(50) }])
    await settled()
    directory.abandon()
    env.disk.restart('nothing')
    expect(openTestDirectory(env).log('t', 0)!.logEndOffset).toBe(8)
  })
})

describe('a loss of power right after a clean stop', () => {
  it.each(['nothing', 'some'] as const)(
    'DISK-32: %s of indexes and snapshots may survive, everything else is there',
    survival => {
      for (let seed = 1; seed <= 20; seed++) {
        const env = testStorage(seed)
        const config = { 'segment.bytes': '2000', 'index.interval.bytes': '100' }
        const { directory, log } = createTestLog(env, config)
        for (let i = 0; i < 25; i++)
          append(log, [{ value: 'x'.repeat(100), timestampMs: 1000 + ((i * 7) % 25) }], {
            producerId: 3,
            producerEpoch: 0,
            baseSequence: i,
          })
        directory.close(4)
        env.disk.restart(survival)
        const again = openTestDirectory(env, { configOf: () => config })
        expect(again.previousBrokerEpoch).toBe(4)
        const reopened = again.log('t', 0)!
        expect(readAll(reopened).map(record => record.offset)).toEqual(Array.from({ length: 25 }, (_, i) => i))
        for (const ms of [1000, 1010, 1020, 1024]) expect(reopened.offsetForTime(ms, 25)?.timestampMs).toBeGreaterThanOrEqual(ms)
        expect(reopened.offsetOfMaxTimestamp(25)?.timestampMs).toBe(1024)
        expect(
          append(reopened, [{ value: 'x'.repeat(100), timestampMs: 1000 + ((24 * 7) % 25) }], {
            producerId: 3,
            producerEpoch: 0,
            baseSequence: 24,
          }),
        ).toBe(24)
        again.close(1)
      }
    },
  )
})

describe('a failing disk', () => {
  const broken = (directory: LogDirectory) => directory.failure instanceof StorageFailure

  it('DISK-38: the first refused call takes the whole directory offline, once, and everything after it fails', () => {
    const env = testStorage()
    const failures: StorageFailure[] = []
    const { directory, log } = createTestLog(env, {}, { onFailure: failure => failures.push(failure) })
    const other = directory.createLog({ topic: 't', partition: 1, topicId, config: {} })
    append(log, [{}])
    env.disk.refuse = operation => (operation === 'write' ? 'io' : undefined)
    expect(() => append(log, [{}])).toThrow(StorageFailure)
    env.disk.refuse = () => undefined
    expect(() => append(other, [{}])).toThrow(StorageFailure)
    expect([broken(directory), failures.length]).toEqual([true, 1])
    expect(env.events.filter(event => event === 'error log-directory.offline').length).toBe(1)
    directory.close(1)
    expect(env.disk.exists('data/.kafka_cleanshutdown')).toBe(false)
  })

  it('a full disk is said in so many words, and nothing that was acknowledged is lost', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env)
    for (let i = 0; i < 5; i++) append(log, [{ value: `v${i}` }])
    env.disk.refuse = operation => (operation === 'write' ? 'no-space' : undefined)
    expect(() => append(log, [{ value: 'too much'.repeat(20) }])).toThrow(/no-space/)
    env.disk.refuse = () => undefined
    directory.abandon()
    env.disk.restart('everything')
    const again = openTestDirectory(env).log('t', 0)!
    expect(readAll(again).map(record => record.value)).toEqual(['v0', 'v1', 'v2', 'v3', 'v4'])
  })

  it.each(['write', 'sync', 'rename', 'resize', 'create', 'remove', 'syncDirectory', 'read', 'list'] as const)(
    'DISK-38: every refused %s ends in StorageFailure or in nothing, also in the periodic work',
    operation => {
      const env = testStorage()
      const config = { 'segment.bytes': '500', 'retention.bytes': '600', 'file.delete.delay.ms': '10' }
      const { directory, log } = createTestLog(env, config)
      directory.startMaintenance({ retentionCheckMs: 50 })
      for (let i = 0; i < 10; i++) append(log, [{ value: 'x'.repeat(100) }])
      env.disk.refuse = each => (each === operation ? 'io' : undefined)
      let failure: unknown
      try {
        for (let i = 0; i < 20; i++) {
          log.appendAsLeader(batchOf([{ value: 'x'.repeat(100) }]), { leaderEpoch: i, origin: 'client' })
          log.advanceHighWatermark(log.logEndOffset)
          env.advance(100)
        }
        log.flush()
        env.advance(70_000)
      } catch (error) {
        failure = error
      }
      if (failure !== undefined) expect(failure).toBeInstanceOf(StorageFailure)
      directory.abandon()
    },
  )
})
