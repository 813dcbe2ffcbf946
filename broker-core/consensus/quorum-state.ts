import { assert } from '../base/assert.ts'
import type { ElectionState, OffsetAndEpoch } from './ports.ts'
import type { ReplicaKey } from './voter-set.ts'

/**
 * What one node of the quorum believes about the leadership of its epoch (KIP-595, with the pre-vote of KIP-996). Values only: no
 * time, no log, no network. The node (node.ts) carries the moves out.
 *
 * Invariants: an epoch never goes back; in one epoch a node grants its vote to one candidate at most; a leader of epoch e never follows in e.
 */
export type Role = Unattached | Prospective | Candidate | Leader | Follower | Resigned

export interface Unattached {
  readonly kind: 'unattached'
  readonly epoch: number
  /** Given in this epoch, also by a node that has not heard from a leader since. */
  readonly voted: ReplicaKey | undefined
}

/** Asks whether an election could be won before it disturbs anybody with a new epoch. */
export interface Prospective {
  readonly kind: 'prospective'
  readonly epoch: number
  readonly voted: ReplicaKey | undefined
  /** The leader it lost touch with; it goes back to it when the others still hear from that leader. */
  readonly leaderId: number | undefined
}

export interface Candidate {
  readonly kind: 'candidate'
  readonly epoch: number
}

export interface Leader {
  readonly kind: 'leader'
  readonly epoch: number
  readonly granting: readonly ReplicaKey[]
}

export interface Follower {
  readonly kind: 'follower'
  readonly epoch: number
  readonly leaderId: number
  readonly voted: ReplicaKey | undefined
}

/** Was leader of this epoch and gave up: a clean stop, a lost majority, or a restart. It votes for nobody in this epoch. */
export interface Resigned {
  readonly kind: 'resigned'
  readonly epoch: number
}

export type RoleKind = Role['kind']

/** Legal moves. Within one epoch a node only moves toward knowing its leader; `unattached` with a higher epoch is open to all. */
export const moves: { readonly [From in RoleKind]: readonly RoleKind[] } = {
  unattached: ['unattached', 'prospective', 'follower'],
  prospective: ['unattached', 'candidate', 'follower'],
  candidate: ['unattached', 'prospective', 'leader', 'follower'],
  leader: ['unattached', 'resigned', 'follower'],
  follower: ['unattached', 'prospective', 'follower'],
  resigned: ['unattached', 'prospective', 'follower'],
}

/** Checks a move; an illegal one is a bug. Returns the new role. */
export function move(from: Role, to: Role, self: ReplicaKey): Role {
  assert(moves[from.kind].includes(to.kind), `quorum: no move from ${from.kind} to ${to.kind}`)
  assert(to.epoch >= from.epoch, `quorum: epoch goes back from ${from.epoch} to ${to.epoch}`)
  if (to.epoch === from.epoch) {
    assert(from.kind !== 'leader' || to.kind === 'resigned', `quorum: leader of epoch ${to.epoch} became ${to.kind} in it`)
    assert(
      from.kind !== 'resigned' || to.kind === 'prospective' || to.kind === 'unattached',
      `quorum: resigned leader of epoch ${to.epoch} became ${to.kind} in it`,
    )
    const voted = votedOf(from, self)
    const kept = votedOf(to, self)
    assert(
      voted === undefined || (kept !== undefined && isVoteFor(voted, kept)),
      `quorum: vote of epoch ${to.epoch} changed or forgotten`,
    )
    const leader = leaderIdOf(from, self.id)
    const next = leaderIdOf(to, self.id)
    assert(
      leader === undefined || next === undefined || leader === next,
      `quorum: two leaders in epoch ${to.epoch}: ${leader}, ${next}`,
    )
  }
  if (to.kind === 'candidate') assert(to.epoch === from.epoch + 1, 'quorum: a candidate opens the next epoch')
  if (to.kind === 'follower') assert(to.leaderId !== self.id, 'quorum: a node cannot follow itself')
  return to
}

export function leaderIdOf(role: Role, selfId: number): number | undefined {
  if (role.kind === 'leader') return selfId
  return role.kind === 'follower' || role.kind === 'prospective' ? role.leaderId : undefined
}

