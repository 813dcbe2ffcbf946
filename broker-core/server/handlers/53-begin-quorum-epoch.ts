import type { RaftNode } from '../../consensus/raft-node.ts'
import { beginQuorumEpoch } from '../../protocol/messages/53-begin-quorum-epoch.ts'
import { handler, type Handler } from '../handler.ts'
import { endpointsSince } from './leader-endpoints.ts'

/** BeginQuorumEpoch (53): KIP-595. */
export const beginQuorumEpochHandler = (raft: RaftNode): Handler<typeof beginQuorumEpoch> =>
  handler(beginQuorumEpoch, (request, { apiVersion }) => endpointsSince(1, apiVersion, raft.handleBeginQuorumEpoch(request)))
