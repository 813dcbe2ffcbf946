import { describe, expect, it } from 'vitest'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { append, codecs, createTestLog, openTestDirectory, testStorage, type TestStorage } from './storage-env.ts'

function abort(log: PartitionLog, producerId: number): void {
  const marker = { producerId, producerEpoch: 0, coordinatorEpoch: 0, committed: false, timestampMs: 1000 }
  log.appendAsLeader(encodeTransactionMarker(marker, codecs), { leaderEpoch: 0, origin: 'coordinator' })
}

const segmented = { 'segment.bytes': '500' }
const path = 'data/t-0/00000000000000000000.txnindex'

/** Two aborted transactions, in a segment each or in the same, and a clean stop. */
function stopped(config: Record<string, string>): TestStorage {
  const env = testStorage()
  const { directory, log } = createTestLog(env, config)
  for (const producerId of [5, 6]) {
    append(log, [{ value: 'aborted' }], { producerId, producerEpoch: 0, baseSequence: 0, transactional: true })
    abort(log, producerId)
    append(log, [{ value: 'x'.repeat(300) }])
  }
  directory.close(1)
  return env
}

describe('.txnindex after a clean stop', () => {
  it('DISK-32, DISK-18: is durable: no recovery would find out what it lacks after a loss of power', () => {
    const env = stopped({})
    env.disk.restart('nothing')
    const log = openTestDirectory(env).log('t', 0)!
    expect(log.abortedTransactions(0, log.logEndOffset)).toMatchObject([{ producerId: 5 }, { producerId: 6 }])
  })
})

describe('.txnindex of a segment that is loaded', () => {
  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, 20)],
    ['zeros', (bytes: Uint8Array) => bytes.fill(0)],
    ['of another segment', (bytes: Uint8Array) => bytes.fill(0xff, 18, 26)],
  ])('DISK-13, DISK-18: one that is %s is rebuilt, or aborted records would be read as committed', (_how, spoil) => {
    const env = stopped(segmented)
    const spoilt = spoil(env.disk.bytesOf(path).slice())
    const file = env.disk.open(path, 'write')
    file.resize(0)
    file.writeAt([spoilt], 0)
    const log = openTestDirectory(env, { configOf: () => segmented }).log('t', 0)!
    expect(log.abortedTransactions(0, log.logEndOffset)).toMatchObject([
      { producerId: 5, firstOffset: 0 },
      { producerId: 6, firstOffset: 3 },
    ])
  })
})
