import type { RaftNode } from '../../consensus/raft-node.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { removeRaftVoter } from '../../protocol/messages/81-remove-raft-voter.ts'
import { handler, type Handler } from '../handler.ts'

/** RemoveRaftVoter (81): KIP-853, decided by the leader of the quorum. */
export const removeRaftVoterHandler = (raft: RaftNode): Handler<typeof removeRaftVoter> =>
  handler(removeRaftVoter, async request => {
    const { error, message } = await raft.removeVoter(request)
    return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: message }
  })
