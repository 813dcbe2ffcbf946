import type { RequestOf } from '../protocol/api.ts'
import type { updateRaftVoter } from '../protocol/messages/82-update-raft-voter.ts'
import type { Core } from './core.ts'
import { directoryOnWire } from './replies.ts'
import { isSameVoter, supportedKRaftVersions, type Voter } from './voter-set.ts'

/** This node as the voters' record should have it. Undefined without a controller listener: it can only observe. */
export function ownVoter(core: Core): Voter | undefined {
  const { listeners } = core.options
  if (listeners === undefined || listeners.length === 0) return undefined
  return { ...core.self, listeners, kraftVersions: supportedKRaftVersions }
}

/**
 * UpdateRaftVoter (82), by a voter that follows: once in a leader's epoch with kraft.version 0, where the leader keeps it in mind for an upgrade;
 * else when the record of the voters is wrong about this node, after a change of its address or of its software.
 */
export function tellLeaderOfSelf(core: Core, leaderId: number): void {
  const { following } = core
  const nowMs = core.options.clock.monotonicMs()
  const own = ownVoter(core)
  if (following === undefined || own === undefined || !core.isVoter || nowMs < following.tellAgainMs) return
  const known = core.members.voters.get(core.nodeId)
  const isRight = core.members.inForce.kraftVersion > 0 && known !== undefined && isSameVoter(known, own)
  if (isRight) return
  following.tellAgainMs = nowMs + core.timeouts.fetchTimeoutMs
  core.spawn(tell(core, leaderId, own))
}

async function tell(core: Core, leaderId: number, own: Voter): Promise<void> {
  const { following } = core
  const response = await core.options.peers.updateRaftVoter(leaderId, updateRequest(core, own)).catch(() => undefined)
  // A leader that is busy, or gone, is told again later; with kraft.version 0 once is enough, and one that knows no such request never.
  const isSettled = response?.errorCode === 0 && core.members.inForce.kraftVersion === 0
  if (following !== undefined && isSettled) following.tellAgainMs = Number.POSITIVE_INFINITY
}

const updateRequest = (core: Core, own: Voter): RequestOf<typeof updateRaftVoter> => ({
  clusterId: core.options.clusterId,
  currentLeaderEpoch: core.role.epoch,
  voterId: own.id,
  voterDirectoryId: directoryOnWire(own.directoryId),
  listeners: own.listeners,
  kRaftVersionFeature: { minSupportedVersion: own.kraftVersions.min, maxSupportedVersion: own.kraftVersions.max },
})
