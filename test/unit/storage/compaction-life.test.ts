import { describe, expect, it } from 'vitest'
import { batchCompression, readBatchHeader } from '../../../broker-core/records/batch-header.ts'
import type { PartitionLog } from '../../../broker-core/storage/partition-log.ts'
import { append, createTestLog, openTestDirectory, readAll, readBatches, testStorage } from './storage-env.ts'

const start = 1_700_000_000_000
const config = {
  'cleanup.policy': 'compact',
  'segment.bytes': '600',
  'index.interval.bytes': '100',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '0',
  'file.delete.delay.ms': '0',
}

/** Fills the active segment, so that everything before is in sealed ones. */
function seal(log: PartitionLog): void {
  for (let i = 0; i < 8; i++) append(log, [{ key: `fill${i}`, value: 'x'.repeat(100), timestampMs: start }])
  log.advanceHighWatermark(log.logEndOffset)
}

const valuesOf = (log: PartitionLog, key: string) =>
  readAll(log)
    .filter(record => record.key === key)
    .map(record => record.value)

describe('compaction while a log lives', () => {
  it('CLEAN-09: what is written anew after a truncation is dirty, also when the process is killed', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    append(log, [{ key: 'k', value: 'old' }])
    seal(log)
    seal(log)
    directory.runCompaction()
    log.truncateTo(3)
    append(log, [{ key: 'k', value: 'new' }])
    seal(log)
    seal(log)
    directory.abandon()
    const second = openTestDirectory(env, { configOf: () => config })
    const again = second.log('t', 0)!
    again.advanceHighWatermark(again.logEndOffset)
    second.runCompaction()
    expect(valuesOf(again, 'k')).toEqual(['new'])
  })

  it('CLEAN-04: batches of another codec than the topic has now are written anew with their own', () => {
    const env = testStorage()
    const { directory, log } = createTestLog(env, config)
    for (let i = 0; i < 20; i++)
      append(
        log,
        [
          { key: `k${i}`, value: `v${i}`.padEnd(50, '.') },
          { key: 'same', value: `${i}` },
        ],
        { compression: 'gzip' },
      )
    seal(log)
    log.reconfigure({ ...config, 'compression.type': 'zstd', 'compression.zstd.level': '19' })
    directory.runCompaction()
    expect(env.events.filter(event => event.includes('uncleanable'))).toEqual([])
    expect(valuesOf(log, 'same')).toEqual(['19'])
    const first = readBatches(log)[0]!
    expect([readBatchHeader(first).baseOffset, batchCompression(first, 0)]).toEqual([0, 'gzip'])
  })
})
