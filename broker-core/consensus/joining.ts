import { addRaftVoter } from '../protocol/messages/80-add-raft-voter.ts'
import { removeRaftVoter } from '../protocol/messages/81-remove-raft-voter.ts'
import { nextJoinStep } from './auto-join.ts'
import type { Core } from './core.ts'
import { failureKind } from './ports.ts'
import { directoryOnWire } from './replies.ts'
import { ownVoter } from './voter-update.ts'

/**
 * AddRaftVoter (80) and RemoveRaftVoter (81) by a controller that only observes yet, told to join by itself. It asks at most once per fetch timeout, and goes
 * by what the log says afterwards, not by the answer: a leader that is busy, or finds it behind, is asked again.
 */
export function joinVoters(core: Core, leaderId: number): void {
  const { following } = core
  const own = ownVoter(core)
  if (following === undefined) return
  const nowMs = core.options.clock.monotonicMs()
  const step = nextJoinStep({
    isEnabled: core.options.autoJoins === true,
    canVote: own !== undefined,
    self: core.self,
    membership: core.members.inForce,
    nowMs,
    notBeforeMs: following.joinAgainMs,
  })
  if (step.kind === 'wait' || own === undefined) return
  following.joinAgainMs = nowMs + core.timeouts.fetchTimeoutMs
  const { clusterId, peers, sink } = core.options
  sink.write('info', 'raft.joining', { node: core.nodeId, leader: leaderId, step: step.kind })
  const asked =
    step.kind === 'remove'
      ? peers.removeRaftVoter(leaderId, {
          ...removeRaftVoter.request.zero,
          clusterId,
          voterId: step.voter.id,
          voterDirectoryId: directoryOnWire(step.voter.directoryId),
        })
      : peers.addRaftVoter(leaderId, {
          ...addRaftVoter.request.zero,
          clusterId,
          timeoutMs: core.timeouts.fetchTimeoutMs,
          voterId: own.id,
          voterDirectoryId: directoryOnWire(own.directoryId),
          listeners: own.listeners,
          // The leader may need this node to commit it, and this node has one connection for both.
          ackWhenCommitted: false,
        })
  core.spawn(
    asked.then(
      () => undefined,
      (failure: unknown) => void failureKind(failure),
    ),
  )
}
