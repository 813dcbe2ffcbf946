import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { vote } from '../protocol/messages/52-vote.ts'
import type { Core } from './core.ts'
import { failureKind } from './ports.ts'
import { grantsVote, votedIdOf } from './quorum-state.ts'
import { clusterMismatch, onlyPartition, partitionAnswer, voteRequest, voteResponse } from './replies.ts'

/** Pause before a voter that did not answer is asked again in the same round. */
const askAgainMs = 50
const firstBackoffMs = 40

/** Waits without a leader; then looks whether it could become one. Observers wait to be told, and ask around (following.ts). */
export function enterUnattached(core: Core, delayMs: number): void {
  if (core.isVoter) core.armRoleTimer(delayMs, () => becomeProspective(core))
}

export function becomeProspective(core: Core): void {
  const { role } = core
  core.become({ kind: 'prospective', epoch: role.epoch, votedId: votedIdOf(role, core.nodeId), leaderId: core.leaderId() })
}

/** Uniform in [T, 2T): two nodes seldom start together. */
export function electionTimeoutMs(core: Core): number {
  return core.timeouts.electionTimeoutMs * (1 + core.options.random.fraction())
}

/** Pre-vote (role prospective) or vote (role candidate): asks everybody, counts, decides. */
export function runRound(core: Core): void {
  const { turn } = core
  const granted = new Set([core.nodeId])
  const rejected = new Set<number>()
  const majority = Math.floor(core.voterIds.length / 2) + 1
  const isOver = () => core.turn !== turn || core.stopped
  core.armRoleTimer(electionTimeoutMs(core), () => lose(core))
  if (granted.size >= majority) return win(core, [...granted])

  /** Neither granted nor rejected, and its process is not there to do either. */
  const unreachable = new Set<number>()
  const isHopeless = () => core.voterIds.length - new Set([...rejected, ...unreachable]).size < majority
  /** A candidate that cannot win any more makes room for another try soon; two survivors of three often split their votes. */
  const settle = (): void => {
    if (granted.size >= majority) win(core, [...granted])
    else if (core.role.kind === 'prospective' && core.voterIds.length - rejected.size < majority) lose(core)
    else if (core.role.kind === 'candidate' && isHopeless()) core.armRoleTimer(backoffMs(core), () => lose(core))
  }
  const ask = async (voterId: number): Promise<void> => {
    while (!isOver()) {
      const response = await core.options.peers.vote(voterId, voteRequest(core, voterId)).catch(failureKind)
      if (isOver()) return
      const verdict = typeof response === 'string' ? 'ask-again' : readVote(core, response)
      if (verdict === 'moved') return
      if (verdict === 'granted' || verdict === 'rejected') {
        ;(verdict === 'granted' ? granted : rejected).add(voterId)
        unreachable.delete(voterId)
        return settle()
      }
      if (response === 'disconnected' && !unreachable.has(voterId)) {
        unreachable.add(voterId)
        settle()
      }
      if (isOver()) return
      await core.pause(askAgainMs)
    }
  }
  for (const voterId of core.otherVoterIds) core.spawn(ask(voterId))
}

function readVote(core: Core, response: ResponseOf<typeof vote>): 'granted' | 'rejected' | 'moved' | 'ask-again' {
  const answer = onlyPartition(response.topics)
  if (response.errorCode !== 0 || answer === undefined) return 'ask-again'
  if (core.hear(answer.leaderEpoch, answer.leaderId < 0 ? undefined : answer.leaderId)) return 'moved'
  if (answer.errorCode !== 0) return 'ask-again'
  return answer.voteGranted ? 'granted' : 'rejected'
}

function win(core: Core, grantingVoterIds: readonly number[]): void {
  const { role } = core
  if (role.kind === 'prospective') core.become({ kind: 'candidate', epoch: role.epoch + 1 })
  else core.become({ kind: 'leader', epoch: role.epoch, grantingVoterIds })
}

/** A prospective node returns to where it came from; a candidate tries again, first whether it makes sense. */
function lose(core: Core): void {
  const { role } = core
  core.electionAttempts += 1
  if (role.kind === 'candidate') becomeProspective(core)
  else if (role.kind === 'prospective' && role.leaderId !== undefined)
    core.become({ kind: 'follower', epoch: role.epoch, leaderId: role.leaderId, votedId: role.votedId })
  else if (role.kind === 'prospective') {
    core.become({ kind: 'unattached', epoch: role.epoch, votedId: role.votedId })
    enterUnattached(core, backoffMs(core))
  }
}

/** Random, doubling with each attempt since a leader was known. */
function backoffMs(core: Core): number {
  const bound = Math.min(core.timeouts.electionBackoffMaxMs, firstBackoffMs * 2 ** Math.min(core.electionAttempts, 10))
  return bound * (0.5 + core.options.random.fraction() / 2)
}

/** Vote (52), of both kinds. */
export function answerVote(core: Core, request: RequestOf<typeof vote>): ResponseOf<typeof vote> {
  if (clusterMismatch(core, request.clusterId)) return voteResponse(core, 'INCONSISTENT_CLUSTER_ID', undefined)
  const asked = onlyPartition(request.topics)
  if (asked === undefined || asked.partitionIndex !== 0) return voteResponse(core, 'INVALID_REQUEST', undefined)
  const isImpossible =
    asked.replicaId < 0 || asked.lastOffset < 0 || asked.lastOffsetEpoch < 0 || asked.lastOffsetEpoch > asked.replicaEpoch
  if (isImpossible) return voteResponse(core, 'NONE', { ...partitionAnswer(core, 'INVALID_REQUEST'), voteGranted: false })
  if (asked.replicaEpoch < core.role.epoch)
    return voteResponse(core, 'NONE', { ...partitionAnswer(core, 'FENCED_LEADER_EPOCH'), voteGranted: false })
  core.hear(asked.replicaEpoch, undefined)
  const question = {
    candidateId: asked.replicaId,
    preVote: asked.preVote,
    lastOffset: { endOffset: asked.lastOffset, epoch: asked.lastOffsetEpoch },
  }
  const voteGranted = core.isVoter && grantsVote(core.role, question, core.logEnd(), core.hasFetched)
  if (voteGranted && !asked.preVote && votedIdOf(core.role, core.nodeId) === undefined) {
    core.become({ kind: 'unattached', epoch: asked.replicaEpoch, votedId: asked.replicaId })
  }
  return voteResponse(core, 'NONE', { ...partitionAnswer(core, 'NONE'), voteGranted })
}
