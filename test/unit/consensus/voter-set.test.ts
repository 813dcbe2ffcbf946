import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isVoterOf,
  majoritiesMeet,
  majorityOf,
  type ReplicaKey,
  supportsKRaftVersion,
  type Voter,
  voterSet,
  type VoterSet,
  withoutVoter,
  withUpdatedVoter,
  withVoter,
} from '../../../broker-core/consensus/voter-set.ts'

const voter = (id: number, directoryId = `d${id}`, port = id): Voter => ({
  id,
  directoryId,
  listeners: [{ name: 'CONTROLLER', host: 'h', port }],
  kraftVersions: { min: 0, max: 1 },
})
const three = voterSet([voter(3), voter(1), voter(2)])

describe('a set of voters (KIP-853)', () => {
  it('is in order of id, and an id stands in it once', () => {
    expect([...three.keys()]).toEqual([1, 2, 3])
    expect(() => voterSet([voter(1, 'a'), voter(1, 'b')])).toThrow('voter 1 is named twice')
  })

  it.each<[string, VoterSet, ReplicaKey, boolean]>([
    ['the same directory', three, { id: 2, directoryId: 'd2' }, true],
    ['another directory of the same id', three, { id: 2, directoryId: 'new' }, false],
    ['no directory where one is known', three, { id: 2, directoryId: undefined }, false],
    ['another id', three, { id: 4, directoryId: 'd4' }, false],
    ['any directory where none is known', voterSet([{ ...voter(2), directoryId: undefined }]), { id: 2, directoryId: 'x' }, true],
  ])('%s', (_, voters, key, expected) => expect(isVoterOf(voters, key)).toBe(expected))

  it('takes no second directory of an id, gives up only the very replica, and never the last one', () => {
    expect(withVoter(three, voter(2, 'new'))).toBeUndefined()
    expect([...(withVoter(three, voter(4))?.keys() ?? [])]).toEqual([1, 2, 3, 4])
    expect(withoutVoter(three, { id: 2, directoryId: 'new' })).toBeUndefined()
    expect([...(withoutVoter(three, { id: 2, directoryId: 'd2' })?.keys() ?? [])]).toEqual([1, 3])
    expect(withoutVoter(voterSet([voter(1)]), { id: 1, directoryId: 'd1' })).toBeUndefined()
  })

  it('changes listeners of a voter, of nobody else', () => {
    expect(withUpdatedVoter(three, voter(2, 'd2', 99))?.get(2)?.listeners[0]?.port).toBe(99)
    expect(withUpdatedVoter(three, voter(2, 'new', 99))).toBeUndefined()
    expect(withUpdatedVoter(three, voter(4))).toBeUndefined()
  })

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('of %i voters a majority is %i', (size, majority) => {
    expect(majorityOf(voterSet(Array.from({ length: size }, (_, id) => voter(id))))).toBe(majority)
  })

  it('a voter speaks the levels of its range', () => {
    const levels = [0, 1, 2]
    expect(levels.map(level => supportsKRaftVersion({ kraftVersions: { min: 0, max: 1 } }, level))).toEqual([true, true, false])
    expect(levels.map(level => supportsKRaftVersion({ kraftVersions: { min: 1, max: 2 } }, level))).toEqual([false, true, true])
  })
})

const sets = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('a', 'b')), { selector: ([id]) => id, minLength: 1 })
  .map(keys => voterSet(keys.map(([id, directoryId]) => voter(id, directoryId))))

/** Every way to choose a majority, as texts of replicas. */
function majorities(voters: VoterSet): Set<string>[] {
  const all = [...voters.values()].map(({ id, directoryId }) => `${id}${directoryId}`)
  const chosen: Set<string>[] = []
  for (let bits = 0; bits < 1 << all.length; bits++) {
    const some = all.filter((_, index) => (bits & (1 << index)) !== 0)
    if (some.length === majorityOf(voters)) chosen.push(new Set(some))
  }
  return chosen
}

describe('one change at a time', () => {
  it('what adding or removing one makes of a set has a replica in common in any two majorities', () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 7 }), fc.constantFrom('a', 'b'), (voters, id, directoryId) => {
        const after = [withVoter(voters, voter(id, directoryId)), withoutVoter(voters, { id, directoryId })]
        for (const next of after) if (next !== undefined) expect(majoritiesMeet(voters, next)).toBe(true)
      }),
    )
  })

  it('majoritiesMeet is never true of two sets with majorities apart', () => {
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        const areApart = majorities(one).some(mine =>
          majorities(other).some(theirs => [...theirs].every(each => !mine.has(each))),
        )
        if (areApart) expect(majoritiesMeet(one, other)).toBe(false)
      }),
    )
    const replaced = voterSet([voter(1), voter(2), voter(3, 'new')])
    expect(majoritiesMeet(three, replaced)).toBe(false)
  })
})
