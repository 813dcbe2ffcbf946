import type { RaftNode } from '../../consensus/raft-node.ts'
import { fetchSnapshot } from '../../protocol/messages/59-fetch-snapshot.ts'
import { handler, type Handler } from '../handler.ts'
import { endpointsSince } from './leader-endpoints.ts'

/** FetchSnapshot (59): KIP-630. */
export const fetchSnapshotHandler = (raft: RaftNode): Handler<typeof fetchSnapshot> =>
  handler(fetchSnapshot, (request, { apiVersion }) => endpointsSince(1, apiVersion, raft.handleFetchSnapshot(request)))
