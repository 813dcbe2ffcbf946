import type { RaftNode } from '../../consensus/raft-node.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { addRaftVoter } from '../../protocol/messages/80-add-raft-voter.ts'
import { handler, type Handler } from '../handler.ts'

/** AddRaftVoter (80): KIP-853, decided by the leader of the quorum. */
export const addRaftVoterHandler = (raft: RaftNode): Handler<typeof addRaftVoter> =>
  handler(addRaftVoter, async request => {
    const { error, message } = await raft.addVoter(request)
    return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: message }
  })
