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
  votedOf,
} from '../../../broker-core/consensus/quorum-state.ts'
import { type Voter, voterSet, type VoterSet } from '../../../broker-core/consensus/voter-set.ts'

const key = (id: number, directoryId = `d${id}`) => ({ id, directoryId })
const self = key(1)
const end = { endOffset: 10, epoch: 3 }
const unattached: Role = { kind: 'unattached', epoch: 4, voted: undefined }
const follower: Role = { kind: 'follower', epoch: 4, leaderId: 2, voted: undefined }
const prospective: Role = { kind: 'prospective', epoch: 4, voted: undefined, leaderId: undefined }
const roles: readonly Role[] = [
  unattached,
  follower,
  prospective,
  { kind: 'candidate', epoch: 4 },
  { kind: 'leader', epoch: 4, granting: [key(1), key(2)] },
  { kind: 'resigned', epoch: 4 },
]

describe('votes (KIP-595, KIP-996)', () => {
  const asks = (role: Role, candidateId: number, lastOffset = end, options: { preVote?: boolean; hasFetched?: boolean } = {}) =>
    grantsVote(
      role,
      { candidate: key(candidateId), preVote: options.preVote ?? false, lastOffset },
      end,
      options.hasFetched ?? false,
    )

  it('goes to the first candidate that asks, and to it again', () => {
    expect(asks(unattached, 2)).toBe(true)
    const voted: Role = { ...unattached, voted: key(2) }
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

  it('KIP-853: goes to a directory, not to an id; where no directory was kept, to the id', () => {
    const question = (directoryId: string) => ({ candidate: key(2, directoryId), preVote: false, lastOffset: end })
    const voted = (directoryId: string | undefined): Role => ({ ...unattached, voted: { id: 2, directoryId } })
    expect(grantsVote(voted('d2'), question('d2'), end, false)).toBe(true)
    expect(grantsVote(voted('d2'), question('new'), end, false)).toBe(false)
    expect(grantsVote(voted(undefined), question('new'), end, false)).toBe(true)
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
    expect(() => move({ ...unattached, voted: key(2) }, unattached, self)).toThrow('changed or forgotten')
    expect(() => move(follower, { ...follower, leaderId: 3 }, self)).toThrow('two leaders')
    expect(() => move(unattached, { ...follower, leaderId: self.id }, self)).toThrow('cannot follow itself')
    expect(() => move(prospective, { kind: 'candidate', epoch: 6 }, self)).toThrow('next epoch')
  })

  it('hearing of a later epoch makes a follower of its leader, or unattached without one', () => {
    for (const role of roles) {
      expect(roleAfterHearing(role, 5, 3, self)).toEqual({ kind: 'follower', epoch: 5, leaderId: 3, voted: undefined })
      expect(roleAfterHearing(role, 5, undefined, self)).toEqual({ kind: 'unattached', epoch: 5, voted: undefined })
      expect(roleAfterHearing(role, 3, 3, self)).toBeUndefined()
      expect(roleAfterHearing(role, 4, undefined, self)).toBeUndefined()
    }
    expect(roleAfterHearing({ ...prospective, leaderId: 2 }, 4, 2, self)).toBeUndefined()
  })
})

describe('a restart', () => {
  it('a leader comes back resigned: it keeps its own vote and gives none in that epoch', () => {
    const role = restoredRole({ epoch: 4, leaderId: self.id, voted: self }, 4, self.id)
    expect(role).toEqual({ kind: 'resigned', epoch: 4 })
    expect(grantsVote(role, { candidate: key(2), preVote: false, lastOffset: end }, end, false)).toBe(false)
  })

  it('what was persisted is what comes back', () => {
    for (const role of roles) {
      const state = electionStateOf(role, self)
      const back = restoredRole(state, 0, self.id)
      expect(back.epoch).toBe(role.epoch)
      expect(votedOf(back, self)).toEqual(votedOf(role, self))
      expect(electionStateOf(back, self)).toEqual(state)
    }
  })

  it('a log that is ahead of the file wins, with no vote given', () => {
    expect(restoredRole({ epoch: 4, leaderId: 2, voted: undefined }, 6, self.id)).toEqual({
      kind: 'unattached',
      epoch: 6,
      voted: undefined,
    })
  })
})

describe('the high watermark of the quorum', () => {
  const at = { monotonicMs: 0, wallMs: 0, leaderEndOffset: 12 }
  const voter = (id: number, directoryId: string | undefined = `d${id}`): Voter => ({
    ...{ id, directoryId },
    listeners: [],
    kraftVersions: { min: 0, max: 1 },
  })
  const three = voterSet([voter(1), voter(2), voter(3)])
  const progressOf = (epochStartOffset: number, voters: () => VoterSet = () => three) =>
    leaderProgress({ self, voters, epochStartOffset })
  it('is what a majority has, once that reaches into the own epoch', () => {
    const progress = progressOf(10)
    progress.recordOwn(12)
    expect(progress.committedOffset()).toBeUndefined()
    progress.recordFetch(key(2), 10, at)
    // A majority has all of the earlier epoch's records, but none of this one: a later leader may still replace them.
    expect(progress.committedOffset()).toBeUndefined()
    progress.recordFetch(key(2), 11, at)
    expect(progress.committedOffset()).toBe(11)
    progress.recordFetch(key(3), 12, at)
    expect(progress.committedOffset()).toBe(12)
  })

  it('observers do not count', () => {
    const progress = progressOf(0)
    progress.recordOwn(5)
    progress.recordFetch(key(9), 5, at)
    expect(progress.committedOffset()).toBeUndefined()
    expect(progress.describe({ endOffset: 5, wallMs: 0, monotonicMs: 0 }).observers).toMatchObject([
      { replicaId: 9, logEndOffset: 5 },
    ])
  })

  it('KIP-595: an observer that has not fetched for five minutes is none any more', () => {
    const progress = progressOf(0)
    progress.recordFetch(key(9), 5, { ...at, monotonicMs: 1000 })
    progress.recordFetch(key(2), 5, { ...at, monotonicMs: 1000 })
    const described = (monotonicMs: number) => progress.describe({ endOffset: 5, wallMs: 0, monotonicMs })
    expect(described(300_999).observers).toMatchObject([{ replicaId: 9 }])
    expect(described(301_000).observers).toEqual([])
    expect(described(301_000).voters.map(({ replicaId, logEndOffset }) => [replicaId, logEndOffset])).toContainEqual([2, 5])
  })

  it('a majority is heard from when enough voters fetched lately', () => {
    const progress = progressOf(0)
    expect(progress.hasMajoritySince(0)).toBe(false)
    progress.recordFetch(key(3), 0, { ...at, monotonicMs: 50 })
    expect([progress.hasMajoritySince(50), progress.hasMajoritySince(51)]).toEqual([true, false])
  })

  it('KIP-853: another directory of the same id does not count for a voter, and a new set counts from its append on', () => {
    let voters = three
    const progress = progressOf(0, () => voters)
    progress.recordOwn(9)
    progress.recordFetch(key(2, 'new'), 9, at)
    expect(progress.committedOffset()).toBeUndefined()
    progress.recordFetch(key(2), 5, at)
    expect(progress.committedOffset()).toBe(5)
    progress.recordFetch(key(4), 9, at)
    voters = voterSet([...three.values(), voter(4)])
    expect(progress.committedOffset()).toBe(5)
    progress.recordFetch(key(3), 8, at)
    expect(progress.committedOffset()).toBe(8)
  })

  it('KIP-853: a leader that is no voter any more does not count itself', () => {
    let voters = three
    const progress = progressOf(0, () => voters)
    progress.recordOwn(9)
    progress.recordFetch(key(2), 7, { ...at, monotonicMs: 50 })
    voters = voterSet([voter(2), voter(3)])
    expect([progress.committedOffset(), progress.hasMajoritySince(50)]).toEqual([undefined, false])
    progress.recordFetch(key(3), 6, { ...at, monotonicMs: 50 })
    expect([progress.committedOffset(), progress.hasMajoritySince(50)]).toEqual([6, true])
    expect(progress.describe({ endOffset: 9, wallMs: 0, monotonicMs: 0 })).toMatchObject({
      voters: [{ replicaId: 2, directoryId: 'd2' }, { replicaId: 3 }],
      observers: [{ replicaId: 1 }],
    })
  })

  it('with kraft.version 0 a voter is its id, whatever its directory', () => {
    const nameless = voterSet([1, 2, 3].map(id => ({ ...voter(id), directoryId: undefined })))
    const progress = progressOf(0, () => nameless)
    progress.recordOwn(9)
    progress.recordFetch(key(2, 'any'), 7, at)
    expect(progress.committedOffset()).toBe(7)
  })

  it('a replica has caught up when it had all there was, lately', () => {
    const progress = progressOf(0)
    progress.recordFetch(key(4), 12, { ...at, monotonicMs: 100 })
    expect([progress.isCaughtUpSince(key(4), 100), progress.isCaughtUpSince(key(4), 101)]).toEqual([true, false])
    expect(progress.isCaughtUpSince(key(4, 'new'), 0)).toBe(false)
  })
})
