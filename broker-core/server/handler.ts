import type { Api, RequestOf, ResponseOf } from '../protocol/api.ts'

/** Who asks, through which door. */
export interface RequestContext {
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly listener: string
  /** `User:ANONYMOUS` without authentication. */
  readonly principal: string
  readonly remoteAddress: string
  readonly connectionId: number
  /** True once the peer closed: parked work may stop early. */
  isClosed(): boolean
}

/**
 * One API. `handle` may answer at once or later; undefined means no reply at all (acks=0, WIRE-13). Replies leave in request order
 * (WIRE-07). The list of handlers is the dispatch table and the ApiVersions answer.
 */
export interface Handler<A extends Api = Api> {
  readonly api: A
  /** Range served, when narrower than the schema's. */
  readonly versions?: readonly [min: number, max: number]
  handle(request: RequestOf<A>, context: RequestContext): Promise<ResponseOf<A> | undefined> | ResponseOf<A> | undefined
}

export function handler<A extends Api>(
  api: A,
  handle: Handler<A>['handle'],
  versions?: readonly [min: number, max: number],
): Handler<A> {
  return versions === undefined ? { api, handle } : { api, handle, versions }
}
