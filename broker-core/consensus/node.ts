import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { beginQuorumEpoch } from '../protocol/messages/53-begin-quorum-epoch.ts'
import type { endQuorumEpoch } from '../protocol/messages/54-end-quorum-epoch.ts'
import { type Core, createCore, type RaftOptions } from './core.ts'
import { answerVote, becomeProspective, electionTimeoutMs, enterUnattached, runRound } from './election.ts'
import { enterFollower, enterObserver, followerTimer } from './following.ts'
import { resign } from './farewell.ts'
import { answerFetch, append, enterLeader, leaveLeader } from './leading.ts'
import { electionStateOf } from './quorum-state.ts'
import type { QuorumDescription, RaftNode } from './raft-node.ts'
import { beginResponse, clusterMismatch, endResponse, isMeant, learnOwnWord, metadataPartition } from './replies.ts'
import { answerFetchSnapshot, writeSnapshot } from './snapshots.ts'
import { addVoter, removeVoter, updateVoter, upgradeKRaftVersion } from './voter-change.ts'

/** Preferred successors after the first one wait their turn. */
const successorPauseMs = 100

/** One member of the metadata quorum. Nothing happens before start(); `log` and `state` belong to the node from here on. */
export function createRaftNode(options: RaftOptions): RaftNode {
  const core = createCore(options, enter, leaveLeader)
  const { log } = options
  return {
    nodeId: options.nodeId,
    start() {
      core.open()
      if (core.mayStand && core.role.kind !== 'follower') {
        core.armRoleTimer(core.timeouts.firstElectionDelayMaxMs * options.random.fraction(), () => becomeProspective(core))
      }
    },
    stop: () => stop(core),
    isStopped: () => core.stopped,
    abandon: () => {
      if (!core.stopped) core.shut()
    },
    leaderAndEpoch: () => ({ leaderId: core.leaderId(), epoch: core.role.epoch }),
    get highWatermark() {
      return core.highWatermark
    },
    get logEndOffset() {
      return log.endOffset
    },
    get snapshotEndOffset() {
      return log.latestSnapshot()?.endOffset ?? 0
    },
    endpointsOf: nodeId => core.members.endpointsOf(nodeId, core.leaderId()),
    membership: () => core.members.inForce,
    append: (values, epoch) => append(core, values, epoch),
    whenCommitted: (offset, epoch) => core.whenCommitted(offset, epoch),
    subscribe: listener => core.subscribe(listener),
    writeSnapshot: (endOffset, values) => writeSnapshot(core, endOffset, values),
    handleVote: async request => answerVote(core, request),
    handleBeginQuorumEpoch: async request => answerBegin(core, request),
    handleEndQuorumEpoch: async request => answerEnd(core, request),
    handleFetch: request => answerFetch(core, request),
    handleFetchSnapshot: async request => answerFetchSnapshot(core, request),
    addVoter: request => addVoter(core, request),
    removeVoter: request => removeVoter(core, request),
    handleUpdateRaftVoter: request => updateVoter(core, request),
    upgradeKRaftVersion: (level, trial) => upgradeKRaftVersion(core, level, trial),
    describe: () => describe(core),
  }
}

function enter(core: Core): void {
  const { role } = core
  const joinAgainMs = core.options.clock.monotonicMs() + core.timeouts.fetchTimeoutMs
  core.following = role.kind === 'follower' ? { tellAgainMs: 0, joinAgainMs } : undefined
  core.options.sink.write('debug', 'raft.role', {
    node: core.nodeId,
    role: role.kind,
    epoch: role.epoch,
    leader: core.leaderId(),
  })
  switch (role.kind) {
    case 'unattached':
      return core.mayStand ? enterUnattached(core, electionTimeoutMs(core)) : enterObserver(core)
    case 'prospective':
    case 'candidate':
      return runRound(core)
    case 'leader':
      return enterLeader(core, role)
    case 'follower':
      return enterFollower(core, role.leaderId)
    case 'resigned':
      return enterResigned(core)
  }
}

/** One that is no voter any more has no part in what comes. */
function enterResigned(core: Core): void {
  core.armRoleTimer(core.mayStand ? electionTimeoutMs(core) : 0, () => {
    if (core.mayStand) becomeProspective(core)
    else core.become({ kind: 'unattached', epoch: core.role.epoch, voted: core.self })
  })
}

/** BeginQuorumEpoch (53): a new leader makes itself known. Only its answers to fetches say that it can be followed. */
function answerBegin(core: Core, request: RequestOf<typeof beginQuorumEpoch>): ResponseOf<typeof beginQuorumEpoch> {
  if (clusterMismatch(core, request.clusterId)) return beginResponse(core, 'INCONSISTENT_CLUSTER_ID')
  const asked = metadataPartition(request.topics)
  if (asked === undefined || asked.leaderId < 0 || asked.leaderEpoch < 0) return beginResponse(core, 'INVALID_REQUEST')
  if (asked.leaderEpoch < core.role.epoch) return beginResponse(core, 'NONE', 'FENCED_LEADER_EPOCH')
  learnOwnWord(core, asked.leaderId, request.leaderEndpoints)
  core.hear(asked.leaderEpoch, asked.leaderId)
  // A replica that has taken the place of the one that is meant, on another disk, may learn from this who leads.
  const isForUs = isMeant(core, request.voterId, asked.voterDirectoryId)
  return beginResponse(core, 'NONE', isForUs ? 'NONE' : 'INVALID_VOTER_KEY')
}

/** EndQuorumEpoch (54): the leader goes; the most complete of the others starts at once, the next ones a little later. */
function answerEnd(core: Core, request: RequestOf<typeof endQuorumEpoch>): ResponseOf<typeof endQuorumEpoch> {
  if (clusterMismatch(core, request.clusterId)) return endResponse(core, 'INCONSISTENT_CLUSTER_ID')
  const asked = metadataPartition(request.topics)
  if (asked === undefined || asked.leaderId < 0 || asked.leaderEpoch < 0) return endResponse(core, 'INVALID_REQUEST')
  if (asked.leaderEpoch < core.role.epoch) return endResponse(core, 'NONE', 'FENCED_LEADER_EPOCH')
  core.hear(asked.leaderEpoch, asked.leaderId)
  if (core.role.kind === 'follower' && core.role.leaderId === asked.leaderId && core.mayStand) {
    core.hasFetched = false
    const candidates =
      asked.preferredCandidates.length > 0 ? asked.preferredCandidates.map(each => each.candidateId) : asked.preferredSuccessors
    const place = candidates.indexOf(core.nodeId)
    followerTimer(core, place < 0 ? core.timeouts.electionTimeoutMs : place * successorPauseMs)
  }
  return endResponse(core, 'NONE', 'NONE')
}

async function stop(core: Core): Promise<void> {
  if (core.stopped) return
  if (core.otherVoters.length > 0) await resign(core)
  core.options.state.save(electionStateOf(core.role, core.self), core.members.inForce.kraftVersion)
  core.shut()
  core.options.log.flush()
}

function describe(core: Core): QuorumDescription {
  const { clock, log } = core.options
  const own = { endOffset: log.endOffset, wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() }
  const progress = core.leading?.progress.describe(own)
  return {
    leaderId: core.leaderId() ?? -1,
    leaderEpoch: core.role.epoch,
    highWatermark: core.highWatermark,
    voters: progress?.voters ?? [],
    observers: progress?.observers ?? [],
  }
}
