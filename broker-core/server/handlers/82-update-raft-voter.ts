import type { RaftNode } from '../../consensus/raft-node.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { updateRaftVoter } from '../../protocol/messages/82-update-raft-voter.ts'
import { handler, type Handler } from '../handler.ts'

/** UpdateRaftVoter (82): refused, the voters of this cluster are static (kraft.version 0). */
export const updateRaftVoterHandler = (raft: RaftNode): Handler<typeof updateRaftVoter> =>
  handler(updateRaftVoter, () => {
    const { leaderId = -1, epoch } = raft.leaderAndEpoch()
    const { host, port } = raft.endpointOf(leaderId) ?? { host: '', port: 0 }
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      currentLeader: { leaderId, leaderEpoch: epoch, host, port },
    }
  })
