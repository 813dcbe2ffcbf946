import { describe, expect, it } from 'vitest'
import { commitIsr, maximalIsr, propose, settle, type IsrState } from '../../../broker-core/replication/isr-change.ts'

const start: IsrState = { committed: [1, 2, 3], partitionEpoch: 4, proposed: undefined }
const accepted = (isr: readonly number[], partitionEpoch: number) => ({
  ok: true as const,
  isr,
  leader: 1,
  leaderEpoch: 1,
  partitionEpoch,
})
const refused = (retriable: boolean, error = 'INELIGIBLE_REPLICA') => ({ ok: false as const, error, retriable })

describe('one change of the ISR', () => {
  it('REPL-06: what is proposed and what is committed counts together', () => {
    expect(maximalIsr(start)).toEqual([1, 2, 3])
    expect(maximalIsr(propose(start, [1]))).toEqual([1, 2, 3])
    expect([...maximalIsr(propose({ ...start, committed: [1] }, [1, 2]))].sort()).toEqual([1, 2])
  })

  it('REPL-05: an accepted change is committed with its epoch', () => {
    const { state, retry } = settle(propose(start, [1, 2]), 4, accepted([1, 2], 5))
    expect(state).toEqual({ committed: [1, 2], partitionEpoch: 5, proposed: undefined })
    expect(retry).toBe(false)
  })

  it('REPL-05: a refused one is given up, an unanswered one is asked again', () => {
    expect(settle(propose(start, [1]), 4, refused(false))).toEqual({ state: start, retry: false })
    expect(settle(propose(start, [1]), 4, refused(true)).retry).toBe(true)
  })

  it('REPL-06: one that may be in force by an earlier asking counts until the metadata says more', () => {
    const proposed = propose({ ...start, committed: [1, 2] }, [1, 2, 3])
    for (const error of ['INVALID_UPDATE_VERSION', 'FENCED_LEADER_EPOCH', 'NEW_LEADER_ELECTED', 'INVALID_REQUEST']) {
      const { state, retry } = settle(proposed, 4, refused(false, error))
      expect([maximalIsr(state), retry], error).toEqual([[1, 2, 3], false])
      expect(maximalIsr(commitIsr(state, [1, 2], 5))).toEqual([1, 2])
    }
  })

  it('newer metadata ends a proposal; its late answer changes nothing', () => {
    const moved = commitIsr(propose(start, [1]), [1, 2], 6)
    expect(moved).toEqual({ committed: [1, 2], partitionEpoch: 6, proposed: undefined })
    expect(settle(moved, 4, accepted([1], 5)).state).toBe(moved)
    expect(commitIsr(moved, [9], 6)).toBe(moved)
  })
})
