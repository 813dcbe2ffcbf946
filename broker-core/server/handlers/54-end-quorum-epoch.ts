import type { RaftNode } from '../../consensus/raft-node.ts'
import { endQuorumEpoch } from '../../protocol/messages/54-end-quorum-epoch.ts'
import { handler, type Handler } from '../handler.ts'
import { endpointsSince } from './leader-endpoints.ts'

/** EndQuorumEpoch (54): KIP-595. */
export const endQuorumEpochHandler = (raft: RaftNode): Handler<typeof endQuorumEpoch> =>
  handler(endQuorumEpoch, (request, { apiVersion }) => endpointsSince(1, apiVersion, raft.handleEndQuorumEpoch(request)))
