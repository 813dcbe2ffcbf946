import { describe, expect, it } from 'vitest'
import { afterError, afterOutOfRange, truncationPoint } from '../../../broker-core/replication/follower-rules.ts'

describe('where a follower truncates', () => {
  it("REPL-13: to the leader's end of an epoch that both know", () => {
    expect(truncationPoint({ epoch: 3, endOffset: 20 }, { epoch: 3, endOffset: 30 }, 40)).toBe(20)
  })
  it('REPL-13: to its own end of that epoch when it has less of it', () => {
    expect(truncationPoint({ epoch: 3, endOffset: 50 }, { epoch: 3, endOffset: 30 }, 40)).toBe(30)
  })
  it('REPL-13: to the end of the next lower epoch when it does not know the one named', () => {
    expect(truncationPoint({ epoch: 3, endOffset: 50 }, { epoch: 2, endOffset: 25 }, 40)).toBe(25)
  })
  it('REPL-13: to nothing when it knows no epoch at all, and never beyond its end', () => {
    expect(truncationPoint({ epoch: 3, endOffset: 50 }, { epoch: -1, endOffset: -1 }, 40)).toBe(0)
    expect(truncationPoint({ epoch: 3, endOffset: 50 }, { epoch: 3, endOffset: 60 }, 40)).toBe(40)
  })
})

describe('a follower outside of its leader', () => {
  it('REPL-14: truncates when the leader ends below it', () => {
    expect(afterOutOfRange({ logStartOffset: 0, logEndOffset: 5 }, 9)).toEqual({ kind: 'truncate', to: 5 })
  })
  it('REPL-14: starts over when the leader begins above it', () => {
    expect(afterOutOfRange({ logStartOffset: 12, logEndOffset: 15 }, 9)).toEqual({ kind: 'restart', at: 12 })
  })
  it('REPL-14: goes on otherwise', () => {
    expect(afterOutOfRange({ logStartOffset: 9, logEndOffset: 9 }, 9)).toEqual({ kind: 'continue' })
  })
})

it('REPL-16: a fenced follower waits for metadata, others ask again', () => {
  expect(afterError('FENCED_LEADER_EPOCH')).toBe('wait')
  expect(afterError('UNKNOWN_LEADER_EPOCH')).toBe('back-off')
  expect(afterError('OFFSET_OUT_OF_RANGE')).toBe('out-of-range')
})
