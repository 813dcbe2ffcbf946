import type { RaftNode } from '../../consensus/raft-node.ts'
import { updateRaftVoter } from '../../protocol/messages/82-update-raft-voter.ts'
import { handler, type Handler } from '../handler.ts'

/** UpdateRaftVoter (82): KIP-853, among the nodes of the quorum. */
export const updateRaftVoterHandler = (raft: RaftNode): Handler<typeof updateRaftVoter> =>
  handler(updateRaftVoter, request => raft.handleUpdateRaftVoter(request))
