import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import { PeerFailure, type RaftPeers } from '../consensus/ports.ts'
import type { Env } from '../env/env.ts'
import type { Endpoint } from '../env/network.ts'
import type { Api, RequestOf, ResponseOf } from '../protocol/api.ts'
import { fetch } from '../protocol/messages/01-fetch.ts'
import { vote } from '../protocol/messages/52-vote.ts'
import { beginQuorumEpoch } from '../protocol/messages/53-begin-quorum-epoch.ts'
import { endQuorumEpoch } from '../protocol/messages/54-end-quorum-epoch.ts'
import { fetchSnapshot } from '../protocol/messages/59-fetch-snapshot.ts'
import { RequestTimeout } from '../wire/connection-errors.ts'
import { openConnection, type OutboundConnection } from '../wire/outbound-connection.ts'

export interface RaftPeersOptions {
  readonly nodeId: number
  readonly voters: ReadonlyMap<number, Endpoint>
  /** controller.quorum.request.timeout.ms */
  readonly requestTimeoutMs: number
  readonly env: Pick<Env, 'network' | 'timers' | 'random' | 'digest'>
}

/** Requests of the quorum to the controller listeners of the other voters: one connection for fetches, which park, one for the rest. */
export function raftPeers(options: RaftPeersOptions): RaftPeers & { close(): void } {
  const links = new Map<string, Promise<OutboundConnection>>()
  let isClosed = false

  async function link(nodeId: number, purpose: 'fetch' | 'vote'): Promise<OutboundConnection> {
    const key = `${nodeId}-${purpose}`
    const present = links.get(key)
    if (present !== undefined) return present
    const endpoint = options.voters.get(nodeId)
    if (endpoint === undefined || isClosed) throw new PeerFailure('disconnected', `no voter ${nodeId}`)
    const clientId = `raft-client-${options.nodeId}`
    const opening = openConnection(
      endpoint,
      { clientId, requestTimeoutMs: options.requestTimeoutMs, inFlightMax: 5 },
      options.env,
    )
    links.set(key, opening)
    const forget = () => {
      if (links.get(key) === opening) links.delete(key)
    }
    opening.then(connection => (isClosed ? connection.close() : connection.closed.then(forget)), forget)
    return opening
  }

  async function ask<A extends Api>(
    nodeId: number,
    purpose: 'fetch' | 'vote',
    api: A,
    request: RequestOf<A>,
  ): Promise<ResponseOf<A>> {
    try {
      const connection = await link(nodeId, purpose)
      const version = connection.negotiatedVersion(api)
      if (version === undefined) throw new PeerFailure('disconnected', `node ${nodeId} does not serve ${api.name}`)
      return await connection.call(api, version, request)
    } catch (error) {
      // What cannot be encoded is a bug here, not a failure there.
      if (error instanceof PeerFailure || error instanceof WireFormatError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new PeerFailure(error instanceof RequestTimeout ? 'timeout' : 'disconnected', reason)
    }
  }

  return {
    vote: (nodeId, request) => ask(nodeId, 'vote', vote, request),
    beginQuorumEpoch: (nodeId, request) => ask(nodeId, 'vote', beginQuorumEpoch, request),
    endQuorumEpoch: (nodeId, request) => ask(nodeId, 'vote', endQuorumEpoch, request),
    fetch: (nodeId, request) => ask(nodeId, 'fetch', fetch, request),
    fetchSnapshot: (nodeId, request) => ask(nodeId, 'fetch', fetchSnapshot, request),
    close() {
      isClosed = true
      for (const opening of links.values()) void opening.then(connection => connection.close()).catch(() => undefined)
      links.clear()
    },
  }
}
