import { describe, expect, it } from 'vitest'
import {
  judgeAdd,
  judgeRemove,
  judgeUpdate,
  judgeUpgrade,
  whyNever,
  whyNotNow,
} from '../../../broker-core/consensus/voter-change-rules.ts'
import { type Voter, voterSet } from '../../../broker-core/consensus/voter-set.ts'

const voter = (id: number, directoryId = `d${id}`, port = id, max = 1): Voter => ({
  ...{ id, directoryId },
  listeners: [{ name: 'CONTROLLER', host: 'h', port }],
  kraftVersions: { min: 0, max },
})
const voters = voterSet([voter(1), voter(2), voter(3)])
const membership = { kraftVersion: 1, voters, votersOffset: 20 }
const ground = { membership, highWatermark: 50, epochStartOffset: 40, isBusy: false }
const ids = (judged: object) => ('voters' in judged ? [...(judged as { voters: typeof voters }).voters.keys()] : judged)

describe('when the voters may be changed (KIP-853)', () => {
  it.each([
    ['nothing stands against it', ground, undefined],
    ['a change is under way', { ...ground, isBusy: true }, 'REQUEST_TIMED_OUT'],
    ['the epoch has no committed record', { ...ground, highWatermark: 40 }, 'REQUEST_TIMED_OUT'],
    ['the first record of the epoch is committed', { ...ground, highWatermark: 41 }, undefined],
    ['the last change is not committed', { ...ground, membership: { ...membership, votersOffset: 50 } }, 'REQUEST_TIMED_OUT'],
    ['the last change is committed', { ...ground, membership: { ...membership, votersOffset: 49 } }, undefined],
  ])('%s', (_, given, error) => expect(whyNotNow(given)?.error).toBe(error))

  it('never with kraft.version 0', () => {
    expect(whyNever(membership, 'add')).toBeUndefined()
    expect(whyNever({ ...membership, kraftVersion: 0 }, 'add')?.error).toBe('UNSUPPORTED_VERSION')
  })
})

describe('which changes there are (KIP-853)', () => {
  it.each([
    ['a new id', voter(4), [1, 2, 3, 4]],
    ['a voter', voter(2), { error: 'DUPLICATE_VOTER' }],
    ['another directory of a voter', voter(2, 'new'), { error: 'DUPLICATE_VOTER' }],
    ['a node that does not speak kraft.version 1', voter(4, 'd4', 4, 0), { error: 'INVALID_REQUEST' }],
  ])('add %s', (_, added, expected) => {
    const judged = ids(judgeAdd(membership, added))
    if (Array.isArray(expected)) expect(judged).toEqual(expected)
    else expect(judged).toMatchObject(expected)
  })

  it.each([
    ['a voter', { id: 2, directoryId: 'd2' }, [1, 3]],
    ['another directory of a voter', { id: 2, directoryId: 'new' }, { error: 'VOTER_NOT_FOUND' }],
    ['no voter', { id: 4, directoryId: 'd4' }, { error: 'VOTER_NOT_FOUND' }],
  ])('remove %s', (_, key, expected) => {
    const judged = ids(judgeRemove(membership, key))
    if (Array.isArray(expected)) expect(judged).toEqual(expected)
    else expect(judged).toMatchObject(expected)
  })

  it('the last voter stays', () => {
    const alone = { ...membership, voters: voterSet([voter(1)]) }
    expect(judgeRemove(alone, { id: 1, directoryId: 'd1' })).toMatchObject({ error: 'INVALID_REQUEST' })
  })

  it('update: a voter may move, nobody else; and not to a software that is too old', () => {
    const moved = judgeUpdate(membership, voter(2, 'd2', 99))
    expect('voters' in moved && moved.voters.get(2)?.listeners[0]?.port).toBe(99)
    expect(judgeUpdate(membership, voter(2, 'new'))).toMatchObject({ error: 'VOTER_NOT_FOUND' })
    expect(judgeUpdate(membership, voter(2, 'd2', 2, 0))).toMatchObject({ error: 'INVALID_REQUEST' })
  })
})

describe('kraft.version 0 to 1 (KIP-853)', () => {
  const nameless = voterSet([1, 2, 3].map(id => ({ ...voter(id), directoryId: undefined })))
  const before = { kraftVersion: 0, voters: nameless, votersOffset: -1 }
  const told = (...all: Voter[]) => new Map(all.map(each => [each.id, each]))

  it('takes the directories that the voters told in this epoch', () => {
    const judged = judgeUpgrade(before, 1, told(voter(1), voter(2, 'x'), voter(3), voter(9)))
    expect('voters' in judged && [...judged.voters.values()].map(({ id, directoryId }) => `${id}${directoryId}`)).toEqual([
      '1d1',
      '2x',
      '3d3',
    ])
  })

  it('waits for all of them, and for their software', () => {
    expect(judgeUpgrade(before, 1, told(voter(1), voter(2)))).toMatchObject({ why: expect.stringContaining('Voters 3 have not') })
    expect(judgeUpgrade(before, 1, told(voter(1), voter(2), voter(3, 'd3', 3, 0)))).toMatchObject({
      why: expect.stringContaining('3 do not support'),
    })
  })

  it('there is no way back', () => {
    expect(judgeUpgrade(membership, 0, told(voter(1), voter(2), voter(3)))).toMatchObject({ why: expect.any(String) })
  })
})
