import type { Core } from './core.ts'
import { endRequest } from './replies.ts'

/** A leader waits this long for the others to hear that it goes. */
const farewellMaxMs = 300

/** Gives up leadership and says so: the most complete of the others stands at once. Resolves when they know, or after a moment. */
export async function resign(core: Core): Promise<void> {
  const { leading, role } = core
  if (role.kind !== 'leader' || leading === undefined) return
  const end = (voter: { readonly id: number; readonly directoryId: string | undefined }) => leading.progress.endOffsetOf(voter)
  const successors = [...core.otherVoters].sort((a, b) => end(b) - end(a))
  const request = endRequest(core, successors)
  core.become({ kind: 'resigned', epoch: role.epoch })
  const told = Promise.allSettled(successors.map(voter => core.options.peers.endQuorumEpoch(voter.id, request)))
  await Promise.race([told, core.pause(farewellMaxMs)])
}
