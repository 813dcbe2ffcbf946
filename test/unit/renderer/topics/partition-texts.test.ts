import { describe, expect, it } from 'vitest'
import type { PartitionView } from '../../../../src-main/contract/views/topics.ts'
import * as texts from '../../../../src-renderer/features/topics/partition-texts.ts'
import { fittedPx, partitionWidths } from '../../../../src-renderer/features/topics/partition-widths.ts'

const partition = (changes: Partial<PartitionView> = {}): PartitionView => ({
  ...{ partition: 0, leader: 1, leaderEpoch: 4, replicas: [1, 2, 3], inSync: [1, 2, 3], offline: [], adding: [] },
  leaderIsPreferred: true,
  ...{ startOffset: 0, endOffset: 7, lastStableOffset: 7, sizeBytes: 272, error: null },
  followers: [2, 3].map(brokerId => ({ brokerId, lagRecords: 0, sizeBytes: 272 })),
  ...changes,
})
const followers = (...lags: (number | null)[]) => lags.map((lagRecords, at) => ({ brokerId: at + 2, lagRecords, sizeBytes: 0 }))

describe('texts of a partition', () => {
  it('say who leads, and who should', () => {
    expect(texts.leaderText(partition())).toBe('1')
    expect(texts.leaderText(partition({ leader: 3, leaderIsPreferred: false }))).toBe('3, not 1')
    expect(texts.leaderText(partition({ leader: -1, leaderIsPreferred: false }))).toBe('none')
  })

  it('name the replicas that are missing once per reason, and list all for who copies', () => {
    expect(texts.missingText(partition())).toBe('')
    const row = partition({ replicas: [1, 2, 3, 4, 5], inSync: [3, 2], offline: [1, 5] })
    expect(texts.missingText(row)).toBe('1, 5 are offline, 4 is out of sync')
    expect(texts.inSyncList(row)).toBe('3, 2 · 1 offline · 4 out of sync · 5 offline')
  })

  it('tell a replica that is on its way from one that has fallen behind', () => {
    const row = partition({ replicas: [1, 2, 3, 4], inSync: [1, 2, 3], adding: [4] })
    expect([texts.missingText(row), texts.isUnwell(row)]).toEqual(['4 is being added', false])
    const worse = partition({ replicas: [1, 2, 3, 4], inSync: [1, 2], adding: [4] })
    expect([texts.missingText(worse), texts.isUnwell(worse)]).toEqual(['3 is out of sync, 4 is being added', true])
    const gone = partition({ replicas: [1, 2, 3, 4], inSync: [1, 2, 3], adding: [4], offline: [4] })
    expect([texts.missingText(gone), texts.isUnwell(gone)]).toEqual(['4 is offline', true])
  })

  it('name the followers that are behind or do not tell, and none else', () => {
    expect(texts.behindText(partition())).toBe('0')
    expect(texts.behindText(partition({ followers: [] }))).toBe('no follower')
    const row = partition({ followers: followers(0, 123_456_789, null) })
    expect(texts.behindText(row)).toBe('3: 123.5 M  4: —')
    expect(texts.followersList(row)).toBe('2: 0  3: 123,456,789  4: —')
  })

  it('show the last stable offset where it is not the end', () => {
    expect(texts.stableText(partition())).toBe('= End')
    expect(texts.stableText(partition({ lastStableOffset: 5 }))).toBe('5')
    expect(texts.stableText(partition({ lastStableOffset: null, endOffset: null }))).toBe('—')
    expect([texts.isHeldBack(partition()), texts.isHeldBack(partition({ lastStableOffset: 5 }))]).toEqual([false, true])
  })
})

describe('widths of the partition table', () => {
  const sumOf = (rows: readonly PartitionView[]) => Object.values(partitionWidths(rows)).reduce((sum, width) => sum + width, 0)
  /** Window of 1,280 pixels, without the tree, the scroll bar and the columns that are as wide in every topic. */
  const roomPx = 1_280 - 232 - 10 - (74 + 80 + 104)
  const large = partition({
    ...{ replicas: [2, 3, 4, 5, 1], inSync: [5, 4, 3, 2, 1], leader: 5, leaderIsPreferred: false },
    ...{ startOffset: 987_650_000_000, endOffset: 999_999_999_999, lastStableOffset: 999_999_999_999 },
  })

  it('leave room for five replicas and offsets of 12 digits at 1,280 pixels, also while one is offline', () => {
    expect(sumOf([large])).toBeLessThanOrEqual(roomPx)
    expect(sumOf([{ ...large, startOffset: 999_999_000_000, inSync: [5, 4, 3, 2], offline: [1] }])).toBeLessThanOrEqual(roomPx)
    expect(sumOf([{ ...large, startOffset: 999_999_000_000, lastStableOffset: 999_999_999_000 }])).toBeLessThanOrEqual(roomPx)
  })

  it('leave room for the error of a leader, not for that of a partition without one', () => {
    const error = 'LEADER_NOT_AVAILABLE'
    const [led, leaderless] = [partition({ error }), partition({ error, leader: -1 })].map(row => partitionWidths([row]).leader)
    expect([led, leaderless]).toEqual([118, 70])
  })

  it('cut no digit, and are the same whichever row has the longest text', () => {
    const digitsPx = Math.ceil('999,999,999,999'.length * 7.2) + 20
    const widths = partitionWidths([partition(), large, partition({ lastStableOffset: null, startOffset: null })])
    expect([widths.start, widths.end, widths.replicas]).toEqual([digitsPx, digitsPx, fittedPx('2, 3, 4, 5, 1'.length, 0)])
    expect(partitionWidths([])).toEqual(partitionWidths([partition()]))
  })
})