/** Whom this node voted for in the epoch of `role`. Leaders and candidates voted for themselves. */
export function votedOf(role: Role, self: ReplicaKey): ReplicaKey | undefined {
  switch (role.kind) {
    case 'candidate':
    case 'leader':
    case 'resigned':
      return self
    case 'unattached':
    case 'prospective':
    case 'follower':
      return role.voted
  }
}

/** A vote whose directory was not kept (kraft.version 0) goes by the id alone. */
export const isVoteFor = (voted: ReplicaKey, candidate: ReplicaKey): boolean =>
  voted.id === candidate.id && (voted.directoryId === undefined || voted.directoryId === candidate.directoryId)

export interface VoteQuestion {
  readonly candidate: ReplicaKey
  readonly preVote: boolean
  /** End of the candidate's log. */
  readonly lastOffset: OffsetAndEpoch
}

/**
 * Whether `role` grants a vote for its own epoch (requests of other epochs are settled before). `hasFetched`: this follower has heard from
 * its leader, so a pre-vote would only disturb it.
 */
export function grantsVote(role: Role, question: VoteQuestion, ownEnd: OffsetAndEpoch, hasFetched: boolean): boolean {
  const upToDate = isAtLeast(question.lastOffset, ownEnd)
  if (question.preVote) return upToDate && role.kind !== 'leader' && !(role.kind === 'follower' && hasFetched)
  if (role.kind !== 'unattached' && role.kind !== 'prospective') return false
  if (role.voted !== undefined) return isVoteFor(role.voted, question.candidate)
  if (role.kind === 'prospective' && role.leaderId !== undefined) return false
  return upToDate
}

/** A log is at least as complete as another when its last epoch is newer, or the same and it is no shorter. */
export function isAtLeast(log: OffsetAndEpoch, other: OffsetAndEpoch): boolean {
  return log.epoch > other.epoch || (log.epoch === other.epoch && log.endOffset >= other.endOffset)
}

/** What goes to the file before anybody hears of this role. */
export function electionStateOf(role: Role, self: ReplicaKey): ElectionState {
  return {
    epoch: role.epoch,
    leaderId: leaderIdOf(role, self.id) ?? (role.kind === 'resigned' ? self.id : -1),
    voted: votedOf(role, self),
  }
}

export const isSameElection = (one: ElectionState, other: ElectionState): boolean =>
  one.epoch === other.epoch &&
  one.leaderId === other.leaderId &&
  one.voted?.id === other.voted?.id &&
  one.voted?.directoryId === other.voted?.directoryId

/** The role after a restart. A leader comes back resigned: what it told others about this epoch still stands. */
export function restoredRole(state: ElectionState | undefined, logEpoch: number, selfId: number): Role {
  if (state === undefined || state.epoch < logEpoch) return { kind: 'unattached', epoch: logEpoch, voted: undefined }
  const { voted } = state
  if (state.leaderId === selfId) return { kind: 'resigned', epoch: state.epoch }
  if (state.leaderId >= 0) return { kind: 'follower', epoch: state.epoch, leaderId: state.leaderId, voted }
  return { kind: 'unattached', epoch: state.epoch, voted }
}

/**
 * The role after hearing, from anybody, of `epoch` and perhaps its leader; undefined when that is nothing new.
 * A known leader of the same epoch is never forgotten for it.
 */
export function roleAfterHearing(role: Role, epoch: number, leaderId: number | undefined, self: ReplicaKey): Role | undefined {
  if (epoch < role.epoch) return undefined
  const other = leaderId === self.id ? undefined : leaderId
  if (epoch > role.epoch) {
    return other === undefined
      ? { kind: 'unattached', epoch, voted: undefined }
      : { kind: 'follower', epoch, leaderId: other, voted: undefined }
  }
  if (other === undefined || role.kind === 'leader' || role.kind === 'resigned') return undefined
  // It asks around because that leader has gone silent; that somebody names it, itself included, is no news.
  if (role.kind === 'prospective' && role.leaderId === other) return undefined
  if (role.kind === 'follower') {
    assert(role.leaderId === other, `quorum: two leaders in epoch ${epoch}: ${role.leaderId}, ${other}`)
    return undefined
  }
  return { kind: 'follower', epoch, leaderId: other, voted: votedOf(role, self) }
}
