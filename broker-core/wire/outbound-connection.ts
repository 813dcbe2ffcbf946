import type { Env } from '../env/env.ts'
import type { Endpoint, NetworkError, Socket, TlsOptions } from '../env/network.ts'
import type { Api, RequestOf, ResponseOf } from '../protocol/api.ts'
import { decodeResponse, encodeRequest } from '../protocol/frames.ts'
import { apiRangesOf, type ApiRanges } from './api-ranges.ts'
import { ConnectionLost } from './connection-errors.ts'
import { createBorrowingSplitter } from './borrowing-splitter.ts'
import { createFrameSplitter, frameBytesMaxDefault } from './frame-splitter.ts'
import { createRequestQueue, type RequestQueue } from './request-queue.ts'
import { authenticate, type SaslCredentials } from './sasl-client.ts'

export interface ConnectionOptions {
  readonly clientId: string
  readonly tls?: TlsOptions
  readonly sasl?: SaslCredentials
  /** How long a call may take, unless it says otherwise. Also the limit for connecting. */
  readonly requestTimeoutMs: number
  /** Requests sent and not yet answered; further ones wait their turn here. Default 5. */
  readonly inFlightMax?: number
  /** Calls that may wait their turn; one more is refused with ConnectionBusy. Default 10,000. */
  readonly waitingMax?: number
  /** Larger responses break the connection. Default 100 MiB. */
  readonly frameBytesMax?: number
  /**
   * True: records and bytes in a response are only lent, until more comes on this connection. With one request in flight that is until
   * the next one is answered. For who reads much and keeps nothing.
   */
  readonly lendsBytes?: boolean
}

export interface CallOptions {
  readonly timeoutMs?: number
  /** In the place of the connection's own client id. */
  readonly clientId?: string | null
}

/**
 * One connection to a broker: requests out, answers back in order (WIRE-07). When a call times out, an answer is malformed or the
 * socket breaks, the connection is closed and every pending call rejects; nothing is sent again.
 */
export interface OutboundConnection {
  readonly endpoint: Endpoint
  /**
   * Records and bytes in the response are views on its frame. Rejects with ConnectionLost, RequestTimeout or ConnectionBusy, or with
   * WireFormatError for a request that cannot be encoded.
   */
  call<A extends Api>(api: A, version: number, request: RequestOf<A>, options?: CallOptions): Promise<ResponseOf<A>>
  /** For requests without an answer: Produce with acks=0 (WIRE-13). Throws ConnectionLost when closed, ConnectionBusy when full. */
  send<A extends Api>(api: A, version: number, request: RequestOf<A>): void
  /** Highest version that both sides know, no higher than `versionMax`; undefined: the peer does not serve this API. */
  negotiatedVersion(api: Api, versionMax?: number): number | undefined
  /** What the peer said it serves (ApiVersions). */
  readonly apiRanges: ApiRanges
  isOpen(): boolean
  /** Pending calls reject with ConnectionLost. Safe to call again. */
  close(): void
  /** Resolves when the connection has ended; with the reason when it broke. Never rejects. */
  readonly closed: Promise<Error | undefined>
}

/**
 * Connects, asks ApiVersions (falling back to version 0, KIP-511), authenticates. Rejects with NetworkError, ConnectionLost,
 * RequestTimeout or AuthenticationFailed.
 */
export async function openConnection(
  endpoint: Endpoint,
  options: ConnectionOptions,
  env: Pick<Env, 'network' | 'timers' | 'random' | 'digest'>,
): Promise<OutboundConnection> {
  const lendsBytes = options.lendsBytes ?? false
  const connectOptions = {
    timeoutMs: options.requestTimeoutMs,
    lendsBytes,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  }
  const socket = await env.network.connect(endpoint, connectOptions)
  const link = createLink(socket, endpoint, options, env)
  try {
    const apiRanges = await apiRangesOf(link)
    const connection = { ...link, apiRanges, negotiatedVersion: apiRanges.newest }
    if (options.sasl !== undefined) await authenticate(connection, options.sasl, env)
    return connection
  } catch (error) {
    link.close()
    throw error
  }
}

/** A connection before the two sides know each other. */
export type Link = Pick<OutboundConnection, 'endpoint' | 'call' | 'send' | 'isOpen' | 'close' | 'closed'>

function createLink(socket: Socket, endpoint: Endpoint, options: ConnectionOptions, env: Pick<Env, 'timers'>): Link {
  const createSplitter = options.lendsBytes === true ? createBorrowingSplitter : createFrameSplitter
  const splitter = createSplitter(options.frameBytesMax ?? frameBytesMaxDefault)
  const where = `${endpoint.host}:${endpoint.port}`
  let failure: Error | undefined
  let resolveClosed: (reason: Error | undefined) => void = () => {}
  const closed = new Promise<Error | undefined>(resolve => (resolveClosed = resolve))
  const limits = { inFlightMax: options.inFlightMax ?? 5, waitingMax: options.waitingMax ?? 10_000 }
  const queue: RequestQueue = createRequestQueue(socket, limits, env.timers, giveUp)

  function giveUp(reason: Error): void {
    failure ??= reason
    socket.destroy()
    queue.rejectAll(new ConnectionLost(`${where}: ${reason.message}`, { cause: reason }))
  }
  socket.setHandlers({
    data(bytes) {
      try {
        splitter.push(bytes, queue.answer)
      } catch (error) {
        giveUp(error instanceof Error ? error : new Error(String(error)))
      }
    },
    drained: () => queue.drained(),
    closed(error?: NetworkError) {
      queue.rejectAll(new ConnectionLost(`${where}: ${(failure ?? error)?.message ?? 'closed'}`, { cause: failure ?? error }))
      resolveClosed(failure ?? error)
    },
  })
  return {
    endpoint,
    call<A extends Api>(api: A, version: number, request: RequestOf<A>, call: CallOptions = {}) {
      const clientId = call.clientId === undefined ? options.clientId : call.clientId
      return queue.ask<ResponseOf<A>>({
        timeoutMs: call.timeoutMs ?? options.requestTimeoutMs,
        label: `${where}: ${api.name} v${version}`,
        encode: correlationId => encodeRequest(api, version, { correlationId, clientId }, request),
        decode: frame => decodeResponse<ResponseOf<A>>(api, version, frame).body,
      })
    },
    send(api, version, request) {
      queue.tell(correlationId => encodeRequest(api, version, { correlationId, clientId: options.clientId }, request))
    },
    isOpen: () => queue.isOpen(),
    close() {
      socket.destroy()
      queue.rejectAll(new ConnectionLost(`${where}: closed here`))
    },
    closed,
  }
}
