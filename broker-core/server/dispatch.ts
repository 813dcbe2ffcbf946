import { AssertionError } from '../base/assert.ts'
import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import type { LogSink } from '../env/log-sink.ts'
import { errorCode } from '../model/kafka-errors.ts'
import type { Api, ListenerKind } from '../protocol/api.ts'
import { decodeRequest, encodeResponse, type DecodedRequest } from '../protocol/frames.ts'
import { apiVersions } from '../protocol/messages/18-api-versions.ts'
import { ConnectionMustClose } from './connection-must-close.ts'
import type { Handler, RequestContext } from './handler.ts'
import { apiKeysOf, type ServedApi } from './handlers/18-api-versions.ts'

/** Who is at the other end of a connection. */
export interface Caller {
  readonly connectionId: number
  /** Name of the listener that it came in by. */
  readonly listener: string
  readonly principal: string
  readonly remoteAddress: string
  isClosed(): boolean
}

/** Chunks of a whole frame, or nothing (WIRE-13). */
export type Reply = readonly Uint8Array[] | undefined

export interface DispatchOptions {
  readonly handlers: readonly Handler[]
  readonly door: ListenerKind
  readonly log: LogSink
  /** A broken invariant: the broker must stop. The caller's connection is closed as well. */
  bug(error: unknown): void
}

export interface Dispatch {
  readonly served: readonly ServedApi[]
  /**
   * Frame in, frame out; at once where the handler answers at once. Throws, or rejects with, ConnectionMustClose when the peer can
   * only be told by closing its connection.
   */
  handle(frame: Uint8Array, caller: Caller): Reply | Promise<Reply>
}

interface Request {
  readonly handler: Handler
  readonly apiVersion: number
  readonly correlationId: number
}

/** The table of handlers is the list of what is served (WIRE-12): what is not in it closes the connection (WIRE-08). */
export function createDispatch(options: DispatchOptions): Dispatch {
  const handlers = new Map(
    options.handlers.filter(one => one.api.listeners.includes(options.door)).map(one => [one.api.key, one]),
  )
  const served = [...handlers.values()].map(servedBy).sort((one, other) => one.api.key - other.api.key)
  const apis = new Map(served.map(({ api }) => [api.key, api]))
  const ranges = new Map(served.map(({ api, versions }) => [api.key, versions]))

  const failed = (error: unknown, api: Api, caller: Caller): ConnectionMustClose => {
    if (error instanceof ConnectionMustClose) return error
    if (error instanceof WireFormatError) return new ConnectionMustClose(`${api.name}: ${error.message}`)
    if (error instanceof AssertionError) options.bug(error)
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    options.log.write('error', 'request.failed', { api: api.name, peer: caller.remoteAddress, error: reason })
    return new ConnectionMustClose(`${api.name} failed`)
  }
  const encoded = (request: Request, response: unknown): Reply => {
    if (response === undefined) return undefined
    return encodeResponse(request.handler.api, request.apiVersion, request.correlationId, response)
  }

  return {
    served,
    handle(frame, caller) {
      const decoded = decode(frame, apis)
      const range = decoded.kind === 'request' ? ranges.get(decoded.api.key) : undefined
      const { apiVersion, correlationId, clientId } = decoded.header
      const isInRange = range !== undefined && apiVersion >= range[0] && apiVersion <= range[1]
      if (decoded.kind !== 'request' || !isInRange) return refusedVersion(decoded, served)
      const { api, body } = decoded
      const handler = handlers.get(api.key)
      if (handler === undefined) throw new ConnectionMustClose(`${api.name} is not served here`)
      const context: RequestContext = {
        apiVersion,
        correlationId,
        clientId,
        listener: caller.listener,
        principal: caller.principal,
        remoteAddress: caller.remoteAddress,
        connectionId: caller.connectionId,
        isClosed: caller.isClosed,
      }
      const request = { handler, apiVersion, correlationId }
      try {
        const answer = handler.handle(body, context)
        if (!(answer instanceof Promise)) return encoded(request, answer)
        return answer
          .then(response => encoded(request, response))
          .catch((error: unknown) => Promise.reject(failed(error, api, caller)))
      } catch (error) {
        throw failed(error, api, caller)
      }
    },
  }
}

function servedBy(handler: Handler): ServedApi {
  const { api } = handler
  const [min, max] = handler.versions ?? api.versions
  const isUnstable = api.latestVersionUnstable === true && max === api.versions[1]
  return { api, versions: [min, isUnstable ? max - 1 : max] }
}

function decode(frame: Uint8Array, apis: ReadonlyMap<number, Api>): DecodedRequest {
  try {
    return decodeRequest(frame, apis)
  } catch (error) {
    if (error instanceof WireFormatError) throw new ConnectionMustClose(`malformed request: ${error.message}`)
    throw error
  }
}

/** KIP-511: who asks in too new a version of ApiVersions hears which there are. Others cannot be answered. */
function refusedVersion(decoded: DecodedRequest, served: readonly ServedApi[]): Reply {
  const { apiKey, apiVersion, correlationId } = decoded.header
  if (apiKey !== apiVersions.key || decoded.kind === 'unknown-api') {
    throw new ConnectionMustClose(`no handler for API ${apiKey} version ${apiVersion}`)
  }
  const own = served.filter(one => one.api.key === apiVersions.key)
  const body = { ...apiVersions.response.zero, errorCode: errorCode('UNSUPPORTED_VERSION'), apiKeys: apiKeysOf(own) }
  return encodeResponse(apiVersions, 0, correlationId, body)
}
