import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import { PeerFailure, type RaftPeers } from '../consensus/ports.ts'
import type { Env } from '../env/env.ts'
import { type Endpoint, isSameEndpoint } from '../env/network.ts'
import type { Api, RequestOf, ResponseOf } from '../protocol/api.ts'
import { fetch } from '../protocol/messages/01-fetch.ts'
import { vote } from '../protocol/messages/52-vote.ts'
import { beginQuorumEpoch } from '../protocol/messages/53-begin-quorum-epoch.ts'
import { endQuorumEpoch } from '../protocol/messages/54-end-quorum-epoch.ts'
import { fetchSnapshot } from '../protocol/messages/59-fetch-snapshot.ts'
import { addRaftVoter } from '../protocol/messages/80-add-raft-voter.ts'
import { removeRaftVoter } from '../protocol/messages/81-remove-raft-voter.ts'
import { updateRaftVoter } from '../protocol/messages/82-update-raft-voter.ts'
import { RequestTimeout } from '../wire/connection-errors.ts'
import { openConnection, type OutboundConnection } from '../wire/outbound-connection.ts'

export interface RaftPeersOptions {
  readonly nodeId: number
  /** Where a node may be found, best first. */
  endpointsOf(nodeId: number): readonly Endpoint[]
  /** controller.quorum.request.timeout.ms */
  readonly requestTimeoutMs: number
  readonly env: Pick<Env, 'network' | 'timers' | 'random' | 'digest'>
}

const purposes = ['fetch', 'vote', 'join'] as const
type Purpose = (typeof purposes)[number]

/**
 * Requests of the quorum to the controller listeners of other nodes: one connection for fetches, which park, one for changes of the voters,
 * which wait, one for the rest.
 */
export function raftPeers(options: RaftPeersOptions): RaftPeers & { close(): void } {
  const links = new Links(options)
  async function ask<A extends Api>(nodeId: number, purpose: Purpose, api: A, request: RequestOf<A>): Promise<ResponseOf<A>> {
    try {
      const connection = await links.to(nodeId, purpose)
      const version = connection.negotiatedVersion(api)
      if (version === undefined) {
        // Where a voter was, clients of another broker may be served by now.
        links.misdirected(nodeId)
        throw new PeerFailure('disconnected', `node ${nodeId} does not serve ${api.name}`)
      }
      return await connection.call(api, version, request).catch((error: unknown) => {
        const isTooOld = error instanceof WireFormatError && version < api.versions[1]
        throw isTooOld ? new PeerFailure('unsupported', `node ${nodeId}, ${api.name} ${version}: ${error.message}`) : error
      })
    } catch (error) {
      throw failureOf(error)
    }
  }
  return {
    vote: (nodeId, request) => ask(nodeId, 'vote', vote, request),
    beginQuorumEpoch: (nodeId, request) => ask(nodeId, 'vote', beginQuorumEpoch, request),
    endQuorumEpoch: (nodeId, request) => ask(nodeId, 'vote', endQuorumEpoch, request),
    fetch: (nodeId, request) => ask(nodeId, 'fetch', fetch, request),
    fetchSnapshot: (nodeId, request) => ask(nodeId, 'fetch', fetchSnapshot, request),
    updateRaftVoter: (nodeId, request) => ask(nodeId, 'vote', updateRaftVoter, request),
    addRaftVoter: (nodeId, request) => ask(nodeId, 'join', addRaftVoter, request),
    removeRaftVoter: (nodeId, request) => ask(nodeId, 'join', removeRaftVoter, request),
    async kraftVersionsAt(endpoint) {
      try {
        const connection = await links.open(endpoint)
        connection.close()
        return connection.apiRanges.features.get('kraft.version')
      } catch (error) {
        throw failureOf(error)
      }
    },
    misdirected: nodeId => links.misdirected(nodeId),
    close: () => links.close(),
  }
}

class Links {
  readonly #options: RaftPeersOptions
  readonly #links = new Map<string, { readonly endpoint: Endpoint; readonly opening: Promise<OutboundConnection> }>()
  /** By node: where all its links looked in vain last. They look behind it in the list of its endpoints next. */
  readonly #inVain = new Map<number, Endpoint>()
  #isClosed = false

  constructor(options: RaftPeersOptions) {
    this.#options = options
  }

  open(endpoint: Endpoint): Promise<OutboundConnection> {
    const { env, nodeId, requestTimeoutMs } = this.#options
    return openConnection(endpoint, { clientId: `raft-client-${nodeId}`, requestTimeoutMs, inFlightMax: 5 }, env)
  }

  async to(nodeId: number, purpose: Purpose): Promise<OutboundConnection> {
    const key = `${nodeId}-${purpose}`
    const endpoints = this.#options.endpointsOf(nodeId)
    const present = this.#links.get(key)
    if (present !== undefined && endpoints.some(endpoint => isSameEndpoint(endpoint, present.endpoint))) return present.opening
    // It was looked for there before it said where it is.
    this.#letGo(key)
    const endpoint = this.#placeOf(nodeId)
    if (endpoint === undefined || this.#isClosed) throw new PeerFailure('disconnected', `no endpoint of node ${nodeId}`)
    const opening = this.open(endpoint)
    this.#links.set(key, { endpoint, opening })
    const forget = () => {
      if (this.#links.get(key)?.opening === opening) this.#links.delete(key)
    }
    const failed = () => {
      this.#notFound(nodeId, endpoint)
      forget()
    }
    opening.then(connection => (this.#isClosed ? connection.close() : connection.closed.then(forget)), failed)
    return opening
  }

  /** With one endpoint there is nowhere else to look; and who is told so once all links were let go has looked nowhere since. */
  misdirected(nodeId: number): void {
    const place = this.#placeOf(nodeId)
    if (place === undefined || this.#options.endpointsOf(nodeId).length < 2) return
    const keys = purposes.map(purpose => `${nodeId}-${purpose}`)
    const looked = keys.flatMap(key => this.#links.get(key)?.endpoint ?? [])
    if (looked.some(endpoint => isSameEndpoint(endpoint, place))) this.#notFound(nodeId, place)
    for (const key of keys) this.#letGo(key)
  }

  close(): void {
    this.#isClosed = true
    for (const key of [...this.#links.keys()]) this.#letGo(key)
  }

  #placeOf(nodeId: number): Endpoint | undefined {
    const endpoints = this.#options.endpointsOf(nodeId)
    const inVain = this.#inVain.get(nodeId)
    const behind = inVain === undefined ? 0 : endpoints.findIndex(endpoint => isSameEndpoint(endpoint, inVain)) + 1
    return endpoints[behind % Math.max(1, endpoints.length)]
  }

  /** Once for all links that looked there: by twos half of the endpoints would never be tried. */
  #notFound(nodeId: number, endpoint: Endpoint): void {
    const place = this.#placeOf(nodeId)
    if (place !== undefined && isSameEndpoint(endpoint, place)) this.#inVain.set(nodeId, endpoint)
  }

  #letGo(key: string): void {
    const opening = this.#links.get(key)?.opening
    this.#links.delete(key)
    opening?.then(connection => connection.close()).catch(() => undefined)
  }
}

/** What cannot be encoded is a bug here, not a failure there. */
function failureOf(error: unknown): Error {
  if (error instanceof PeerFailure || error instanceof WireFormatError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new PeerFailure(error instanceof RequestTimeout ? 'timeout' : 'disconnected', reason)
}
