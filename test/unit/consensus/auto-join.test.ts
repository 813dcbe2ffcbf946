import { describe, expect, it } from 'vitest'
import { type JoinGround, nextJoinStep } from '../../../broker-core/consensus/auto-join.ts'
import { type Voter, voterSet } from '../../../broker-core/consensus/voter-set.ts'

const voter = (id: number, directoryId: string | undefined = `d${id}`): Voter => ({
  ...{ id, directoryId },
  listeners: [{ name: 'CONTROLLER', host: 'h', port: id }],
  kraftVersions: { min: 0, max: 1 },
})
const membership = { kraftVersion: 1, voters: voterSet([voter(1), voter(2), voter(3)]), votersOffset: 20 }
const ground: JoinGround = {
  ...{ isEnabled: true, canVote: true, self: { id: 4, directoryId: 'd4' } },
  ...{ membership, nowMs: 500, notBeforeMs: 500 },
}

describe('controller.quorum.auto.join.enable (KIP-853): what a follower does next', () => {
  it.each([
    ['one that is no voter asks to be added', ground, { kind: 'add' }],
    ['not when it was not told to', { ...ground, isEnabled: false }, { kind: 'wait' }],
    ['not without a controller listener', { ...ground, canVote: false }, { kind: 'wait' }],
    ['not with kraft.version 0', { ...ground, membership: { ...membership, kraftVersion: 0 } }, { kind: 'wait' }],
    ['not again before its time', { ...ground, nowMs: 499 }, { kind: 'wait' }],
    ['a voter has nothing to ask', { ...ground, self: { id: 2, directoryId: 'd2' } }, { kind: 'wait' }],
    [
      'with an empty disk it takes out the one that it lost',
      { ...ground, self: { id: 2, directoryId: 'new' } },
      { kind: 'remove', voter: { id: 2, directoryId: 'd2' } },
    ],
  ])('%s', (_, given, step) => expect(nextJoinStep(given)).toEqual(step))

  it('comes back from a lost disk in two steps, each decided by what the log says then', () => {
    const self = { id: 2, directoryId: 'new' }
    const steps = [membership.voters, voterSet([voter(1), voter(3)]), voterSet([voter(1), voter(3), voter(2, 'new')])].map(
      voters => nextJoinStep({ ...ground, self, membership: { ...membership, voters } }).kind,
    )
    expect(steps).toEqual(['remove', 'add', 'wait'])
  })
})
