import { describe, expect, it } from 'vitest'
import { createTestLog, testStorage } from './storage-env.ts'

describe('truncation and the epoch cache', () => {
  it('DISK-34: an epoch that began at the log end and holds no record goes when the log is truncated to that end', () => {
    const { log } = createTestLog(testStorage())
    log.beginLeaderEpoch(0)
    log.beginLeaderEpoch(3)
    expect(log.latestEpoch).toBe(3)
    log.truncateTo(log.logEndOffset)
    expect(log.latestEpoch).toBeUndefined()
  })
})
