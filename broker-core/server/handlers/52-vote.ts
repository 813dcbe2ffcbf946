import type { RaftNode } from '../../consensus/raft-node.ts'
import { vote } from '../../protocol/messages/52-vote.ts'
import { handler, type Handler } from '../handler.ts'
import { endpointsSince } from './leader-endpoints.ts'

/** Vote (52): KIP-595, with the pre-vote of KIP-996. */
export const voteHandler = (raft: RaftNode): Handler<typeof vote> =>
  handler(vote, (request, { apiVersion }) => endpointsSince(1, apiVersion, raft.handleVote(request)))
