import type { Env } from '../env/env.ts'
import { type Endpoint, isSameEndpoint } from '../env/network.ts'
import type { Api, RequestOf, ResponseOf } from '../protocol/api.ts'
import { openConnection, type OutboundConnection } from '../wire/outbound-connection.ts'

export interface BrokerPeersOptions {
  readonly clientId: string
  readonly requestTimeoutMs: number
  readonly env: Pick<Env, 'network' | 'timers' | 'random' | 'digest'>
  /** On the listener between brokers; undefined: not registered, or fenced. */
  endpointOf(nodeId: number): Endpoint | undefined
}

/** Requests of one broker's coordinators to other brokers, and to itself in the same way. */
export interface BrokerPeers {
  /** In the newest version that both know, no higher than `versionMax`. Rejects when the broker cannot be asked or does not answer. */
  ask<A extends Api>(nodeId: number, api: A, request: RequestOf<A>, versionMax?: number): Promise<ResponseOf<A>>
  close(): void
}

/** One connection per broker, opened when needed, forgotten when it breaks or the broker is elsewhere. */
export function brokerPeers(options: BrokerPeersOptions): BrokerPeers {
  const { clientId, env, requestTimeoutMs } = options
  const links = new Map<number, { readonly endpoint: Endpoint; readonly opening: Promise<OutboundConnection> }>()
  let isClosed = false

  function link(nodeId: number): Promise<OutboundConnection> {
    const endpoint = options.endpointOf(nodeId)
    if (endpoint === undefined || isClosed) return Promise.reject(new Error(`broker ${nodeId} has no endpoint`))
    const present = links.get(nodeId)
    if (present !== undefined && isSameEndpoint(present.endpoint, endpoint)) {
      return present.opening
    }
    drop(nodeId)
    const opening = openConnection(endpoint, { clientId, requestTimeoutMs, inFlightMax: 100 }, env)
    const mine = { endpoint, opening }
    links.set(nodeId, mine)
    const forget = () => {
      if (links.get(nodeId) === mine) links.delete(nodeId)
    }
    opening.then(connection => (isClosed ? connection.close() : connection.closed.then(forget)), forget)
    return opening
  }
  function drop(nodeId: number): void {
    const former = links.get(nodeId)
    links.delete(nodeId)
    former?.opening.then(
      connection => connection.close(),
      () => undefined,
    )
  }

  return {
    async ask(nodeId, api, request, versionMax) {
      const connection = await link(nodeId)
      const version = connection.negotiatedVersion(api, versionMax)
      if (version === undefined) throw new Error(`broker ${nodeId} does not serve ${api.name}`)
      return connection.call(api, version, request)
    },
    close() {
      isClosed = true
      for (const nodeId of [...links.keys()]) drop(nodeId)
    },
  }
}
