import { describe, expect, it } from 'vitest'
import { leaderProgress } from '../../../broker-core/consensus/leader-progress.ts'
import {
  electionStateOf,
  grantsVote,
  isAtLeast,
  move,
  moves,
  restoredRole,
  type Role,
  roleAfterHearing,
  votedIdOf,
} from '../../../broker-core/consensus/quorum-state.ts'

const self = 1
const end = { endOffset: 10, epoch: 3 }
const unattached: Role = { kind: 'unattached', epoch: 4, votedId: undefined }
const follower: Role = { kind: 'follower', epoch: 4, leaderId: 2, votedId: undefined }
const prospective: Role = { kind: 'prospective', epoch: 4, votedId: undefined, leaderId: undefined }
const roles: readonly Role[] = [
  unattached,
  follower,
  prospective,
  { kind: 'candidate', epoch: 4 },
  { kind: 'leader', epoch: 4, grantingVoterIds: [1, 2] },
  { kind: 'resigned', epoch: 4 },
]

describe('votes (KIP-595, KIP-996)', () => {
  const asks = (role: Role, candidateId: number, lastOffset = end, options: { preVote?: boolean; hasFetched?: boolean } = {}) =>
    grantsVote(role, { candidateId, preVote: options.preVote ?? false, lastOffset }, end, options.hasFetched ?? false)

  it('goes to the first candidate that asks, and to it again', () => {
    expect(asks(unattached, 2)).toBe(true)
    const voted: Role = { ...unattached, votedId: 2 }
    expect([asks(voted, 2), asks(voted, 3)]).toEqual([true, false])
  })

  it.each(
    roles.filter(role => role.kind !== 'unattached' && role.kind !== 'prospective').map(role => [role.kind, role] as const),
  )('is not given by a %s', (_, role) => expect(asks(role, 3)).toBe(false))

  it.each([
    [{ endOffset: 10, epoch: 3 }, true],
    [{ endOffset: 5, epoch: 4 }, true],
    [{ endOffset: 9, epoch: 3 }, false],
    [{ endOffset: 99, epoch: 2 }, false],
  ])('a candidate whose log ends at %j: %s', (lastOffset, granted) => {
    expect(asks(unattached, 2, lastOffset)).toBe(granted)
    expect(asks(prospective, 2, lastOffset, { preVote: true })).toBe(granted)
    expect(isAtLeast(lastOffset, end)).toBe(granted)
  })

  it('a pre-vote is refused by a leader and by a follower that hears from its leader', () => {
    expect(roles.map(role => asks(role, 3, end, { preVote: true, hasFetched: true }))).toEqual([
      true,
      false,
      true,
      true,
      false,
      true,
    ])
    expect(asks(follower, 3, end, { preVote: true, hasFetched: false })).toBe(true)
  })
})

describe('moves between roles', () => {
  it('only those of the table, never to an earlier epoch, never to another vote or leader within one', () => {
    for (const from of roles) {
      for (const to of roles) {
        const isListed = moves[from.kind].includes(to.kind)
        if (!isListed) expect(() => move(from, { ...to, epoch: 5 }, self)).toThrow('no move')
        if (isListed) expect(() => move(from, { ...to, epoch: 3 }, self)).toThrow()
      }
    }
    expect(() => move({ ...unattached, votedId: 2 }, unattached, self)).toThrow('changed or forgotten')
    expect(() => move(follower, { ...follower, leaderId: 3 }, self)).toThrow('two leaders')
    expect(() => move(unattached, { ...follower, leaderId: self }, self)).toThrow('cannot follow itself')
    expect(() => move(prospective, { kind: 'candidate', epoch: 6 }, self)).toThrow('next epoch')
  })

  it('hearing of a later epoch makes a follower of its leader, or unattached without one', () => {
    for (const role of roles) {
      expect(roleAfterHearing(role, 5, 3, self)).toEqual({ kind: 'follower', epoch: 5, leaderId: 3, votedId: undefined })
      expect(roleAfterHearing(role, 5, undefined, self)).toEqual({ kind: 'unattached', epoch: 5, votedId: undefined })
      expect(roleAfterHearing(role, 3, 3, self)).toBeUndefined()
      expect(roleAfterHearing(role, 4, undefined, self)).toBeUndefined()
    }
    expect(roleAfterHearing({ ...prospective, leaderId: 2 }, 4, 2, self)).toBeUndefined()
  })
})

describe('a restart', () => {
  it('a leader comes back resigned: it keeps its own vote and gives none in that epoch', () => {
    const role = restoredRole({ epoch: 4, leaderId: self, votedId: self }, 4, self)
    expect(role).toEqual({ kind: 'resigned', epoch: 4 })
    expect(grantsVote(role, { candidateId: 2, preVote: false, lastOffset: end }, end, false)).toBe(false)
  })

  it('what was persisted is what comes back', () => {
    for (const role of roles) {
      const state = electionStateOf(role, self)
      const back = restoredRole(state, 0, self)
      expect(back.epoch).toBe(role.epoch)
      expect(votedIdOf(back, self)).toBe(votedIdOf(role, self))
      expect(electionStateOf(back, self)).toEqual(state)
    }
  })

  it('a log that is ahead of the file wins, with no vote given', () => {
    expect(restoredRole({ epoch: 4, leaderId: 2, votedId: -1 }, 6, self)).toEqual({
      kind: 'unattached',
      epoch: 6,
      votedId: undefined,
    })
  })
})

describe('the high watermark of the quorum', () => {
  const at = { monotonicMs: 0, wallMs: 0, leaderEndOffset: 12 }
  it('is what a majority has, once that reaches into the own epoch', () => {
    const progress = leaderProgress({ selfId: 1, voterIds: [1, 2, 3], epochStartOffset: 10 })
    progress.recordOwn(12)
    expect(progress.committedOffset()).toBeUndefined()
    progress.recordFetch(2, 10, at)
    // A majority has all of the earlier epoch's records, but none of this one: a later leader may still replace them.
    expect(progress.committedOffset()).toBeUndefined()
    progress.recordFetch(2, 11, at)
    expect(progress.committedOffset()).toBe(11)
    progress.recordFetch(3, 12, at)
    expect(progress.committedOffset()).toBe(12)
  })

  it('observers do not count', () => {
    const progress = leaderProgress({ selfId: 1, voterIds: [1, 2, 3], epochStartOffset: 0 })
    progress.recordOwn(5)
    progress.recordFetch(9, 5, at)
    expect(progress.committedOffset()).toBeUndefined()
    expect(progress.describe(id => id <= 3, { endOffset: 5, wallMs: 0 }).observers).toMatchObject([
      { replicaId: 9, logEndOffset: 5 },
    ])
  })

  it('a majority is heard from when enough voters fetched lately', () => {
    const progress = leaderProgress({ selfId: 1, voterIds: [1, 2, 3], epochStartOffset: 0 })
    expect(progress.hasMajoritySince(0)).toBe(false)
    progress.recordFetch(3, 0, { ...at, monotonicMs: 50 })
    expect([progress.hasMajoritySince(50), progress.hasMajoritySince(51)]).toEqual([true, false])
  })
})
