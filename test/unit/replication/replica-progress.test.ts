import { describe, expect, it } from 'vitest'
import {
  hasReached,
  isCaughtUp,
  lowWatermarkOf,
  newProgress,
  noteFetch,
  outOfSync,
  replicatedUpTo,
  type ReplicaProgress,
} from '../../../broker-core/replication/replica-progress.ts'

const lagMaxMs = 30_000
const seen = (fetchOffset: number, leaderLogEndOffset: number, nowMs: number) => ({
  fetchOffset,
  leaderLogEndOffset,
  nowMs,
  logStartOffset: 0,
  brokerEpoch: 7,
})

function progressAt(brokerId: number, logEndOffset: number, logStartOffset = 0): ReplicaProgress {
  const progress = newProgress(brokerId, true, 0)
  noteFetch(progress, { ...seen(logEndOffset, logEndOffset, 0), logStartOffset })
  return progress
}
const all = (...progresses: ReplicaProgress[]) => new Map(progresses.map(one => [one.brokerId, one]))

describe('what a leader notes of a fetch', () => {
  it('REPL-02: a fetch at the log end is caught up now', () => {
    const progress = newProgress(2, false, 0)
    noteFetch(progress, seen(10, 10, 500))
    expect(progress.lastCaughtUpMs).toBe(500)
    expect(progress.logEndOffset).toBe(10)
    expect(progress.brokerEpoch).toBe(7)
  })

  it('REPL-02: a fetch at the end of the fetch before was caught up then', () => {
    const progress = newProgress(2, false, 0)
    noteFetch(progress, seen(5, 10, 500))
    expect(progress.lastCaughtUpMs).toBe(Number.NEGATIVE_INFINITY)
    noteFetch(progress, seen(10, 20, 700))
    expect(progress.lastCaughtUpMs).toBe(500)
  })

  it('REPL-02: one that never reaches the end of the fetch before does not catch up', () => {
    const progress = newProgress(2, true, 0)
    for (let turn = 1; turn <= 5; turn += 1) noteFetch(progress, seen(turn * 10, turn * 10 + 100, turn * 1000))
    expect(progress.lastCaughtUpMs).toBe(0)
  })
})

describe('who is in sync', () => {
  it('REPL-03: leaves when it is not at the end and was not for longer than the limit', () => {
    const late = newProgress(2, true, 0)
    noteFetch(late, seen(5, 10, 1))
    const at = { brokerId: 1, logEndOffset: 10, lagMaxMs }
    expect(outOfSync([1, 2], all(late), { ...at, nowMs: lagMaxMs })).toEqual([])
    expect(outOfSync([1, 2], all(late), { ...at, nowMs: lagMaxMs + 1 })).toEqual([2])
  })

  it('REPL-03: at the log end nobody leaves, however long ago it fetched', () => {
    const silent = progressAt(2, 10)
    expect(outOfSync([1, 2], all(silent), { brokerId: 1, logEndOffset: 10, nowMs: 1e9, lagMaxMs })).toEqual([])
    expect(isCaughtUp(silent, 10, 1e9, lagMaxMs)).toBe(true)
  })

  it('REPL-03: the leader never leaves, an unknown member does', () => {
    expect(outOfSync([1, 3], new Map(), { brokerId: 1, logEndOffset: 0, nowMs: 0, lagMaxMs })).toEqual([3])
  })

  it('REPL-04: joins at the high watermark and at the start of the epoch, whichever is later', () => {
    const progress = progressAt(2, 10)
    expect(hasReached(progress, 10, 8)).toBe(true)
    expect(hasReached(progress, 11, 8)).toBe(false)
    expect(hasReached(progress, 8, 11)).toBe(false)
  })
})

describe('high and low watermark', () => {
  const nobodyJoins = () => false

  it('REPL-07: is the smallest end in the ISR', () => {
    expect(replicatedUpTo(10, [1, 2, 3], all(progressAt(2, 8), progressAt(3, 9)), nobodyJoins)).toBe(8)
  })

  it('REPL-07: those outside do not hold it back, those about to join do', () => {
    const progresses = all(progressAt(2, 8), progressAt(3, 4))
    expect(replicatedUpTo(10, [1, 2], progresses, nobodyJoins)).toBe(8)
    expect(replicatedUpTo(10, [1, 2], progresses, progress => progress.brokerId === 3)).toBe(4)
  })

  it('REPL-07: a member that never fetched in this epoch holds it at nothing', () => {
    expect(replicatedUpTo(10, [1, 2], all(newProgress(2, true, 0)), nobodyJoins)).toBe(-1)
  })

  it('REPL-09: the low watermark is the smallest start among those that live', () => {
    const progresses = all(progressAt(2, 10, 3), progressAt(3, 10, 1))
    expect(lowWatermarkOf(5, progresses, () => true)).toBe(1)
    expect(lowWatermarkOf(5, progresses, brokerId => brokerId === 2)).toBe(3)
    expect(lowWatermarkOf(2, progresses, brokerId => brokerId === 2)).toBe(2)
  })
})
