import { describe, expect, it } from 'vitest'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { append, codecs, createTestLog, openTestDirectory, testStorage, type TestStorage } from './storage-env.ts'

function abort(log: PartitionLog, producerId: number): void {
  const marker = { producerId, producerEpoch: 0, coordinatorEpoch: 0, committed: false, timestampMs: 1000 }
  log.appendAsLeader(encodeTransactionMarker(marker, codecs), { leaderEpoch: 0, origin: 'coordinator' })
}

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
