import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { Membership } from './voter-history.ts'
import {
  isVoterOf,
  keyText,
  type ReplicaKey,
  supportsKRaftVersion,
  type Voter,
  type VoterSet,
  withoutVoter,
  withUpdatedVoter,
  withVoter,
} from './voter-set.ts'

/** What became of a request to change the voters. */
export interface ChangeOutcome {
  readonly error: KafkaErrorName
  /** Null with NONE. */
  readonly message: string | null
}

export const changed: ChangeOutcome = { error: 'NONE', message: null }
export const refused = (error: KafkaErrorName, message: string): ChangeOutcome => ({ error, message })

/** What the leader knows when it is asked for a change. */
export interface ChangeGround {
  readonly membership: Membership
  readonly highWatermark: number
  /** Of the record that opened this leader's epoch. */
  readonly epochStartOffset: number
  /** Another change is under way. */
  readonly isBusy: boolean
}

/**
 * KIP-853, what every change waits for. Two majorities are sure to meet only one change apart: so the one before must be committed, and by
 * a record of this leader's own epoch, or a leader that was replaced could have a change of its own in its log (the flaw of Raft's first
 * single-server changes).
 */
export function whyNotNow(ground: ChangeGround): ChangeOutcome | undefined {
  const { highWatermark, membership } = ground
  if (ground.isBusy) return refused('REQUEST_TIMED_OUT', 'The leader is still busy with an earlier change of the voters.')
  if (highWatermark <= ground.epochStartOffset)
    return refused('REQUEST_TIMED_OUT', 'The leader has not committed a record of its epoch yet.')
  if (highWatermark <= membership.votersOffset)
    return refused(
      'REQUEST_TIMED_OUT',
      `The voters at offset ${membership.votersOffset} are not committed yet: the high watermark is ${highWatermark}.`,
    )
  return undefined
}

/** A kind of change that needs kraft.version 1. */
export const whyNever = (membership: Membership, what: string): ChangeOutcome | undefined =>
  membership.kraftVersion > 0
    ? undefined
    : refused(
        'UNSUPPORTED_VERSION',
        `The cluster cannot ${what} voters: its kraft.version is 0. Upgrade that feature to 1 first.`,
      )

export type Judgement = { readonly voters: VoterSet } | ChangeOutcome
export const isOutcome = (judgement: Judgement): judgement is ChangeOutcome => 'error' in judgement

export function judgeAdd({ voters, kraftVersion }: Membership, voter: Voter): Judgement {
  const next = withVoter(voters, voter)
  if (next === undefined)
    return refused('DUPLICATE_VOTER', `${keyText(voter)} cannot be added: id ${voter.id} is a voter already, ${namesOf(voters)}.`)
  if (!supportsKRaftVersion(voter, kraftVersion))
    return refused('INVALID_REQUEST', `${keyText(voter)} does not support kraft.version ${kraftVersion}.`)
  return { voters: next }
}

export function judgeRemove({ voters }: Membership, key: ReplicaKey): Judgement {
  const next = withoutVoter(voters, key)
  if (next !== undefined) return { voters: next }
  if (voters.size === 1 && isVoterOf(voters, key))
    return refused('INVALID_REQUEST', `${keyText(key)} is the last voter and cannot be removed.`)
  return refused('VOTER_NOT_FOUND', `${keyText(key)} cannot be removed: the voters are ${namesOf(voters)}.`)
}

export function judgeUpdate({ voters, kraftVersion }: Membership, voter: Voter): Judgement {
  const next = withUpdatedVoter(voters, voter)
  if (next === undefined) return refused('VOTER_NOT_FOUND', `${keyText(voter)} is not among the voters ${namesOf(voters)}.`)
  if (!supportsKRaftVersion(voter, kraftVersion))
    return refused('INVALID_REQUEST', `${keyText(voter)} does not support kraft.version ${kraftVersion}.`)
  return { voters: next }
}

/**
 * The voters with which kraft.version goes up: each with the directory and the versions that it told of itself in this epoch. `told` has them
 * by id.
 */
export function judgeUpgrade(
  membership: Membership,
  level: number,
  told: ReadonlyMap<number, Voter>,
): { readonly voters: VoterSet } | { readonly why: string } {
  const { kraftVersion, voters } = membership
  if (level < kraftVersion) return { why: "Can't downgrade the version of this feature." }
  const silent = [...voters.keys()].filter(id => !told.has(id))
  if (silent.length > 0) return { why: `Voters ${silent.join(', ')} have not told the leader their directory and versions yet.` }
  const unable = [...told.values()].filter(voter => voters.has(voter.id) && !supportsKRaftVersion(voter, level))
  if (unable.length > 0)
    return { why: `Voters ${unable.map(voter => voter.id).join(', ')} do not support kraft.version ${level}.` }
  return { voters: new Map([...voters.keys()].map(id => [id, told.get(id) as Voter])) }
}

const namesOf = (voters: VoterSet): string => [...voters.values()].map(keyText).join(', ')
