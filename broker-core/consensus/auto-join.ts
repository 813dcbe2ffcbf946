import type { Membership } from './voter-history.ts'
import { isVoterOf, type ReplicaKey } from './voter-set.ts'

/** What a follower knows when it may ask to become a voter by itself (`controller.quorum.auto.join.enable`, KIP-853). */
export interface JoinGround {
  readonly isEnabled: boolean
  /** It has a controller listener where a leader could be reached. */
  readonly canVote: boolean
  readonly self: ReplicaKey
  readonly membership: Membership
  readonly nowMs: number
  /** Before this it does not ask (again). */
  readonly notBeforeMs: number
}

export type JoinStep =
  | { readonly kind: 'wait' }
  | { readonly kind: 'add' }
  /** Another directory has its id among the voters: a disk that was lost. It makes room first. */
  | { readonly kind: 'remove'; readonly voter: ReplicaKey }

const wait: JoinStep = { kind: 'wait' }

/** One step at a time: what came of it is seen in the log, and the next step is decided from there. */
export function nextJoinStep(ground: JoinGround): JoinStep {
  const { membership, self } = ground
  const mayAsk = ground.isEnabled && ground.canVote && membership.kraftVersion > 0 && ground.nowMs >= ground.notBeforeMs
  if (!mayAsk || isVoterOf(membership.voters, self)) return wait
  const namesake = membership.voters.get(self.id)
  return namesake === undefined
    ? { kind: 'add' }
    : { kind: 'remove', voter: { id: namesake.id, directoryId: namesake.directoryId } }
}
