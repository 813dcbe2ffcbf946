import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { vote } from '../protocol/messages/52-vote.ts'
import type { Core } from './core.ts'
import { failureKind } from './ports.ts'
import { grantsVote, votedOf } from './quorum-state.ts'
import {
  clusterMismatch,
  isForAnother,
  isMeant,
  keyOf,
  learnLeader,
  metadataPartition,
  onlyPartition,
  partitionAnswer,
  voteRequest,
  voteResponse,
} from './replies.ts'
import { majorityOf, type ReplicaKey, type Voter } from './voter-set.ts'

/** Pause before a voter that did not answer is asked again in the same round. */
const askAgainMs = 50
const firstBackoffMs = 40

/** Waits without a leader; then looks whether it could become one. Observers wait to be told, and ask around (following.ts). */
export function enterUnattached(core: Core, delayMs: number): void {
  if (core.mayStand) core.armRoleTimer(delayMs, () => becomeProspective(core))
}

export function becomeProspective(core: Core): void {
  const { role } = core
  core.become({ kind: 'prospective', epoch: role.epoch, voted: votedOf(role, core.self), leaderId: core.leaderId() })
}

/** Uniform in [T, 2T): two nodes seldom start together. */
export function electionTimeoutMs(core: Core): number {
  return core.timeouts.electionTimeoutMs * (1 + core.options.random.fraction())
}

/** Pre-vote (role prospective) or vote (role candidate): asks everybody, counts, decides. */
export function runRound(core: Core): void {
  const { turn } = core
  // The log does not change in these roles, and so neither do the voters.
  const { voters } = core.members
  const granted = new Map<number, ReplicaKey>(core.isVoter ? [[core.nodeId, core.self]] : [])
  const rejected = new Set<number>()
  const majority = majorityOf(voters)
  const isOver = () => core.turn !== turn || core.stopped
  core.armRoleTimer(electionTimeoutMs(core), () => lose(core))
  if (granted.size >= majority) return win(core, [...granted.values()])

  /** Neither granted nor rejected, and its process is not there to do either. */
  const unreachable = new Set<number>()
  const isHopeless = () => voters.size - new Set([...rejected, ...unreachable]).size < majority
  /** A candidate that cannot win any more makes room for another try soon; two survivors of three often split their votes. */
  const settle = (): void => {
    if (granted.size >= majority) win(core, [...granted.values()])
    else if (core.role.kind === 'prospective' && voters.size - rejected.size < majority) lose(core)
    else if (core.role.kind === 'candidate' && isHopeless()) core.armRoleTimer(backoffMs(core), () => lose(core))
  }
  const ask = async (voter: Voter): Promise<void> => {
    const voterId = voter.id
    while (!isOver()) {
      const response = await core.options.peers.vote(voterId, voteRequest(core, voter)).catch(failureKind)
      if (isOver()) return
      // Without a pre-vote there is only the vote; that voter will not know better before all are of one version.
      if (response === 'unsupported' && core.role.kind === 'prospective') return win(core, [])
      const verdict = typeof response === 'string' ? 'ask-again' : readVote(core, voterId, response)
      if (verdict === 'moved') return
      if (verdict === 'granted' || verdict === 'rejected') {
        if (verdict === 'granted') granted.set(voterId, voter)
        else rejected.add(voterId)
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
  for (const voter of core.otherVoters) core.spawn(ask(voter))
}

type Verdict = 'granted' | 'rejected' | 'moved' | 'ask-again'

function readVote(core: Core, voterId: number, response: ResponseOf<typeof vote>): Verdict {
  const answer = onlyPartition(response.topics)
  if (isForAnother(response.errorCode) || isForAnother(answer?.errorCode)) core.options.peers.misdirected(voterId)
  if (response.errorCode !== 0 || answer === undefined) return 'ask-again'
  learnLeader(core, answer.leaderId, response.nodeEndpoints)
  if (core.hear(answer.leaderEpoch, answer.leaderId < 0 ? undefined : answer.leaderId)) return 'moved'
  if (answer.errorCode !== 0) return 'ask-again'
  return answer.voteGranted ? 'granted' : 'rejected'
}

function win(core: Core, granting: readonly ReplicaKey[]): void {
  const { role } = core
  if (role.kind === 'prospective') core.become({ kind: 'candidate', epoch: role.epoch + 1 })
  else core.become({ kind: 'leader', epoch: role.epoch, granting })
}

/** A prospective node returns to where it came from; a candidate tries again, first whether it makes sense. */
function lose(core: Core): void {
  const { role } = core
  core.electionAttempts += 1
  if (role.kind === 'candidate') becomeProspective(core)
  else if (role.kind === 'prospective' && role.leaderId !== undefined)
    core.become({ kind: 'follower', epoch: role.epoch, leaderId: role.leaderId, voted: role.voted })
  else if (role.kind === 'prospective') {
    core.become({ kind: 'unattached', epoch: role.epoch, voted: role.voted })
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
  const asked = metadataPartition(request.topics)
  if (asked === undefined) return voteResponse(core, 'INVALID_REQUEST', undefined)
  const answered = (error: KafkaErrorName, voteGranted = false) =>
    voteResponse(core, 'NONE', { ...partitionAnswer(core, error), voteGranted })
  // Only who asks before it opens an epoch may have records of the one that it names.
  const isOfFuture = asked.preVote ? asked.lastOffsetEpoch > asked.replicaEpoch : asked.lastOffsetEpoch >= asked.replicaEpoch
  if (isOfFuture || asked.lastOffset < 0 || asked.lastOffsetEpoch < 0) return answered('INVALID_REQUEST')
  if (asked.replicaEpoch < core.role.epoch) return answered('FENCED_LEADER_EPOCH')
  if (asked.replicaId < 0) return answered('INVALID_REQUEST')
  core.hear(asked.replicaEpoch, undefined)
  if (!isMeant(core, request.voterId, asked.voterDirectoryId)) return answered('INVALID_VOTER_KEY')
  const question = {
    candidate: keyOf(asked.replicaId, asked.replicaDirectoryId),
    preVote: asked.preVote,
    lastOffset: { endOffset: asked.lastOffset, epoch: asked.lastOffsetEpoch },
  }
  // Whether this node is a voter is for the candidate to know: its log may say more than ours (KIP-853).
  const voteGranted = grantsVote(core.role, question, core.logEnd(), core.hasFetched)
  if (voteGranted && !asked.preVote && votedOf(core.role, core.self) === undefined) {
    core.become({ kind: 'unattached', epoch: asked.replicaEpoch, voted: question.candidate })
  }
  return answered('NONE', voteGranted)
}
